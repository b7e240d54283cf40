"""A file written by `terraform plan -out`: an archive with the plan and its code, or a bookmark.

Facts: HashiCorp, terraform, internal/plans/planfile/tfplan.go (the member `tfplan`, whose first
field is its format version) and internal/cloud/cloudplan/saved_plan.go (the bookmark of a plan in
HCP Terraform).
"""

import msgspec

from assay.errors import InputError, NotAPlanError
from assay.inputs.saved.archive import RENDER, WHOLE, Archive
from assay.inputs.saved.code import PREFIX, PlannedCode, read_code

LOCK = ".terraform.lock.hcl"
_PLAN = "tfplan"
_VERSION = 3
_ZIP = b"PK"
_BEFORE_ARCHIVES = b"tfplan"
_LONGEST_BOOKMARK = 4096


class SavedPlan(msgspec.Struct, frozen=True):
    """A saved plan, which only Terraform or OpenTofu can render."""

    code: PlannedCode | None
    """None if the file is only a bookmark of a plan stored in HCP Terraform."""
    lock: bytes = b""
    """The dependency lock file at the time of the plan."""


class _Bookmark(msgspec.Struct):
    remote_plan_format: int
    run_id: str
    hostname: str


def read_saved_plan(path: str, data: bytes) -> SavedPlan | None:
    """What can be read of a saved plan without Terraform; None if the file is not a saved plan.

    Raises `InputError` if it is damaged, hostile, or in an unknown format.
    """
    if data.startswith(_BEFORE_ARCHIVES):
        what = "a saved plan of Terraform 0.11 or older"
        raise InputError(what, where=path, hint="plan with Terraform 0.12 or newer")
    if not data.startswith(_ZIP):
        return SavedPlan(None) if _is_bookmark(data) else None
    archive = Archive(path, data, _wanted)
    if _PLAN not in archive.names:
        hint = "make a saved plan with: terraform plan -out=FILE"
        raise NotAPlanError("a zip archive, but not a saved plan", where=path, hint=hint)
    _check_version(path, archive.kept[_PLAN])
    return SavedPlan(read_code(path, archive.kept), archive.kept.get(LOCK, b""))


def _wanted(name: str) -> int:
    """How many bytes of a member are needed: only the version of the plan, which Terraform reads."""
    if name == _PLAN:
        return 2
    return WHOLE if name == LOCK or name.startswith(PREFIX) else 0


def _check_version(path: str, plan: bytes) -> None:
    """Check the version: field number 1 of the message, a varint that takes one byte up to 127."""
    if plan[:1] != b"\x08" or len(plan) < 2 or plan[1] != _VERSION:
        raise InputError(
            "a saved plan in a form that this version of assay does not know",
            where=path,
            hint=RENDER,
        )


def _is_bookmark(data: bytes) -> bool:
    if len(data) > _LONGEST_BOOKMARK or not data.lstrip().startswith(b"{"):
        return False
    try:
        return bool(msgspec.json.decode(data, type=_Bookmark).run_id)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
