"""All images of a place, page by page: DescribeImages by owners, users and filters.

Facts: EC2 API Reference, DescribeImages (MaxResults is for calls without image ids; unpaginated
calls are throttled and time out); EC2 User Guide, "Control the discovery and use of AMIs in Amazon
EC2 with Allowed AMIs": if it is enabled, other owners' images that match no criterion are silently
omitted.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from assay.catalog.aws import ec2
from assay.catalog.aws.images import allowed_images
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Complete, CutShort, Obstacle, Page, Pages
from assay.catalog.questions import Selection, SelectionKey
from assay.model import AllowedImages, Image, Place
from assay.model.inventory import ListedImage

T = TypeVar("T")

IMAGES_A_PAGE = 1000


def images(sdk: Sdk, key: SelectionKey) -> Pages[Image]:
    """Every selected image that EC2 shows."""
    return _pages(sdk, key, ec2.image)


def listed_images(sdk: Sdk, key: SelectionKey) -> Pages[ListedImage]:
    """The same, with the details that fleet commands need."""
    return _pages(sdk, key, ec2.listed_image)


def _pages(sdk: Sdk, key: SelectionKey, read: Callable[[Mapping[str, Any]], T]) -> Pages[T]:
    place, selection = key
    try:
        # Ask this first: a setting that is switched on while pages arrive affects the next listing.
        hidden = _hidden(sdk, place) if selection.hidden_missed else None
        for page in sdk.pages(place, "ec2", "DescribeImages", "Images", **_arguments(selection)):
            if not all(raw.get("ImageId") for raw in page):
                said = "ec2:DescribeImages answered with an image without an id"
                yield CutShort(Obstacle.FAILED, said)
                return
            yield Page(tuple(read(raw) for raw in page))
    except RefusedError as refused:
        yield CutShort(refused.obstacle, refused.reason)
        return
    yield hidden or Complete()


def _arguments(selection: Selection) -> dict[str, Any]:
    """The arguments exactly as the selection gives them."""
    lists = {
        "Owners": selection.owners,
        "ExecutableUsers": selection.executable_users,
        "Filters": [{"Name": name, "Values": list(values)} for name, values in selection.filters],
    }
    disabled = {"IncludeDisabled": True} if selection.include_disabled else {}
    return {
        **{name: list(values) for name, values in lists.items() if values},
        "IncludeDeprecated": selection.include_deprecated,
        **disabled,
        "MaxResults": IMAGES_A_PAGE,
    }


def _hidden(sdk: Sdk, place: Place) -> CutShort | None:
    """Why other owners' images may be missing from complete pages; an account's own never are."""
    try:
        settings = allowed_images(sdk, place)
    except RefusedError as refused:  # the pages may still arrive, and are useful
        return CutShort(refused.obstacle, refused.reason)
    match settings:
        case AllowedImages(state="disabled" | "audit-mode"):
            return None
        case AllowedImages(state="enabled"):
            said = f"Allowed AMIs is enabled in {place}: EC2 does not list images that it does not admit"
            return CutShort(Obstacle.FILTERED, said)
    return CutShort(
        Obstacle.FAILED, f"it is not known whether Allowed AMIs hides images in {place}"
    )
