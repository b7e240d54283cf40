"""Which addresses in plans and states would launch which images, using only a stored night."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from assay.catalog.interface import Answer, K, Question
from assay.catalog.questions import IDENTITIES
from assay.fleet.naming import some
from assay.fleet.night import Night
from assay.fleet.night_catalog import NightCatalog
from assay.fleet.places import At
from assay.inputs.plan.plan import Source
from assay.model import AmiId, Cause, Identity, Kind, Resolved, Subject, Unresolved
from assay.model.descent import Launches
from assay.model.inventory import Use
from assay.run.check import Needs, gather
from assay.run.host import Host
from assay.run.inputs import Reading, Wishes, open_sources, require_one_reader
from assay.run.states import open_states

T = TypeVar("T")
_KINDS = (Kind.LAUNCH, Kind.TEMPLATE, Kind.ALIAS, Kind.DERIVE, Kind.BAKE)


class Inputs(Struct, frozen=True):
    """The plans and states that the user names, and what they leave open."""

    plans: tuple[str, ...]
    states: tuple[str, ...]
    reading: Reading
    account: str | None = None
    """Their account, if they do not say it themselves."""


class Launching(Struct, frozen=True):
    """Addresses by the ids of images, and those that lead to no known image."""

    of: Mapping[str, Sequence[Launches]]
    hidden: Mapping[str, Sequence[Launches]]
    """From inputs that keep the image secret: it is not shown with the address."""
    gaps: tuple[str, ...]


class _OfAccount(NightCatalog):
    """The night, with the account given by the user."""

    account: str | None = None

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        if question.name == IDENTITIES.name and self.account is not None:
            whose: Answer[T] = Identity(self.account, "")  # type: ignore[assignment]
            return dict.fromkeys(keys, whose)
        return super().ask(question, keys)


def launching(host: Host, given: Inputs, night: Night) -> Launching:
    """Find out which addresses launch what. Raises `InputError` for an input that cannot be read."""
    wishes = Wishes(_KINDS, given.reading.region)
    require_one_reader((*given.plans, *given.states))
    sources = open_sources(host, given.plans, given.reading, wishes) if given.plans else []
    sources += open_states(host, given.states, wishes)
    for source in sources:
        for error in source.errors:
            raise error
        for line in source.notes:
            host.note(line)
    uses: dict[At, list[Use]] = {}
    for at, use in night.uses():
        uses.setdefault(at, []).append(use)
    catalog = _OfAccount(night, uses, night.seen_at)
    catalog.account = given.account
    subjects = gather(sources, catalog, Needs(lambda _: False, allowed_images=False))
    return _joined(sources, subjects)


def _joined(sources: Sequence[Source], subjects: Sequence[Subject]) -> Launching:
    of: defaultdict[str, list[Launches]] = defaultdict(list)
    hidden: defaultdict[str, list[Launches]] = defaultdict(list)
    lost: defaultdict[str, list[str]] = defaultdict(list)
    for whole in subjects:
        facts = sources[whole.input].facts
        for subject in (whole, *whole.others):
            reference = subject.reference
            told = Launches(
                *(facts.path, reference.address, reference.attribute),
                *(facts.kind, reference.action.value),
            )
            id, secret = _image(subject)
            if id is not None:
                (hidden if secret else of)[id].append(told)
            elif _may_be_ours(subject):
                lost[facts.path].append(reference.address)
    return Launching(dict(of), dict(hidden), tuple(_gaps(lost)))


def _image(subject: Subject) -> tuple[str | None, bool]:
    """Return the image that a reference means, and whether its input keeps it secret."""
    found, reference = subject.resolution, subject.reference
    secret = reference.sensitive or found.sensitive
    if isinstance(found, Resolved):
        return found.image.id, secret
    if isinstance(reference.value, AmiId):
        return reference.value.id, secret
    return found.image_id, secret


def _may_be_ours(subject: Subject) -> bool:
    """Whether it may be one of our images: not a service's own, nor a template without one."""
    found = subject.resolution
    return isinstance(found, Unresolved) and not (
        found.imageless or found.cause is Cause.SERVICE_IMAGE
    )


def _gaps(lost: Mapping[str, Sequence[str]]) -> list[str]:
    lines = []
    for path, addresses in lost.items():
        told = some(list(dict.fromkeys(addresses)))
        lines.append(f"{path}: the night does not show what these would launch: {told}")
    return lines
