"""Cures for references that lead to no image, chosen by the obstacle."""

from assay.model import (
    Action,
    Alias,
    Already,
    Changeable,
    EveryVersion,
    Imageless,
    ImageSearch,
    Made,
    Place,
    Planned,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    Value,
)
from assay.model.addresses import parse, split_module

_AT_PLAN_TIME = "make the image known at plan time, so that it can be checked before apply"
_IN_CODE = "set it to an AMI id, to a variable that has a value, or to an image that is looked up"
_WORKSPACE = "use a variable instead of terraform.workspace, whose value is not in the code"
_SAME_PLACE = "use one provider block for both, write the same region in both, or give --region"
_NO_PLACE = 'write region = "…" in its provider block, or give --region or the policy\'s aws.region'
_NO_ROLE = "write role_arn in its provider block as an ARN, or as a variable that has a value"
_NO_ID = "set it to an AMI id, or to resolve:ssm: and the name of a parameter"
_TEMPLATE = "give the launch template an image, or launch from one that has one"
_VERSION = "name the template's latest_version, or set update_default_version"
_LOOKUP = "correct the lookup's filters, or set most_recent, so that it finds one image"
_PARAMETER = "put an AMI id into the parameter, or use another parameter"

_DOCUMENTS = frozenset(
    {
        *("template_body", "desired_state", "yaml_body", "manifest", "values", "definition"),
        *("input", "content", "command", "inline"),
    }
)
"""Attributes that contain more than an image: a document, a request or a script."""


def way_out(value: Value, place: Place | Unplaced, attribute: str, action: Action) -> str:
    """The cure for a reference that leads to no image."""
    declared = action is Action.DECLARED
    value, place = _end(value, place)
    match value:
        case Unknown(references):
            document = _of_document(attribute, declared=declared)
            return document or _of_unknown(references, declared=declared)
        case Unusable():
            return value.cure or _of_unusable(value.reason, declared=declared)
        case Imageless():
            return _TEMPLATE
    if isinstance(place, Unplaced):
        return _NO_ROLE if "role" in place.reason else _NO_PLACE
    match value:
        case TemplateRef() | EveryVersion():
            return _TEMPLATE
        case ImageSearch():
            return _LOOKUP
        case Alias():
            return _PARAMETER
    return _IN_CODE if declared else _AT_PLAN_TIME


def _end(value: Value, place: Place | Unplaced) -> tuple[Value, Place | Unplaced]:
    """The value and place at the end of everything that the input itself shows."""
    while True:
        match value:
            case Planned(value=inner) | Changeable(value=inner) | Already(inner):
                value = inner
            case Made(source=inner, place=at):
                value, place = inner, at
            case _:
                return value, place


def _of_document(attribute: str, *, declared: bool) -> str | None:
    """The cure if the unknown value is a whole document."""
    if attribute.rpartition(".")[2].partition("[")[0] not in _DOCUMENTS:
        return None
    if declared:
        return f"check a plan, in which {attribute} can be read, or write it without unknown values"
    return f"make {attribute} known at plan time, so that it can be read before apply"


def _of_unusable(reason: str, *, declared: bool) -> str:
    if any(word in reason for word in ("AMI id", "string", "parameter name")):
        return _NO_ID
    if reason.endswith("another account or Region"):
        return _SAME_PLACE
    return _IN_CODE if declared else _AT_PLAN_TIME


def _of_unknown(references: tuple[str, ...], *, declared: bool) -> str:
    if not declared:
        return _AT_PLAN_TIME
    name = references[0] if references else ""
    if name.endswith(".default_version"):
        return _VERSION
    module, read = split_module(name)
    match parse(read):
        case ["var", str(variable), *_]:
            pass
        case _:
            return _WORKSPACE if name.endswith("terraform.workspace") else _IN_CODE
    if module:
        return f"pass {variable} to {module}, or give var.{variable} a default there"
    return f"give var.{variable} a value: a default, a tfvars file, --var-file or TF_VAR_{variable}"
