"""Functions of values that Terraform looks up only while planning: an AMI id passes through.

Only forms for which this is true of every possible AMI id. A parameter's value is treated as an AMI
id here: if it turns out to be anything else, it is not taken for an image later.
"""

import re
from collections.abc import Callable, Sequence

from assay.inputs.terraform.language.made_images import taken
from assay.inputs.terraform.language.values import is_text, unknown_of
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, Sure, UnknownValue
from assay.model.addresses import DECODED

_OF_IDS = frozenset("ami-0123456789abcdef")
"""Every character of an AMI id."""
_SPACES = r"/(?:\\s|\\r|\\n|\s|\[\\s\])[+*?]*\$?/"
"""Regular expressions, as `replace` takes them, that match only white space, or nothing."""
_TO_THE_ID = r"/\^?(?:arn:aws[a-z-]*:ec2:)?\.[*+](?::image|image)?\\?//"
"""Regular expressions that match an image's ARN up to its id, which follows the last slash."""
_ALL_OF_AN_ID = r"(?=[^]]*(?:0-9|\\w|\\d))(?=[^]]*(?:a-f|a-z|\\w))"
_LETTERS = rf"\[{_ALL_OF_AN_ID}(?:0-9|a-f|a-z|A-F|A-Z|\\w|\\d)+\]"
_AN_ID = rf"\^?ami-(?:\.|\\w|{_LETTERS})[*+]\$?"
"""Regular expressions by which `regex` finds a whole AMI id: `[0-9]+` would stop at a letter."""
_SAME = frozenset({"chomp", "lower", "nonsensitive", "sensitive", "tostring", "trimspace"})


def _format(value: UnknownValue, form: str) -> HclValue:
    return value if form in ("%s", "%v") else None


def _trimmed(value: UnknownValue, characters: str) -> HclValue:
    return value if _OF_IDS.isdisjoint(characters) and value.sure is not Sure.ARN else None


def _without(value: UnknownValue, part: str) -> HclValue:
    """The value without a prefix or a suffix that no AMI id has."""
    return value if not _OF_IDS.issuperset(part) and value.sure is not Sure.ARN else None


def _replaced(value: UnknownValue, part: str, by: str) -> HclValue:
    if value.sure is Sure.ARN:
        return _id_of(value) if re.fullmatch(_TO_THE_ID, part) and not by else None
    if len(part) > 1 and part[0] == part[-1] == "/":
        return value if re.fullmatch(_SPACES, part) and not by else None
    return _without(value, part)


def _split(value: UnknownValue, separator: str) -> HclValue:
    """The parts of the value; None for a parameter, whose number of parts is unknown."""
    if value.sure is Sure.ARN and separator == "/":
        return [unknown_of(value), _id_of(value)]
    if value.sure is Sure.IMAGE and not _OF_IDS.issuperset(separator):
        return [value]
    return None


def _found(value: UnknownValue, pattern: str) -> HclValue:
    if not re.fullmatch(_AN_ID, pattern):
        return None
    if value.sure is Sure.ARN:
        return None if pattern.startswith("^") else _id_of(value)
    return value


def _base(value: UnknownValue) -> HclValue:
    return _id_of(value) if value.sure is Sure.ARN else value


def _decoded(value: UnknownValue) -> HclValue:
    if value.sure is not Sure.TEXT:
        return None
    return UnknownValue(_below(value, DECODED), passed_on=True)


def _id_of(arn: UnknownValue) -> UnknownValue:
    """The id of the image that an ARN names: another attribute of the same resource."""
    refs = tuple(Ref(ref.module, (*ref.steps[:-1], "id")) for ref in arn.refs)
    return UnknownValue(refs, passed_on=True, sure=Sure.IMAGE)


def _below(value: UnknownValue, step: str) -> tuple[Ref, ...]:
    return tuple(Ref(ref.module, (*ref.steps, step)) for ref in value.refs)


def _compact(arguments: Sequence[HclValue]) -> HclValue:
    """The list without empty strings and nulls."""
    match arguments:
        case [list() as items] if any(map(is_text, items)):
            if all(each is None or isinstance(each, str) or is_text(each) for each in items):
                return [each for each in items if each not in (None, "")]
    return None


def _join(arguments: Sequence[HclValue]) -> HclValue:
    """The only non-empty text, if joining adds nothing to it."""
    match arguments:
        case [str(separator), list() as items]:
            texts: list[HclValue] = [each for each in items if each != ""]
            if len(texts) == 1 and is_text(texts[0]) and (not separator or len(items) == 1):
                return texts[0]
    return None


_TAKES = {"replace": 2, "jsondecode": 0, "basename": 0}
_FUNCTIONS: dict[str, Callable[..., HclValue]] = {
    "basename": _base,
    "format": _format,
    "jsondecode": _decoded,
    "regex": _found,
    "replace": _replaced,
    "split": _split,
    "trim": _trimmed,
    "trimprefix": _without,
    "trimsuffix": _without,
}


_HANDLED = _SAME | _FUNCTIONS.keys() | {"compact", "join"}
_OF_TEMPLATES = frozenset({"nonsensitive", "sensitive", "tostring"})
"""Functions that keep template names unchanged: a name may contain capitals and any character."""


def passed_on(name: str, arguments: Sequence[HclValue]) -> HclValue:
    """The result of a function on an image's id; None if the result is not certain."""
    if name not in _HANDLED:
        return taken(name, arguments)
    if name in ("compact", "join"):
        return _compact(arguments) if name == "compact" else _join(arguments)
    position = 1 if name in ("format", "regex", "split") else 0
    if len(arguments) <= position:
        return None
    value = arguments[position]
    if not isinstance(value, UnknownValue) or not value.is_text:
        return None
    if value.sure is Sure.TEMPLATE and name not in _OF_TEMPLATES:
        return None
    others = [each for number, each in enumerate(arguments) if number != position]
    if name in _SAME:
        return None if others else value
    texts = [each for each in others if isinstance(each, str)]
    function = _FUNCTIONS.get(name)
    if function is None or not len(texts) == len(others) == _TAKES.get(name, 1):
        return None
    return function(value, *texts)
