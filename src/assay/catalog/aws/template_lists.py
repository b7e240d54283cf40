"""All launch templates of a place with all their versions.

Facts: EC2 API Reference, DescribeLaunchTemplates (200 a page) and DescribeLaunchTemplateVersions:
for all templates at once it returns only the latest or default version, so each template is asked
about separately; `ResolveAlias` replaces an alias with an AMI id. It is inferred that an alias that
cannot be resolved makes the whole call fail.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.catalog.aws.listed import text, unreadable, whole_number
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Complete, CutShort, Page, Pages
from assay.model import Alias, Place, parse_image
from assay.model.uses import (
    ListedTemplate,
    ListedVersion,
)

TEMPLATES_A_PAGE = VERSIONS_A_PAGE = 200
_GONE = "InvalidLaunchTemplateId.NotFound"


def templates(sdk: Sdk, place: Place) -> Pages[ListedTemplate]:
    """Every template, including those that AWS services manage."""
    unread = 0
    managed = _managed(sdk, "DescribeLaunchTemplates")
    try:
        for page in sdk.pages(
            place,
            "ec2",
            "DescribeLaunchTemplates",
            "LaunchTemplates",
            MaxResults=TEMPLATES_A_PAGE,
            **managed,
        ):
            found: list[ListedTemplate] = []
            for raw in page:
                try:
                    found.append(_template(sdk, place, raw))
                except _UnreadableError:
                    unread += 1
                except RefusedError as refused:
                    if refused.code == _GONE:
                        continue  # deleted after the page was returned: treat as never listed
                    yield Page(tuple(found))
                    raise
            yield Page(tuple(found))
    except RefusedError as refused:
        yield CutShort(refused.obstacle, refused.reason)
        return
    yield unreadable("ec2:DescribeLaunchTemplates", unread) if unread else Complete()


class _UnreadableError(Exception):
    """An answer lacks a required member, or is about something else."""


def _template(sdk: Sdk, place: Place, raw: Mapping[str, Any]) -> ListedTemplate:
    id, name = text(raw, "LaunchTemplateId"), text(raw, "LaunchTemplateName")
    default, latest = (
        whole_number(raw, f"{which}VersionNumber") for which in ("Default", "Latest")
    )
    if id is None or name is None or default is None or latest is None:
        raise _UnreadableError
    versions = {version.number: version for version in _versions(sdk, place, id)}
    # Both must exist: the default cannot be deleted, and another would have become the latest.
    if not {default, latest} <= versions.keys():
        raise _UnreadableError
    aliases = [n for n, version in versions.items() if _is_alias(version.image)]
    versions |= _resolved(sdk, place, id, [versions[number] for number in aliases])
    return ListedTemplate(id, name, default, latest, tuple(versions.values()))


def _is_alias(image: str | None) -> bool:
    return image is not None and isinstance(parse_image(image), Alias)


def _versions(sdk: Sdk, place: Place, id: str, **wanted: Any) -> Iterator[ListedVersion]:
    """The versions of a template: those in `Versions`, or all."""
    limit = {} if wanted else {"MaxResults": VERSIONS_A_PAGE}
    managed = _managed(sdk, "DescribeLaunchTemplateVersions")
    for page in sdk.pages(
        place,
        "ec2",
        "DescribeLaunchTemplateVersions",
        "LaunchTemplateVersions",
        LaunchTemplateId=id,
        **limit,
        **managed,
        **wanted,
    ):
        for raw in page:
            number, data = whole_number(raw, "VersionNumber"), raw.get("LaunchTemplateData")
            if text(raw, "LaunchTemplateId") != id or number is None or data is None:
                raise _UnreadableError
            yield ListedVersion(number, text(data, "ImageId"))


def _resolved(
    sdk: Sdk, place: Place, id: str, versions: Sequence[ListedVersion]
) -> dict[int, ListedVersion]:
    """Resolve the versions with an alias; one that cannot be resolved does not affect the others."""
    if not versions:
        return {}
    numbers = [str(version.number) for version in versions]
    try:
        told = {
            each.number: each.image
            for each in _versions(sdk, place, id, Versions=numbers, ResolveAlias=True)
        }
    except RefusedError as refused:
        if not refused.code.startswith("Invalid"):
            raise
        if len(versions) == 1:
            return {
                each.number: msgspec.structs.replace(each, unresolved=refused.reason)
                for each in versions
            }
        middle = len(versions) // 2
        return _resolved(sdk, place, id, versions[:middle]) | _resolved(
            sdk, place, id, versions[middle:]
        )
    if any(told.get(each.number) is None or _is_alias(told[each.number]) for each in versions):
        raise _UnreadableError  # the endpoint ignores `ResolveAlias`
    return {
        each.number: msgspec.structs.replace(each, resolved=told[each.number]) for each in versions
    }


def _managed(sdk: Sdk, operation: str) -> dict[str, bool]:
    """Ask for resources managed by AWS services, omitted by default; older SDKs cannot ask."""
    taken = sdk.takes("ec2", operation, "IncludeManagedResources")
    return {"IncludeManagedResources": True} if taken else {}
