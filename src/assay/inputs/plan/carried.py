"""The images that documents in a resource name, as values with a path.

A resource that a document describes is read by the rows of hashicorp/awscc, as if it were in the
plan itself (`embedded/tree.py`). A name of another resource in the same document leads to that
resource.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from assay.inputs.plan.chosen import Resource as Known
from assay.inputs.plan.chosen import Said, fallback
from assay.inputs.plan.document.document import Change, ResourceChange
from assay.inputs.plan.document.narrow import Narrowed
from assay.inputs.plan.document.stray import named_in, templates_in
from assay.inputs.plan.document.walk import Leaf, at_path, leaves
from assay.inputs.plan.embedded.contents import Contents, Told, stray, strings
from assay.inputs.plan.embedded.rows import rows_of
from assay.inputs.plan.embedded.tree import Either, Looked, Open, Resource, logical, snake
from assay.inputs.plan.row_reader import RowReader
from assay.inputs.surface import Form, Row, only_mentions
from assay.model import (
    Alias,
    AmiId,
    AnyOf,
    Place,
    Planned,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    parse_image,
)
from assay.model.addresses import Path

_CURE = "write the image in the document itself, or in a parameter whose value is in the plan"
_TEMPLATE, _CONFIGURATION = "awscc_ec2_launch_template", "awscc_autoscaling_launch_configuration"
_IMAGE_OF: Mapping[str, Path] = {
    _TEMPLATE: ("launch_template_data", "image_id"),
    _CONFIGURATION: ("image_id",),
}


class Carried:
    """Reads the resources described by documents, using the rows of the table."""

    def __init__(self, row_reader: RowReader) -> None:
        self._row_reader = row_reader

    def named_in(
        self, contents: Contents, change: ResourceChange, place: Place | Unplaced
    ) -> Iterator[Told]:
        """Yield every image that the documents of one resource name."""
        yield from (_where(told, contents.place) for told in contents.told)
        for siblings in contents.resources:
            for described in siblings.values():
                for told in self._of_described(
                    described, siblings, change, contents.place or place
                ):
                    yield _where(told, contents.place)

    def _of_described(
        self,
        described: Resource,
        siblings: Mapping[str, Resource],
        change: ResourceChange,
        place: Place | Unplaced,
    ) -> Iterator[Told]:
        made = _as_change(described, change)
        view = Narrowed(described.after, described.mask, None)
        whole = Known(view, None)
        rows = rows_of(described.type)
        said: list[Said] = []
        explained: list[Path] = []
        for row in rows:
            if row.form is Form.SERVICE or view.lacks(row):
                continue
            for leaf in leaves(row.path, view.after, view.unknown, None):
                path, spelt = described.original(leaf.steps)
                value = _of_sibling(row, spelt, siblings, described)
                if value is None:
                    value = self._row_reader.value(row, leaf, view, made, None, place)
                    value = _explained(value, spelt)
                if value is not None or leaf.unknown or row.behind:
                    explained.append(path)
                if value is not None:
                    said.append(Said(row, leaf, value))
        for each in (*said, *self._row_reader.of_services(rows, whole, said, made)):
            if each.value is not JUDGED:
                path = self._path(each.row, each.leaf, described.original(each.leaf.steps)[0])
                service = fallback(each.row, each.leaf, whole)
                yield Told(path, each.value, each.row.kind, fallback=service)
        yield from _strays(described, explained)

    def _path(self, row: Row, leaf: Leaf, path: Path) -> Path:
        """The path of a leaf; for a template block, the path of the field that names the template."""
        _, _, field = self._row_reader.attribute(row, leaf).rpartition(".")
        if row.template is None or not isinstance(leaf.value, dict):
            return path
        return (*path, "".join(word.capitalize() for word in field.split("_")))


JUDGED = Unusable("is another resource of the same document, which is judged itself")


def _of_sibling(
    row: Row, spelt: Any, siblings: Mapping[str, Resource], described: Resource
) -> Value | None:
    """The value of a property that names another resource of the same document."""
    if row.form is Form.IMAGE or row.form is Form.BUILD_PARENT or row.form is Form.PARAMETER:
        return None
    fields = list(spelt.values()) if isinstance(spelt, dict) else [spelt]
    for each in fields:
        name = each.of if isinstance(each, Open) else None
        named = siblings.get(name) if name is not None else None
        if named is None or name is None:
            continue
        if named.type not in _IMAGE_OF:
            return JUDGED if rows_of(named.type) else None
        version = spelt.get("Version") if isinstance(spelt, dict) else None
        newest = described.is_new or version == "$Latest" or isinstance(version, Open)
        if not newest:
            return Unusable(
                "is a version of a template that an earlier update of the stack made",
                "name the template's LatestVersionNumber",
            )
        moving = version in ("$Latest", "$Default")
        return Planned(f"{logical(name)} of the template", _image_of(named), moving)
    return None


def _image_of(named: Resource) -> Value:
    """The image of a launch template or launch configuration in the same document."""
    steps = _IMAGE_OF[named.type]
    if at_path(named.mask, steps) is True:
        spelt = named.original(steps)[1]
        return (
            AnyOf(options)
            if isinstance(spelt, Either) and (options := _options(spelt))
            else _open(spelt)
        )
    found = parse_image(at_path(named.after, steps))
    return found or Unusable("is a template without an image", "give the template an ImageId")


def _explained(value: Value | None, spelt: Any) -> Value | None:
    """Replace an unknown value by what it comes from."""
    if not isinstance(value, Unknown):
        return value
    if isinstance(spelt, Either) and (options := _options(spelt)):
        return AnyOf(options)
    opened = spelt.values() if isinstance(spelt, dict) else (spelt,)
    return _open(next((each for each in opened if isinstance(each, Open)), None))


def _options(spelt: Either) -> tuple[Value, ...]:
    """The images of a condition that only AWS can decide; empty if one of them is not known."""
    texts = (each.alias if isinstance(each, Looked) else each for each in spelt.options)
    images = [parse_image(each) for each in texts]
    known = tuple(each for each in images if isinstance(each, AmiId | Alias))
    return known if len(known) == len(images) else ()


def _open(spelt: Any) -> Unusable:
    by = spelt.by if isinstance(spelt, Open | Either) else "something"
    return Unusable(f"comes from {by}, which only AWS knows", _CURE)


def _as_change(described: Resource, change: ResourceChange) -> ResourceChange:
    """The described resource in the form of a planned change."""
    raw = Change(
        change.change.actions,
        after=msgspec.Raw(msgspec.json.encode(described.after)),
        after_unknown=msgspec.Raw(msgspec.json.encode(described.mask)),
        after_sensitive=msgspec.Raw(b"{}"),
    )
    return ResourceChange(change.address, described.type, "", raw)


def _strays(described: Resource, explained: list[Path]) -> Iterator[Told]:
    """Images that no row explains, except in properties that launch nothing in the awscc type."""
    for name, value in described.spelt.items():
        if only_mentions(described.type, snake(str(name))):
            continue
        for path, text, around in strings(value, (*described.at, str(name))):
            if any(path[: len(known)] == known for known in explained):
                continue
            yield from (stray(path, named) for named in named_in(text))
            if _leads(path):
                yield from (stray(path, named) for named in templates_in(text, around))


def _leads(path: Path) -> bool:
    return any("template" in str(step).lower() for step in path[-2:])


def _where(told: Told, place: Place | Unplaced | None) -> Told:
    """Add the stack set's place: names are looked up there, while an AMI id is the same everywhere."""
    value = told.value
    while isinstance(value, Planned):
        value = value.value
    if place is None or (isinstance(value, AmiId) and isinstance(place, Unplaced)):
        return told
    return msgspec.structs.replace(told, place=place)
