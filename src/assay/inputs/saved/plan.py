"""What a file is that `terraform plan -out` wrote: an archive with the plan and its code, or a bookmark.

Facts: HashiCorp, terraform, internal/plans/planfile/tfplan.go (the member `tfplan`, whose first field is
the version of its form) and internal/cloud/cloudplan/saved_plan.go (what stands for a plan of HCP
Terraform).
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
    """None where the file is but a bookmark of a plan that HCP Terraform keeps."""
    lock: bytes = b""
    """The dependency lock file that held when the plan was made."""


class _Bookmark(msgspec.Struct):
    remote_plan_format: int
    run_id: str
    hostname: str


def read_saved_plan(path: str, data: bytes) -> SavedPlan | None:
    """What of a saved plan can be read without Terraform; None where the file is none.

    Raises `InputError` for one that is damaged, hostile, or of a form that is not known.
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
    """How many bytes of a member are looked at: of the plan itself, which Terraform reads, its form."""
    if name == _PLAN:
        return 2
    return WHOLE if name == LOCK or name.startswith(PREFIX) else 0


def _check_version(path: str, plan: bytes) -> None:
    """The first field of the message has the number 1, and is a varint: one byte up to 127."""
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
