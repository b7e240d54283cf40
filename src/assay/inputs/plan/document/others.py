"""Documents that are not plans, and what to use instead."""

import msgspec

from assay.errors import NotAPlanError
from assay.inputs.plan.document.text import MAKE_A_PLAN, RENDER

_ABSENT = msgspec.Raw(b"")
_AUDIT = "a state in JSON is judged by: assay audit --state FILE"
_DECRYPT = "run where its code is: tofu show -json FILE > plan.json"


class Probe(msgspec.Struct):
    """The top-level fields that tell which kind of Terraform JSON a document is."""

    format_version: msgspec.Raw = _ABSENT
    planned_values: msgspec.Raw = _ABSENT
    configuration: msgspec.Raw = _ABSENT
    values: msgspec.Raw = _ABSENT
    version: msgspec.Raw = _ABSENT
    lineage: msgspec.Raw = _ABSENT
    remote_plan_format: msgspec.Raw = _ABSENT
    encryption_version: msgspec.Raw = _ABSENT
    level: msgspec.Raw = msgspec.field(name="@level", default=_ABSENT)


def probed(text: bytes) -> Probe:
    """Decode the top level of a document. Raises the errors of msgspec."""
    return msgspec.json.decode(text, type=Probe)


def refuse_other_documents(path: str, text: bytes) -> None:
    """Refuse documents that are often given instead of a plan; return if it is none of them.

    Raises `NotAPlanError`.
    """
    try:
        probe = probed(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if probe.encryption_version:
        raise NotAPlanError("what OpenTofu has encrypted", where=path, hint=_DECRYPT)
    if probe.remote_plan_format:
        what = "the bookmark of a plan that HCP Terraform keeps"
        raise NotAPlanError(what, where=path, hint=RENDER)
    named = _named(probe)
    if named:
        is_state = probe.values or (probe.version and probe.lineage)
        hint = f"{MAKE_A_PLAN}; {_AUDIT}" if is_state else MAKE_A_PLAN
        raise NotAPlanError(named, where=path, hint=hint)


def _named(probe: Probe) -> str | None:
    if probe.level:
        return "one line of a plan stream (`terraform plan -json`), which holds no values"
    if probe.version and probe.lineage:
        return "a Terraform state file"
    if probe.planned_values:
        return None
    if probe.values:
        return "a Terraform state (`terraform show -json` without a plan file)"
    if probe.configuration:
        return "a configuration without a plan"
    if probe.format_version:
        return "the answer of `terraform show -json` when there is neither plan nor state"
    return None
