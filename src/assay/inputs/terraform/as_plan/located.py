"""Code references as shown to users: with their lines and the comments that apply to them.

What cannot be judged also has a reference: a module whose code is missing, an unreadable file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec.structs import replace

from assay.errors import InputError
from assay.inputs.terraform.as_plan.exceptions import read_exception
from assay.inputs.terraform.as_plan.lines import Location, Locator
from assay.inputs.terraform.program.carried import CARRIED
from assay.inputs.terraform.program.ignored import Ignoring, comes_through
from assay.inputs.terraform.program.unread import UNREAD
from assay.inputs.terraform.project.modules import ModuleCode
from assay.inputs.terraform.project.uninstalled import CALL, Missing, in_one_sentence
from assay.model import (
    Action,
    AmiId,
    AmiReference,
    AnyOf,
    Changeable,
    Changes,
    CodeException,
    Incomplete,
    Kind,
    Made,
    Place,
    Planned,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    astray,
)
from assay.model.addresses import block_address

_WHEN = "when Terraform runs"
_A_PLAN = re.compile(r"\b(?:the|this|a) plan\b")


def declared_at(reference: AmiReference, locator: Locator, ignoring: Ignoring) -> AmiReference:
    """The reference as code has it: with its line, and without saying what an apply would do."""
    at_line = located(reference, locator)
    if reference.resource_type in (UNREAD, CARRIED):
        at_line = replace(at_line, resource_type=block_address(reference.address).type)
    # This attribute may be ignored, or one between it and its image, e.g. a template's `image_id`
    kept = at_line.changes_ignored or comes_through(reference.value, ignoring)
    value = _as_code(reference.value, f"{reference.address}.")
    if reference.resource_type == CARRIED:
        value = astray(value, reference.attribute)
    return replace(
        at_line,
        action=Action.DECLARED,
        value=value,
        place=_placed(reference.place),
        changes_ignored=kept,
    )


def located(reference: AmiReference, locator: Locator) -> AmiReference:
    """The reference with its file and line, and the inline exceptions that apply to it."""
    value = reference.value.id if isinstance(reference.value, AmiId) else None
    location = locator.find(reference.address, reference.attribute, value)
    if location is None:
        return reference
    file, line = location.spot
    return replace(
        reference,
        file=file,
        line=line,
        changes_ignored=location.changes_ignored,
        exceptions=tuple(_exceptions(location, locator)),
    )


def _exceptions(location: Location, locator: Locator) -> Iterator[CodeException]:
    for file, line in location.around:
        for comment in locator.comments(file):
            if comment.target == line and (found := read_exception(comment, file)):
                yield found


def unattached(modules: Iterable[ModuleCode], references: Iterable[AmiReference]) -> Iterator[str]:
    """Exceptions in comments that apply to nothing, although their author expects that they do."""
    attached = {(each.file, each.line) for reference in references for each in reference.exceptions}
    for module in modules:
        for read in module.files:
            for line in read.code.texts:
                yield f"{read.path}:{line}: this is text and not a comment, so it is not an exception"
        for file, comments in module.comments.items():
            for comment in comments:
                found = read_exception(comment, file)
                if found and (found.file, found.line) not in attached:
                    what = "this exception applies to nothing that is judged"
                    where = "put it on the line that a report names, or directly above that line or its block"
                    yield f"{file}:{found.line}: {what}: {where}"


def _as_code(value: Value, address: str = "") -> Value:
    """The value described in terms of code, without references to `address`, its own resource."""
    match value:
        case Unknown(references):
            # At aws_instance.a, "comes from aws_instance.a.ami" says nothing new
            others = (each for each in references if not (address and each.startswith(address)))
            return Unknown(tuple(others), _WHEN)
        case Unusable(reason, cure):
            return Unusable(_in_words(reason), _in_words(cure) if cure else None)
        case Planned(value=inner):
            return replace(value, value=_as_code(inner))
        case Made(source=inner, place=place):
            return replace(value, source=_as_code(inner), place=_placed(place))
        case AnyOf(values):
            return AnyOf(tuple(map(_as_code, values)))
        case Changeable(among=among):
            return replace(value, among=tuple(map(_changes_as_code, among)))
    return value


@lru_cache(maxsize=64)  # many references share these changes: reworded once
def _changes_as_code(changes: Changes) -> Changes:
    return Changes(tuple(replace(each, leaves=_as_code(each.leaves)) for each in changes))


def _placed(place: Place | Unplaced) -> Place | Unplaced:
    if isinstance(place, Place):
        return place
    cure = _in_words(place.cure) if place.cure else None
    return replace(place, reason=_in_words(place.reason), cure=cure)


def _in_words(reason: str) -> str:
    """A reason that plan readers share, reworded for code without a plan."""
    return _A_PLAN.sub("the code", reason).replace("known when Terraform plans", "in the code")


def not_there(modules: Sequence[Missing], locator: Locator) -> Iterator[AmiReference]:
    """One reference for all missing modules, at the line of the first one."""
    found = in_one_sentence(modules)
    if found:
        address, value = found
        first = declared_at(_incomplete(modules[0].address, "source", value), locator, {})
        yield replace(first, address=address)


def not_read(error: InputError) -> AmiReference:
    """A reference for an error in a file."""
    cannot = Incomplete("code that cannot be read, or that Terraform refuses", "fix the file")
    path, _, line = (error.where or "").rpartition(":")[0].rpartition(":")
    reference = _incomplete(f"({path or error.where})", "syntax", cannot)
    return replace(reference, file=path, line=int(line)) if line.isdecimal() else reference


def _incomplete(address: str, attribute: str, value: Incomplete) -> AmiReference:
    return AmiReference(
        address=address,
        resource_type=CALL,
        attribute=attribute,
        kind=Kind.LAUNCH,
        action=Action.DECLARED,
        value=value,
        place=Unplaced(value.reason),
    )
