"""A plan's AMI references."""

from collections.abc import Collection

import msgspec

from assay.errors import InputError
from assay.model import AmiReference, InputFacts, Kind
from assay.sources.document import Document, read_documents
from assay.sources.references import ReferenceReader


class Source(msgspec.Struct, frozen=True, gc=False):
    """One input: its references to judge, and how many others there were, by why they are not."""

    facts: InputFacts
    references: tuple[AmiReference, ...]
    not_judged: dict[str, int]
    errors: tuple[InputError, ...] = ()
    """Files of it that cannot be read; the others are judged all the same, and no run succeeds."""
    notes: tuple[str, ...] = ()
    """What people should know about it, a line each."""


def read_plans(
    path: str,
    data: bytes,
    *,
    kinds: Collection[Kind],
    region: str | None,
    include_unchanged: bool = False,
    tags: bool = False,
) -> list[Source]:
    """The references of these kinds in the plan, or plans, in `data`; `path` is for messages.

    `region` serves for providers whose Region the plan does not tell; `tags` are read only where
    somebody matches on them. Raises `InputError`.
    """
    return [
        _source(
            document,
            ReferenceReader(document.path, document.plan, region).read(
                kinds, include_unchanged=include_unchanged, tags=tags
            ),
        )
        for document in read_documents(path, data)
    ]


def _source(document: Document, read: tuple[list[AmiReference], dict[str, int]]) -> Source:
    references, not_judged = read
    facts = InputFacts(document.path, "plan", document.sha256, len(references))
    return Source(facts, tuple(references), not_judged)
