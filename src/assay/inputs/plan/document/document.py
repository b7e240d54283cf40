"""Reads a plan document, or says what a document is instead and how to make a plan from it.

The types follow `terraform show -json` (HashiCorp, "JSON Output Format"), format versions 0.1 to
1.x. Values stay raw bytes until they are needed, because most attributes of a plan are never read.
"""

import re
from typing import Any

import msgspec

from assay.digests import sha256
from assay.errors import InputError, NotAPlanError
from assay.inputs.plan.document.others import refuse_other_documents
from assay.inputs.plan.document.planned_values import PlannedValues
from assay.inputs.plan.document.text import MAKE_A_PLAN, as_utf8, embedded

_NULL = msgspec.Raw(b"null")
_ABSENT = msgspec.Raw(b"")


class Change(msgspec.Struct, gc=False):
    """`resource_changes[].change`; `after` and its two masks are decoded only when needed."""

    actions: tuple[str, ...]
    before: msgspec.Raw = _NULL
    before_sensitive: msgspec.Raw = _NULL
    after: msgspec.Raw = _NULL
    after_unknown: msgspec.Raw = _NULL
    after_sensitive: msgspec.Raw = _NULL
    importing: dict[str, Any] | None = None


class ResourceChange(msgspec.Struct, gc=False):
    """One element of `resource_changes`. (`address`, `deposed`) is its key."""

    address: str
    type: str
    name: str
    change: Change
    mode: str = "managed"
    module_address: str | None = None
    index: str | int | None = None
    deposed: str | bool | None = None


class Provisioner(msgspec.Struct):
    """A `provisioner` block: a script that runs when its resource is created."""

    type: str = ""
    expressions: dict[str, Any] | None = None


class ConfigResource(msgspec.Struct):
    """A resource block in `configuration`: relative to its module, without instance keys."""

    type: str
    name: str
    mode: str = "managed"
    provider_config_key: str | None = None
    expressions: dict[str, Any] | None = None
    for_each_expression: dict[str, Any] | None = None
    count_expression: dict[str, Any] | None = None
    provisioners: list[Provisioner] | None = None
    depends_on: list[str] | None = None


class ModuleCall(msgspec.Struct):
    """A `module` block in `configuration`."""

    expressions: dict[str, Any] | None = None
    for_each_expression: dict[str, Any] | None = None
    count_expression: dict[str, Any] | None = None
    module: "Module | None" = None


class Declaration(msgspec.Struct):
    """A `variable` block in `configuration`."""

    default: Any = None
    sensitive: bool = False


class Output(msgspec.Struct):
    """An `output` block in `configuration`."""

    expression: dict[str, Any] | None = None


class Module(msgspec.Struct):
    """A module's part of `configuration`."""

    resources: list[ConfigResource] | None = None
    module_calls: dict[str, ModuleCall] | None = None
    outputs: dict[str, Output] | None = None
    variables: dict[str, Declaration] | None = None


class ProviderConfig(msgspec.Struct):
    """A `provider` block; its expressions may contain credentials in clear text: never printed."""

    name: str | None = None
    expressions: dict[str, Any] | None = None


class Configuration(msgspec.Struct):
    """The `configuration` section."""

    provider_config: dict[str, ProviderConfig] | None = None
    root_module: Module | None = None


class Variable(msgspec.Struct):
    """The value of a root variable, in clear text even if it is declared sensitive."""

    value: Any = None


class RelevantAttribute(msgspec.Struct):
    """One attribute that the plan's changes depend on; the only trace of what locals read."""

    resource: str
    attribute: list[Any]


class DeferredChange(msgspec.Struct):
    """A change deferred to a later plan; the same structure as other changes, with fewer details."""

    resource_change: ResourceChange | None = None


class ActionInvocation(msgspec.Struct):
    """An action that an apply will invoke (Terraform 1.14 and later); it has arguments."""

    address: str
    type: str = ""
    name: str = ""
    config_values: msgspec.Raw = _NULL
    config_sensitive: msgspec.Raw = _NULL
    config_unknown: msgspec.Raw = _NULL


class DeferredInvocation(msgspec.Struct):
    """An action deferred to a later plan."""

    action_invocation: ActionInvocation | None = None


class PlanDocument(msgspec.Struct):
    """The parts of a plan file that assay reads."""

    format_version: str | None = None
    planned_values: PlannedValues | None = None
    resource_changes: list[ResourceChange] | None = None
    configuration: Configuration | None = None
    variables: dict[str, Variable] | None = None
    relevant_attributes: list[RelevantAttribute] | None = None
    deferred_changes: list[DeferredChange] | None = None
    action_invocations: list[ActionInvocation] | None = None
    deferred_action_invocations: list[DeferredInvocation] | None = None
    prior_state: msgspec.Raw = _ABSENT
    complete: bool | None = None
    errored: bool = False
    infracost_resource_changes: msgspec.Raw = _ABSENT


class Document(msgspec.Struct, frozen=True, gc=False):
    """One plan, the name used for it in reports, and the digest of its bytes."""

    path: str
    sha256: str
    plan: PlanDocument


def read_documents(path: str, data: bytes) -> list[Document]:
    """Read the plan, or the plans one per line, in the file named `path`.

    Text that a wrapper printed around a plan is skipped. Raises `NotAPlanError` if the file is
    something else that can be named, and `InputError` if it is damaged, has an unknown format
    version, or is the plan of a run that failed.
    """
    text = as_utf8(path, data)
    try:
        return [Document(path, sha256(data), _read(path, text))]
    except InputError as error:
        parts = embedded(text)
        if not parts or parts == [text]:
            raise
        if len(parts) == 1:
            return [Document(path, sha256(data), _read(path, parts[0]))]
        names = [f"{path}#{number}" for number in range(1, len(parts) + 1)]
        found = zip(names, parts, strict=True)
        try:
            return [Document(name, sha256(part), _read(name, part)) for name, part in found]
        except NotAPlanError:
            raise error from None


def _read(path: str, text: bytes) -> PlanDocument:
    """Read one plan from one JSON text."""
    try:
        plan = msgspec.json.decode(text, type=PlanDocument)
    except msgspec.ValidationError as error:
        refuse_other_documents(path, text)
        raise InputError(f"not the shape of a plan: {error}", where=path) from error
    except msgspec.DecodeError as error:
        raise not_json(path, text, error) from error
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=path) from None
    except RecursionError:
        raise InputError("nested too deeply to be a plan", where=path) from None
    if plan.format_version is None or plan.planned_values is None:
        refuse_other_documents(path, text)
        raise NotAPlanError("JSON, but not a Terraform plan", where=path, hint=MAKE_A_PLAN)
    check_version(path, plan.format_version)
    if plan.infracost_resource_changes:
        what = "an estimate that Infracost made of the source"
        raise NotAPlanError(what, where=path, hint=MAKE_A_PLAN)
    if plan.errored:
        raise InputError(
            "the plan of a run that failed: what it would have planned is missing",
            where=path,
            hint="fix the error that `terraform plan` printed, then plan again",
        )
    return plan


def check_version(path: str, version: str) -> None:
    """Accept 0.1, 0.2 and every 1.x; a later major version may mean anything (JSON Output Format)."""
    if not re.fullmatch(r"(0|1)\.\d{1,9}", version):
        shown = version if re.fullmatch(r"[0-9.]{1,12}", version) else "of an unknown form"
        raise InputError(
            f"format_version {shown} is not one that this version of assay reads (0.x and 1.x)",
            where=path,
            hint="update assay",
        )


def not_json(path: str, text: bytes, error: msgspec.DecodeError) -> InputError:
    """Say why the text is not one JSON document, without quoting any of it."""
    first = text.split(b"\n", 1)[0]
    if b'"@level"' in first:
        return NotAPlanError(
            "a plan stream (`terraform plan -json`), which holds no values",
            where=path,
            hint=MAKE_A_PLAN,
        )
    if not text.lstrip().startswith((b"{", b"[")):
        return NotAPlanError(
            "text, not JSON (the output of `terraform plan` or `terraform show` for people?)",
            where=path,
            hint=MAKE_A_PLAN,
        )
    return InputError(f"not valid JSON, or cut off: {_position(error)}", where=path)


def _position(error: msgspec.DecodeError) -> str:
    """Where the decoder stopped, without any text that its message may quote."""
    found = re.search(r"\(byte (\d+)\)", str(error))
    return f"the error is at byte {found[1]}" if found else "it ends too early"
