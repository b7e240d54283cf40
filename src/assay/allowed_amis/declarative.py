"""Writes criteria of EC2's Allowed AMIs as a declarative policy of AWS Organizations.

Facts: AWS Organizations User Guide, "Declarative policy syntax and examples" (`ec2_attributes`,
`allowed_images_settings`: state, `image_criteria` as a map `criteria_1` to `criteria_10`, underscores
in `audit_mode`, `aws_marketplace` and `aws_backup_vault`; values under `@@assign`). In the known copies
of that page there are keys for providers, names, the creation date and the deprecation time, but none
for watermarks, product codes or scan results, although AWS announced that watermarks can be enforced
this way. Undocumented keys are not guessed. A criterion without one of its conditions would admit more,
so it is left out completely, unless the user asks for wider criteria.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from assay.allowed_amis.export import Criterion
from assay.errors import PolicyError

State = Literal["audit_mode", "enabled", "disabled"]
STATES: tuple[State, ...] = ("audit_mode", "enabled", "disabled")
_ALIASES = {"aws-marketplace": "aws_marketplace", "aws-backup-vault": "aws_backup_vault"}
_UNKNOWN = {
    "ImageWatermarks": "watermarks",
    "MarketplaceProductCodes": "product codes",
    "ScanResultCondition": "scan results",
}
"""EC2's conditions for which no known copy of the syntax has a key."""
_NO_KEY = "the documented syntax has no key for"


class Declared(msgspec.Struct, frozen=True):
    """The document, and one line for each thing that it leaves out."""

    document: dict[str, Any]
    unsaid: tuple[str, ...]


def declarative(
    criteria: Iterable[Criterion], state: State, message: str | None, path: str, *, wider: bool
) -> Declared:
    """Return the policy's content.

    With `wider`, a criterion is written without its conditions that have no key, if any others remain.
    Raises `PolicyError`, which names `path`, if no criterion can be written.
    """
    said: list[dict[str, Any]] = []
    unsaid: list[str] = []
    for number, each in enumerate(criteria, 1):
        what, known = " and ".join(_unknown(each)), _criterion(each)
        if not what:
            said.append(known)
        elif wider and known:
            said.append(known)
            unsaid.append(f"criterion {number} admits more than it should: {_NO_KEY} {what}")
        else:
            unsaid.append(f"criterion {number} is left out: {_NO_KEY} {what}")
    if not said:
        raise PolicyError(
            f"no criterion can be written as a declarative policy: {'; '.join(unsaid)}",
            where=path,
            hint="set the criteria in each account and Region (assay export allowed-amis), or use --wider to write the rest of the criteria that need more",
        )
    settings = {
        "state": {"@@assign": state},
        "image_criteria": {f"criteria_{number}": each for number, each in enumerate(said, 1)},
    }
    attributes: dict[str, Any] = {"allowed_images_settings": settings}
    if message is not None:
        attributes = {"exception_message": {"@@assign": message}, **attributes}
    return Declared({"ec2_attributes": attributes}, (*unsaid, *_always()))


def _unknown(criterion: Criterion) -> list[str]:
    return [what for field, what in _UNKNOWN.items() if field in criterion]


def _criterion(criterion: Criterion) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, value in criterion.items():
        match field:
            case "ImageProviders":
                providers = [_ALIASES.get(each, each) for each in value]
                found["allowed_image_providers"] = {"@@assign": providers}
            case "ImageNames":
                found["image_names"] = {"@@assign": value}
            case "CreationDateCondition":
                days = {"@@assign": value["MaximumDaysSinceCreated"]}
                found["creation_date_condition"] = {"maximum_days_since_created": days}
            case "DeprecationTimeCondition":
                days = {"@@assign": value["MaximumDaysSinceDeprecated"]}
                found["deprecation_time_condition"] = {"maximum_days_since_deprecated": days}
    return found


def _always() -> Iterator[str]:
    yield "check the result with aws ec2 get-allowed-images-settings in each account and Region"
    yield (
        "while a declarative policy is attached, accounts cannot change their own Allowed AMIs settings; it applies in all Regions of the accounts that it is attached to, so try audit_mode first"
    )
