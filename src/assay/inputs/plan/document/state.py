"""Reads a Terraform state as printed by `terraform show -json`, or says what a document is instead.

Fact: HashiCorp, "JSON Output Format", "State Representation": `values.root_module` with recursive
`child_modules`, the same as the `prior_state` of a plan; an empty state has no `values`.
"""

import msgspec

from assay.errors import InputError, NotAPlanError
from assay.inputs.plan.document.document import check_version, not_json
from assay.inputs.plan.document.others import probed
from assay.inputs.plan.document.prior_state import PriorState
from assay.inputs.plan.document.text import as_utf8, embedded

SHOW_STATE = "print it where its code is: terraform show -json > state.json"


class _Values(msgspec.Struct, gc=False):
    root_module: dict[str, msgspec.Raw] | None = None


def read_state_document(path: str, data: bytes) -> PriorState:
    """Return the state in a file.

    Raises `NotAPlanError` for something else that can be named, and `InputError` for a damaged
    state or an unknown format version.
    """
    try:
        text = as_utf8(path, data)
    except NotAPlanError as error:
        told = "a saved plan" if "plan" in error.what else error.what
        hint = f"judge it with: assay check {path}" if "plan" in error.what else SHOW_STATE
        raise NotAPlanError(told, where=path, hint=hint) from None
    try:
        return _read(path, text)
    except InputError:
        parts = embedded(text)
        if len(parts) != 1 or parts == [text]:
            raise
        return _read(path, parts[0])


def _read(path: str, text: bytes) -> PriorState:
    try:
        probe = probed(text)
    except (msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        raise InputError(
            "not the shape of a Terraform state", where=path, hint=SHOW_STATE
        ) from None
    except msgspec.DecodeError as error:
        found = not_json(path, text, error)
        raise type(found)(found.what, where=path, hint=SHOW_STATE) from None
    if probe.planned_values or probe.configuration:
        hint = f"judge it with: assay check {path}"
        raise NotAPlanError("a plan, not a state", where=path, hint=hint)
    if probe.version and probe.lineage:
        hint = f"print it as JSON: terraform show -json {path} > state.json"
        raise NotAPlanError("a state as Terraform keeps it", where=path, hint=hint)
    if probe.encryption_version:
        hint = "print it where its code is: tofu show -json > state.json"
        raise NotAPlanError("what OpenTofu has encrypted", where=path, hint=hint)
    if not probe.format_version:
        raise NotAPlanError("JSON, but not a Terraform state", where=path, hint=SHOW_STATE)
    if not probe.values or not _has_root(path, probe.values):
        what = "the answer of `terraform show -json` when there is no state, or an empty one"
        raise NotAPlanError(what, where=path, hint=SHOW_STATE)
    check_version(path, _text(path, probe.format_version))
    return PriorState(path, msgspec.Raw(text), what="its values")


def _has_root(path: str, raw: msgspec.Raw) -> bool:
    """Whether the values have a root module: Terraform writes one even if nothing is in it."""
    try:
        values = msgspec.json.decode(raw, type=_Values | None)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError("its values cannot be read", where=path) from None
    return values is not None and values.root_module is not None


def _text(path: str, raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        raise InputError("its format_version is not text", where=path, hint=SHOW_STATE) from None
