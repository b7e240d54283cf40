"""What `data "aws_ami"` finds: EC2 lists by owners and filters, the provider chooses of the list.

Facts: hashicorp/aws, internal/service/ec2/ec2_ami_data_source.go; EC2 API Reference, DescribeImages:
MaxResults is for calls without image ids. Of several images that are equally new the provider takes
the first of EC2's list, which has no order: which one that will be cannot be told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assay.catalog.aws import ec2
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, SearchKey, Unavailable
from assay.model import ImageSearch, Searched

IMAGES_A_PAGE = 1000
_ITS_OWN = ("InvalidParameter", "InvalidUserID")
"""How the error codes begin that are about filters, owners and users (EC2 error code table)."""


def search(sdk: Sdk, key: SearchKey) -> Answer[Searched]:
    """DescribeImages with the arguments of a lookup, and what the provider makes of the answer."""
    place, wanted = key
    try:
        found = sdk.pages(place, "ec2", "DescribeImages", "Images", **_arguments(wanted))
    except RefusedError as refused:
        its_own = ": EC2 does not take an argument of the lookup"
        return Unavailable(refused.reason + its_own * refused.code.startswith(_ITS_OWN))
    images = {raw.get("ImageId") or None: raw for raw in found}
    if None in images:
        return Unavailable("ec2:DescribeImages answered with an image without an id")
    if not wanted.name_regex:
        return _chosen(wanted, images)

    from assay.catalog.aws.name_regex import PatternError, fitting  # most lookups have none

    named = {id: name for id, raw in images.items() if (name := raw.get("Name"))}
    try:
        fit = fitting(wanted.name_regex, named.values())
    except PatternError as error:
        return Unavailable(str(error))
    return _chosen(wanted, {id: images[id] for id, name in named.items() if name in fit})


def _arguments(wanted: ImageSearch) -> dict[str, Any]:
    """As the provider gives them to EC2: nothing is left out, nothing put in another way."""
    lists = {
        "Owners": wanted.owners,
        "ExecutableUsers": wanted.executable_users,
        "Filters": [{"Name": name, "Values": list(values)} for name, values in wanted.filters],
    }
    return {
        **{name: list(values) for name, values in lists.items() if values},
        "IncludeDeprecated": wanted.include_deprecated,
        "MaxResults": IMAGES_A_PAGE,
    }


def _chosen(wanted: ImageSearch, images: Mapping[Any, Mapping[str, Any]]) -> Answer[Searched]:
    """One of the images that match, by their ids."""
    if not images:
        return Absent()
    made = {str(id): ec2.creation_date(raw) for id, raw in images.items()}
    if len(made) > 1 and not wanted.most_recent:
        return Searched(None, len(made))
    return _newest(made)


def _newest(made: Mapping[str, datetime | None]) -> Answer[Searched]:
    """Of images and their dates; of one alone the date does not matter."""
    if len(made) == 1:
        return Searched(next(iter(made)), 1)
    dates = [date for date in made.values() if date]
    if len(dates) < len(made):
        return Unavailable("ec2:DescribeImages answered with an image without a creation date")
    last = max(dates)
    newest = [id for id, date in made.items() if date == last]
    return Searched(newest[0] if len(newest) == 1 else None, len(made))
