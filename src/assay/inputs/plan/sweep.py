"""What a resource says about images outside the table's rows: documents, scripts and strays."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from assay.inputs.plan.document.configuration import Configured
from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.raw import decode
from assay.inputs.plan.document.stray import holds_more, may_name_an_image, strays
from assay.inputs.plan.document.walk import Leaf, anywhere, at_path
from assay.inputs.plan.embedded.types import holds_documents
from assay.inputs.plan.row_reader import RowReader
from assay.model import (
    Action,
    AmiReference,
    Kind,
    Place,
    Planned,
    Unplaced,
    Unusable,
    astray,
)
from assay.model.addresses import Step

if TYPE_CHECKING:
    from assay.inputs.plan.embedded.contents import Told


class Standing:
    """A planned resource with its block, its place and its action."""

    def __init__(
        self,
        change: ResourceChange,
        action: Action,
        configured: Configured | None,
        place: Place | Unplaced,
    ) -> None:
        self.change = change
        self.action = action
        self.configured = configured
        self.place = place

    def reference(
        self,
        attribute: str,
        value: Any,
        kind: Kind = Kind.LAUNCH,
        place: Place | Unplaced | None = None,
        *,
        sensitive: bool = False,
    ) -> AmiReference:
        """Return a reference of this resource."""
        return AmiReference(
            address=self.change.address,
            resource_type=self.change.type,
            attribute=attribute,
            kind=kind,
            action=self.action,
            value=value,
            place=self.place if place is None else place,
            sensitive=sensitive,
        )


class Sweep:
    """Reads documents and finds stray images; `path` is for messages."""

    def __init__(self, path: str, row_reader: RowReader) -> None:
        self._path = path
        self._row_reader = row_reader

    def may_speak(self, change: ResourceChange) -> bool:
        """Whether a resource of a type without rows may name an image."""
        raw = bytes(change.change.after)
        return holds_documents(change.type, raw) or may_name_an_image(raw)

    def is_done(self, change: ResourceChange, explained: Mapping[tuple[Step, ...], Leaf]) -> bool:
        """Whether the raw text shows that the rows explain everything, as is usual."""
        raw = bytes(change.change.after)
        return not holds_documents(change.type, raw) and not holds_more(
            raw, [leaf.value for leaf in explained.values()]
        )

    def of(
        self, standing: Standing, explained: Mapping[tuple[Step, ...], Leaf]
    ) -> Iterator[AmiReference | None]:
        """Yield the references that no row covers, and None for each image that is only mentioned."""
        change = standing.change
        documents = holds_documents(change.type, bytes(change.change.after))
        after = decode(self._path, change, change.change.after)
        sensitive = decode(self._path, change, change.change.after_sensitive)
        done: set[tuple[Step, ...]] = set(explained)
        told: list[Told] = []
        if documents and isinstance(after, dict):
            told, read = self._documents(standing, after)
            yield from (_of(standing, each, sensitive, after) for each in told)
            done.update((name,) for name in read)
        for leaf, stray in strays(change.type, after, sensitive, done):
            if stray is None:
                yield None
            elif not any(_is_same(each, leaf, stray) for each in told):
                yield standing.reference(leaf.path, stray, sensitive=leaf.sensitive)

    def _documents(
        self, standing: Standing, after: dict[str, Any]
    ) -> "tuple[list[Told], tuple[str, ...]]":
        """Return the images that a resource's documents name, and the attributes that were read."""
        from assay.inputs.plan.carried import Carried
        from assay.inputs.plan.embedded.carriers import reader_of
        from assay.inputs.plan.embedded.contents import Holder

        change = standing.change
        holder = Holder(
            type=change.type,
            after=after,
            unknown=decode(self._path, change, change.change.after_unknown),
            configured=standing.configured,
            place=standing.place,
            is_new=standing.action in (Action.CREATE, Action.REPLACE),
        )
        contents = reader_of(change.type)(holder)
        told = Carried(self._row_reader).named_in(contents, change, standing.place)
        return list(told), contents.read


def _of(standing: Standing, told: "Told", sensitive: Any, after: dict[str, Any]) -> AmiReference:
    """Turn what a document names into a reference; if it is sensitive, hide even the path."""
    from assay.inputs.plan.embedded.contents import shown

    if not _is_hidden(sensitive, told, after):
        found = standing.reference(shown(told.path), told.value, told.kind, told.place)
        return replace(found, fallback=told.fallback) if told.fallback else found
    value, attribute = told.value, str(told.path[0])
    if isinstance(value, Planned) and value.astray:
        value = astray(value.value, attribute)
    elif isinstance(value, Unusable):
        value = Unusable("is made from values that no plan can show", value.cure)
    return standing.reference(attribute, value, told.kind, told.place, sensitive=True)


def _is_same(told: "Told", leaf: Leaf, stray: Planned) -> bool:
    """Whether a document in the text of a leaf has already named the same image."""
    inside = told.path[: len(leaf.steps)] == leaf.steps
    return inside and str(stray.value) in str(_named(told))


def _named(told: "Told") -> Any:
    return told.value.value if isinstance(told.value, Planned) and told.value.astray else told.value


def _is_hidden(sensitive: Any, told: "Told", after: dict[str, Any]) -> bool:
    """Whether the plan marks the value at a path, or anything around it, as sensitive."""
    here = sensitive
    for step in told.path:
        if here is True:
            break
        if isinstance(here, list) and not isinstance(step, int):
            return anywhere(here)  # a list of pairs, which the path addresses by name
        here = at_path(here, (step,))
    return anywhere(here) and not _is_shown(told, after)


def _is_shown(told: "Told", after: dict[str, Any]) -> bool:
    """Whether the provider shows the same value in clear text, in the copy `yaml_body_parsed`."""
    copy = after.get("yaml_body_parsed") if told.path[0] == "yaml_body" else None
    return isinstance(copy, str) and str(_named(told)).removeprefix("resolve:ssm:") in copy
