"""Launch templates, one at a time: DescribeLaunchTemplateVersions."""

from typing import Any

from assay.catalog.aws import ec2
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, Unavailable
from assay.catalog.questions import EveryVersionKey, TemplateKey
from assay.model import Place, TemplateRef, TemplateVersion

_TEMPLATE_ABSENT = (
    "InvalidLaunchTemplateId.NotFound",
    "InvalidLaunchTemplateName.NotFoundException",
    "InvalidLaunchTemplateId.VersionNotFound",
)


def template_version(sdk: Sdk, key: TemplateKey) -> Answer[TemplateVersion]:
    """One version; EC2 chooses it for `$Latest` or `$Default`."""
    place, ref = key
    read = _versions(sdk, place, ref.id, ref.name, Versions=[ref.version])
    if not isinstance(read, list):
        return read
    found = [version for version in read if version and _answers(version, ref)]
    # An endpoint that ignores `Versions` returns all of them, and the first could be any version.
    if len(read) != 1 or not found:
        return Unavailable(
            f"ec2:DescribeLaunchTemplateVersions did not answer with version {ref.version}"
        )
    return found[0]


def all_versions(sdk: Sdk, key: EveryVersionKey) -> Answer[tuple[TemplateVersion, ...]]:
    """Every version from all pages. A partial list could hide one."""
    place, template = key
    read = _versions(sdk, place, template.id, template.name)
    if not isinstance(read, list):
        return read
    # Any number is accepted: `$Latest` only checks that a version belongs to the template.
    latest = TemplateRef(template.id, template.name, "$Latest")
    found = tuple(version for version in read if version and _answers(version, latest))
    if not found or len(found) != len(read):
        return Unavailable("ec2:DescribeLaunchTemplateVersions did not answer with its versions")
    return found


def _versions(
    sdk: Sdk, place: Place, id: str | None, name: str | None, **wanted: Any
) -> list[TemplateVersion | None] | Absent:
    """The requested versions of one template, or all if `wanted` names none."""
    wanted |= {"LaunchTemplateId": id} if id else {"LaunchTemplateName": name}
    member = "LaunchTemplateVersions"
    try:
        pages = sdk.pages(place, "ec2", "DescribeLaunchTemplateVersions", member, **wanted)
        return [ec2.template_version(raw) for page in pages for raw in page]
    except RefusedError as refused:
        if refused.code in _TEMPLATE_ABSENT:
            return Absent()
        raise


def _answers(version: TemplateVersion, ref: TemplateRef) -> bool:
    """Whether a version is the one asked for; EC2 chooses `$Latest` and `$Default`."""
    return (
        ref.id in (None, version.template_id)
        and (ref.id is not None or ref.name == version.name)
        and (not ref.version.isdecimal() or int(ref.version) == version.number)
    )
