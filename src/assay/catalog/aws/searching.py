"""What `data "aws_ami"` finds: EC2 lists by owners and filters, then the provider chooses.

Facts: hashicorp/aws, internal/service/ec2/ec2_ami_data_source.go. If several images are equally
new, the provider takes the first one in EC2's list. The list has no defined order, so its choice
cannot be predicted.
"""

from collections.abc import Collection
from datetime import datetime

from assay.catalog.aws.listings import images
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, CutShort, Obstacle, Unavailable, whole
from assay.catalog.questions import SearchKey, Selection
from assay.model import Image, ImageSearch, Searched


def search(sdk: Sdk, key: SearchKey) -> Answer[Searched]:
    """Find all images that match the arguments of a lookup, and which one the provider chooses."""
    place, wanted = key
    listed = whole(images(sdk, (place, _selection(wanted))))
    if isinstance(listed, CutShort):  # a missing image could be a second match, or a newer one
        its_own = ": EC2 does not accept an argument of the lookup"
        return Unavailable(listed.reason + its_own * (listed.obstacle is Obstacle.NOT_TAKEN))
    found = {image.id: image for image in listed}
    if not wanted.name_regex:
        return _chosen(wanted, found.values())

    from assay.catalog.aws.name_regex import PatternError, fitting  # most lookups have none

    named = {id: image.name for id, image in found.items() if image.name}
    try:
        fit = fitting(wanted.name_regex, named.values())
    except PatternError as error:
        return Unavailable(str(error))
    return _chosen(wanted, [found[id] for id, name in named.items() if name in fit])


def _selection(wanted: ImageSearch) -> Selection:
    """What the provider asks EC2 for. Images hidden by Allowed AMIs are hidden from it as well."""
    return Selection(
        wanted.owners,
        wanted.executable_users,
        wanted.filters,
        include_deprecated=wanted.include_deprecated,
        include_disabled=False,
        hidden_missed=False,
    )


def _chosen(wanted: ImageSearch, matching: Collection[Image]) -> Answer[Searched]:
    """The image that the provider chooses from the matching ones."""
    if not matching:
        return Absent()
    if len(matching) > 1 and not wanted.most_recent:
        return Searched(None, len(matching))
    return _newest({image.id: image.creation_date for image in matching})


def _newest(made: dict[str, datetime | None]) -> Answer[Searched]:
    """The newest image; the date of a single image does not matter."""
    if len(made) == 1:
        return Searched(next(iter(made)), 1)
    dates = [date for date in made.values() if date]
    if len(dates) < len(made):
        return Unavailable("ec2:DescribeImages answered with an image without a creation date")
    last = max(dates)
    newest = [id for id, date in made.items() if date == last]
    return Searched(newest[0] if len(newest) == 1 else None, len(made))
