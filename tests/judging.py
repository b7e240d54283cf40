"""Checks in this process, over HTTP: the SDK's clients serve a whole module, making them takes long."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest

from assay.catalog.aws.sdk import Sdk
from assay.catalog.decorators.recording import RecordingCatalog
from assay.catalog.interface import ImageCatalog
from assay.catalog.live import LiveCatalog
from assay.catalog.recorded import RecordedCatalog
from assay.inputs.plan.plan import Source
from assay.model import (
    AmiId,
    AmiReference,
    InputFacts,
    Place,
    Policy,
    Provenance,
    Reader,
    Readers,
    Report,
    Verdict,
    WatermarkFilter,
)
from assay.run.check import check, gather
from tests.command import talking_to
from tests.emulator import Fault, RawFault, Server, World, serve
from tests.emulator.faults import Faults
from tests.policy import builders
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD

HERE = Place.of(REGION, WORKLOAD)
IRELAND = Place.of("eu-west-1", WORKLOAD)
PIPELINES = Place.of(REGION, PIPELINE)
STRANGERS = Place.of(REGION, STRANGER)
READERS = Readers(
    {
        account: Reader(f"arn:aws:iam::{account}:role/assay-reader")
        for account in (PIPELINE, STRANGER)
    }
)
GOLDEN = WatermarkFilter(f"{PIPELINE}:golden-*")
AS_OF = builders.AS_OF
Seen = tuple[str | None, str, list[str]]
"""One DescribeImages: whose eyes, in which Region, for which ids."""


class Emulated:
    """A server whose world can be replaced, and the live catalogue that the workload account has.

    The policy of this catalogue has readers for the pipeline's and the stranger's account.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.catalog = LiveCatalog(Sdk(READERS))
        self._sessions = server.endpoint.world.sessions

    def show(self, world: World, faults: Faults | None = None) -> None:
        """From now on every question is about `world`; what was asked before is forgotten."""
        world.sessions = self._sessions
        self.server.endpoint.world, self.server.endpoint.faults = world, faults
        self.server.requests.clear()

    def check(
        self, world: World, *images: str | AmiReference, by: Policy | None = None,
        faults: Faults | None = None,
    ) -> Report:  # fmt: skip
        """Judge images, here unless a reference says otherwise, after a fresh start."""
        self.show(world, faults)
        return judged(self.catalog, *images, by=by)

    def seen(self) -> list[Seen]:
        """The DescribeImages calls with the `image-id` filter, in order, the ids sorted."""
        return [
            (request.account, request.region, sorted(request.params["Filters"][0]["Values"]))
            for request in self.server.calls("DescribeImages")
            if "Filters" in request.params
        ]

    def ancestries(self) -> list[str]:
        """The images whose GetImageAncestry was asked."""
        return sorted(call.params["ImageId"] for call in self.server.calls("GetImageAncestry"))


@contextlib.contextmanager
def emulate() -> Iterator[Emulated]:
    """For a fixture of the scope of a module."""
    with serve(World()) as server:
        yield Emulated(server)


def credentials(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """The workload account's, and no second try for what a test breaks."""
    for name, value in talking_to(server.url, WORKLOAD).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def at(place: Place, image_id: str, address: str = "aws_instance.web") -> AmiReference:
    """An instance that is launched from an image, somewhere."""
    return builders.reference(AmiId(image_id), place=place, address=address)


def policy(*filters: WatermarkFilter, **changes: object) -> Policy:
    """Trusts the pipeline's golden marks."""
    made: Policy = builders.policy(*(filters or (GOLDEN,)), **changes)  # type: ignore[arg-type]
    return made


def source(images: Iterable[str | AmiReference]) -> Source:
    """A plan that uses images, here unless a reference says otherwise."""
    references = tuple(
        at(HERE, each, f"aws_instance.i{n}") if isinstance(each, str) else each
        for n, each in enumerate(images)
    )
    facts = InputFacts("plan.json", "terraform plan", "0" * 64, len(references))
    return Source(facts, references, {})


def judged(catalog: ImageCatalog, *images: str | AmiReference, by: Policy | None = None) -> Report:
    """What `assay check` does, between its arguments and its output."""
    return check([source(images)], catalog, by or policy(), AS_OF)


def recorded(catalog: ImageCatalog, *images: str | AmiReference) -> RecordedCatalog:
    """What `assay record` writes down of these images, as `assay check --catalog` reads it."""
    recording = RecordingCatalog(catalog)
    gather([source(images)], recording)
    return RecordedCatalog.load("catalog.json", recording.to_json(AS_OF))


def outcomes(report: Report) -> list[str]:
    """In the order of the references."""
    return [verdict.outcome.value for verdict in report.verdicts]


def speaking(verdict: Verdict) -> Mapping[str, str]:
    """The rules that do not pass, and their outcomes."""
    return {
        result.rule: result.finding.outcome.value
        for result in verdict.results
        if result.finding.outcome.value != "pass"
    }


def provenance(report: Report, of: int = 0) -> Provenance:
    """Of one of the references, which led to an image."""
    found = report.verdicts[of].subject.provenance
    assert found is not None
    return found


def lineage(report: Report, of: int = 0) -> Sequence[str]:
    """The ids of one reference's lineage."""
    return [entry.image_id for entry in provenance(report, of).ancestry.entries]


def struck(fault: Fault | RawFault, operation: str = "GetImageAncestry") -> Faults:
    """Every call of an operation is answered so."""
    return lambda request: fault if request.operation == operation else None


def ancestry_of(*entries: tuple[str, str | None]) -> RawFault:
    """An answer of GetImageAncestry: images, each with its source in this Region."""
    body = "".join(
        f"<item><imageId>{id}</imageId>{_source(source) if source else ''}</item>"
        for id, source in entries
    )
    root = "GetImageAncestryResponse"
    text = f"<{root}><imageAncestryEntrySet>{body}</imageAncestryEntrySet></{root}>"
    return RawFault(200, text.encode(), "text/xml")


def _source(id: str) -> str:
    return f"<sourceImageId>{id}</sourceImageId><sourceImageRegion>{REGION}</sourceImageRegion>"


DENIED = struck(Fault(403, "UnauthorizedOperation"))
"""Who reads may not ask for ancestries."""
