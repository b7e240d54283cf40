"""Images by id: their details, their ancestry, and how those that are gone were removed."""

from assay.catalog.aws import ec2
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, Unavailable
from assay.catalog.questions import ImageKey
from assay.model import AllowedImages, Ancestry, Image, Place, Removal


def describe_images(sdk: Sdk, place: Place, ids: list[str]) -> dict[str, Answer[Image]]:
    """DescribeImages by the `image-id` filter, which omits unknown ids instead of failing."""
    found: dict[str, Image] = {}
    try:
        for page in sdk.pages(
            place,
            "ec2",
            "DescribeImages",
            "Images",
            Filters=[{"Name": "image-id", "Values": ids}],
            IncludeDeprecated=True,
            IncludeDisabled=True,
        ):
            for raw in page:
                if isinstance(raw.get("ImageId"), str):
                    found[raw["ImageId"]] = ec2.image(raw)
    except RefusedError as refused:
        if len(ids) > 1 and refused.code.startswith("Invalid"):
            return _halved(sdk, place, ids)
        return dict.fromkeys(ids, Unavailable(refused.reason))
    return {id: found.get(id, Absent()) for id in ids}


def _halved(sdk: Sdk, place: Place, ids: list[str]) -> dict[str, Answer[Image]]:
    """Ask again in halves for a batch refused because of one id, so that only this id is lost."""
    middle = len(ids) // 2
    return {
        **describe_images(sdk, place, ids[:middle]),
        **describe_images(sdk, place, ids[middle:]),
    }


def image_ancestry(sdk: Sdk, key: ImageKey) -> Answer[Ancestry]:
    """GetImageAncestry, which accepts only one image per call."""
    place, id = key
    raw = sdk.call(place, "ec2", "GetImageAncestry", ImageId=id)
    entries = raw.get("ImageAncestryEntries")
    found = ec2.ancestry(id, place.region, entries) if isinstance(entries, list) else None
    return found or Unavailable("ec2:GetImageAncestry answered with no ancestry of this image")


def removal(sdk: Sdk, key: ImageKey) -> Answer[Removal]:
    """Ask by id, where EC2 distinguishes an image that is gone from one that never existed."""
    place, id = key
    try:
        sdk.call(place, "ec2", "DescribeImages", ImageIds=[id])
    except RefusedError as refused:
        gone = refused.code == "InvalidAMIID.Unavailable"
        if not gone and not refused.code.startswith("InvalidAMIID."):
            raise
    else:
        gone = False  # no such image, and no error: EC2 explains nothing
    return _recycled(sdk, place, id) or (Removal("deregistered") if gone else Absent())


def _recycled(sdk: Sdk, place: Place, id: str) -> Removal | None:
    """Look in the Recycle Bin, which only the owner may do and few readers are allowed to."""
    try:
        for page in sdk.pages(place, "ec2", "ListImagesInRecycleBin", "Images", ImageIds=[id]):
            for raw in page:
                if raw.get("ImageId") == id:
                    return ec2.recycled(raw)
    except RefusedError:
        pass  # this only leaves a detail out of an explanation, and affects no verdict
    return None


def allowed_images(sdk: Sdk, place: Place) -> Answer[AllowedImages]:
    """GetAllowedImagesSettings: one answer per account and Region."""
    raw = sdk.call(place, "ec2", "GetAllowedImagesSettings")
    return ec2.allowed_images(raw) or Unavailable(
        "ec2:GetAllowedImagesSettings answered with no state"
    )
