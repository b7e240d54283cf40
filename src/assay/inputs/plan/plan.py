"""A plan's AMI references."""

from collections.abc import Collection

import msgspec

from assay.errors import InputError
from assay.inputs.plan.document.document import Document, read_documents
from assay.inputs.plan.references import ReferenceReader
from assay.inputs.plan.with_code import Joining, WithCode, alone
from assay.model import AmiReference, InputFacts, Kind


class Source(msgspec.Struct, frozen=True, gc=False):
    """One input: the references to judge, and how many are not judged, by reason."""

    facts: InputFacts
    references: tuple[AmiReference, ...]
    not_judged: dict[str, int]
    errors: tuple[InputError, ...] = ()
    """Files of this input that cannot be read. The others are judged, but the run does not succeed."""
    notes: tuple[str, ...] = ()
    """Notes for the user, one line each."""
    builds: tuple[str, ...] = ()
    """The addresses of resources that launch an image during apply to build another; not judged."""


def read_plans(
    path: str,
    data: bytes,
    *,
    kinds: Collection[Kind],
    region: str | None,
    said: str | None = None,
    include_unchanged: bool = False,
    tags: bool = False,
    joining: Joining = alone,
) -> list[Source]:
    """Return the references of these kinds from the plan or plans in `data`.

    `path` is for messages. `said` is the Region for whatever the plan leaves open or only allows to
    be inferred; `region` is the fallback where nothing else gives a Region. `tags` are read only if
    something matches on them. `joining` finds the code of a plan. Raises `InputError`.
    """
    sources: list[Source] = []
    for document in read_documents(path, data):
        reader = _reader(document, joining(document), region, said)
        references, not_judged = reader.read(kinds, include_unchanged=include_unchanged, tags=tags)
        facts = InputFacts(document.path, "plan", document.sha256, len(references))
        source = Source(facts, tuple(references), not_judged, builds=tuple(reader.builds))
        sources.append(source)
    return sources


def _reader(
    document: Document, code: WithCode | None, region: str | None, said: str | None
) -> ReferenceReader:
    if code is None:
        return ReferenceReader(document.path, document.plan, region, said=said)
    return ReferenceReader(
        document.path,
        code.plan,
        region,
        trails=code.trails,
        said=said,
        providers=code.providers,
    )
