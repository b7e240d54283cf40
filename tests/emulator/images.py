"""EC2's operations on images and on the Allowed AMIs settings."""

import dataclasses
import re
from collections.abc import Iterator

from .dispatch import Handler, Params, Result, page, tags_of
from .errors import ApiError
from .records import AllowedImages, Caller, Image
from .visibility import can_use, described, is_shared, passes, refuse_unknown_filters
from .world import World, image_not_found

MAX_RECYCLED = 20  # API reference, ListImagesInRecycleBin
MAX_CRITERIA = 10  # API reference, ImageCriterionRequest, and the most values of each of its lists
MAX_VALUES = {
    "ImageProviders": 200,
    "ImageNames": 50,
    "MarketplaceProductCodes": 50,
    "ImageWatermarks": 50,
}
VALUE = {
    "ImageProviders": r"amazon|aws-marketplace|aws-backup-vault|none|[0-9]{12}",
    "MarketplaceProductCodes": r"[A-Za-z0-9]{1,25}",
    "ImageNames": r"(?=[^?]*$|.{3})[A-Za-z0-9()\[\]./'@_*? -]{1,128}",
}
OWNER = re.compile(r"[0-9]{12}|self|amazon|aws-backup-vault|aws-marketplace")
USER = re.compile(r"[0-9]{12}|self|all")
AMI_ID = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})")


def usable_image(world: World, caller: Caller, image_id: str) -> Image:
    """An image the caller may name in a call, or the error EC2 gives."""
    _refuse_malformed([image_id])
    image = world.images.get((caller.region, image_id))
    if image is None or not can_use(world, caller, image):
        raise image_not_found(image_id)
    if image.state == "deregistered":
        if world.deregistered == "not-found":
            raise image_not_found(image_id)
        raise image_unavailable(image_id)
    return image


def image_unavailable(image_id: str) -> ApiError:
    """The text is what tflint handles; which calls give it, and for which of several ids, is
    UNVERIFIED.
    """
    message = f"The image ID: '{image_id}' is no longer available"
    return ApiError("InvalidAMIID.Unavailable", message)


def _refuse_malformed(image_ids: list[str]) -> None:
    """Only the first malformed id is named (getmoto/moto#5050)."""
    for image_id in image_ids:
        if not AMI_ID.fullmatch(image_id):
            raise ApiError("InvalidAMIID.Malformed", f'Invalid id: "{image_id}"')


def describe_images(world: World, caller: Caller, params: Params) -> Result:
    filters = params.get("Filters", [])
    refuse_unknown_filters(filters)
    states = [v for f in filters if f["Name"] == "state" for v in f.get("Values", ())]
    if "disabled" in states and not params.get("IncludeDisabled"):
        # steampipe-plugin-aws#2276
        message = "When filtering by the 'disabled' state, 'IncludeDisabled' must be set to 'true'"
        raise ApiError("InvalidParameter", f"{message} in the request.")
    image_ids = params.get("ImageIds", [])
    if image_ids and "MaxResults" in params:
        # aws-sdk-ruby#3028; the text is what DescribeVolumes says (aws-cli#1976), here UNVERIFIED.
        message = "The parameter imageIdsSet cannot be used with the parameter maxResults"
        raise ApiError("InvalidParameterCombination", message)
    _refuse_malformed_users(params.get("Owners", []), OWNER)
    _refuse_malformed_users(params.get("ExecutableUsers", []), USER)
    _refuse_unknown(world, caller, image_ids)
    found = [
        described(world, caller, image)
        for image in world.images.values()
        if can_use(world, caller, image)
        and (not image_ids or image.image_id in image_ids)
        and _is_listed(world, caller, image, params)
    ]
    return page(world, params, "Images", [image for image in found if passes(image, filters)])


def _refuse_malformed_users(users: list[str], form: re.Pattern[str]) -> None:
    """The code is the error code table's, the forms are the API reference's, the text is what
    DescribeFpgaImages says; UNVERIFIED, whether aliases besides these are still taken.
    """
    for user in users:
        if not form.fullmatch(user):
            raise ApiError("InvalidUserID.Malformed", f"User ID '{user}' is invalid")


def _refuse_unknown(world: World, caller: Caller, image_ids: list[str]) -> None:
    """One unknown id fails the whole call (cartography#721). What is hidden counts as unknown."""
    _refuse_malformed(image_ids)
    asked = {image_id: world.images.get((caller.region, image_id)) for image_id in image_ids}
    unknown = [id for id, image in asked.items() if not _is_known(world, caller, image)]
    if unknown:
        raise image_not_found(*unknown)
    for image in asked.values():
        gone = image and image.state == "deregistered" and can_use(world, caller, image)
        if image and gone and world.deregistered == "unavailable":
            raise image_unavailable(image.image_id)


def _is_known(world: World, caller: Caller, image: Image | None) -> bool:
    if image is None:
        return False
    if not can_use(world, caller, image):
        return world.inaccessible != "not-found"
    return image.state != "deregistered" or world.deregistered != "not-found"


def _is_listed(world: World, caller: Caller, image: Image, params: Params) -> bool:
    own = image.owner_id == caller.account
    if image.state == "deregistered":
        return False  # asking for it by id is no error either (getmoto/moto#5050)
    if image.state == "disabled" and not params.get("IncludeDisabled"):
        return False  # UNVERIFIED when it is asked for by its id
    if "Owners" in params and not (
        {image.owner_id, image.owner_alias, "self" if own else None} & set(params["Owners"])
    ):
        return False
    users = params.get("ExecutableUsers")
    if users is not None and not _executable(world, caller, image, users):
        return False
    # Deprecated images of others are hidden, unless asked for by id (packer-plugin-amazon#261).
    deprecated = image.deprecation_time is not None and image.deprecation_time <= world.now()
    asked_for = params.get("IncludeDeprecated") or params.get("ImageIds")
    return own or not deprecated or bool(asked_for)


def _executable(world: World, caller: Caller, image: Image, users: list[str]) -> bool:
    """Explicit permissions alone; UNVERIFIED, that `self` leaves out the caller's own images.

    API reference: `self` takes in what is shared with the caller's organisation, an id does not.
    """
    if "self" in users and is_shared(world, caller.account, image):
        return True
    return bool(set(users) & image.shared_with) or ("all" in users and image.public)


def describe_image_attribute(world: World, caller: Caller, params: Params) -> Result:
    image = _own(world, caller, params)
    if params["Attribute"] != "launchPermission":
        raise NotImplementedError(params["Attribute"])
    units = {arn for arn in image.shared_with_organizations if ":ou/" in arn}
    return {
        "ImageId": image.image_id,
        "LaunchPermissions": [
            *({"UserId": account} for account in sorted(image.shared_with)),
            *(
                {"OrganizationalUnitArn" if arn in units else "OrganizationArn": arn}
                for arn in sorted(image.shared_with_organizations)
            ),
            *([{"Group": "all"}] if image.public else []),
        ],
    }


def list_images_in_recycle_bin(world: World, caller: Caller, params: Params) -> Result:
    asked = params.get("ImageIds", [])
    if len(asked) > MAX_RECYCLED:
        # API reference, ListImagesInRecycleBin; code and text are UNVERIFIED.
        message = f"Not more than {MAX_RECYCLED} image ids can be specified"
        raise ApiError("InvalidParameterValue", message)
    _refuse_malformed(asked)  # UNVERIFIED
    own = {
        image.image_id: {
            "ImageId": image.image_id,
            "Name": image.name,
            "RecycleBinEnterTime": image.recycle_bin_enter_time,
            "RecycleBinExitTime": image.recycle_bin_exit_time,
        }
        for image in world.images.values()
        if (image.owner_id, image.region) == (caller.account, caller.region)
        if image.recycle_bin_exit_time and world.now() < image.recycle_bin_exit_time
    }
    outside = [image_id for image_id in asked if image_id not in own]
    if outside and world.outside_recycle_bin == "not-found":
        raise image_not_found(*outside)  # UNVERIFIED
    listed = [entry for image_id, entry in own.items() if not asked or image_id in asked]
    return page(world, params, "Images", listed)


def get_image_ancestry(world: World, caller: Caller, params: Params) -> Result:
    """Entries stay although an ancestor is deregistered or not accessible (EC2 User Guide)."""
    image = usable_image(world, caller, params["ImageId"])
    entries: list[Result] = []
    for ancestor in world.ancestry(image):
        entry = {
            "ImageId": ancestor.image_id,
            "CreationDate": ancestor.creation_date,
            "ImageOwnerAlias": ancestor.owner_alias,
            "SourceImageId": ancestor.source_image_id,
            "SourceImageRegion": ancestor.source_image_region,
        }
        entries.append({name: value for name, value in entry.items() if value})
    return {"ImageAncestryEntries": entries}


def get_image_findings(world: World, caller: Caller, params: Params) -> Result:
    """UNVERIFIED: of an image that was not scanned the list is empty."""
    image = usable_image(world, caller, params["ImageId"])
    found = [
        {"Title": title, "SeverityLabel": severity, "FixAvailable": True}
        for title, severity in image.findings
    ]
    return page(world, params, "ImageFindings", found)


def copy_image(world: World, caller: Caller, params: Params) -> Result:
    region, source_id = params["SourceRegion"], params["SourceImageId"]
    source = usable_image(world, dataclasses.replace(caller, region=region), source_id)
    name = params["Name"]
    image_id = world.copy_image(caller.account, caller.region, source_id, region, name=name)
    image = world.image(caller.region, image_id)
    if params.get("CopyImageTags") and source.owner_id == caller.account:
        image.tags |= source.tags
    image.tags |= tags_of(params, "image")
    return {"ImageId": image_id}


def create_image(world: World, caller: Caller, params: Params) -> Result:
    """UNVERIFIED: the watermarks are those its AMI has now, not those it had at the launch."""
    instance_id, name = params["InstanceId"], params["Name"]
    image_id = world.create_image(caller.account, caller.region, instance_id, name=name)
    world.image(caller.region, image_id).tags |= tags_of(params, "image")
    return {"ImageId": image_id}


def register_image(world: World, caller: Caller, params: Params) -> Result:
    volumes = [each.get("Ebs", {}) for each in params.get("BlockDeviceMappings", ())]
    snapshots = [each["SnapshotId"] for each in volumes if "SnapshotId" in each]
    image_id = world.register_image(
        caller.account, caller.region, name=params["Name"], snapshots=snapshots
    )
    image = world.image(caller.region, image_id)
    image.architecture = params.get("Architecture", image.architecture)
    image.tags |= tags_of(params, "image")
    return {"ImageId": image_id}


def deregister_image(world: World, caller: Caller, params: Params) -> Result:
    image = _own(world, caller, params)
    world.deregister(image.image_id, caller.region)
    return {"Return": True}


def disable_image(world: World, caller: Caller, params: Params) -> Result:
    image = _own(world, caller, params)
    world.disable(image.image_id, caller.region)
    return {"Return": True}


def enable_image(world: World, caller: Caller, params: Params) -> Result:
    _own(world, caller, params).state = "available"
    return {"Return": True}


def enable_image_deprecation(world: World, caller: Caller, params: Params) -> Result:
    image = _own(world, caller, params)
    world.deprecate(image.image_id, caller.region, params["DeprecateAt"])
    return {"Return": True}


def attach_image_watermark(world: World, caller: Caller, params: Params) -> Result:
    image_id, name = params["ImageId"], params["WatermarkName"]
    key = world.attach_watermark(caller.account, caller.region, image_id, name)
    return {"WatermarkKey": key}


def detach_image_watermark(world: World, caller: Caller, params: Params) -> Result:
    image_id, key = params["ImageId"], params["WatermarkKey"]
    world.detach_watermark(caller.account, caller.region, image_id, key)
    return {"Return": True}


def modify_image_attribute(world: World, caller: Caller, params: Params) -> Result:
    image = _own(world, caller, params)
    permission = params.get("LaunchPermission", {})
    for added in permission.get("Add", []):
        if "UserId" in added:
            world.share(image.image_id, caller.region, added["UserId"])
        if added.get("Group") == "all":
            world.make_public(image.image_id, caller.region)
    for removed in permission.get("Remove", []):
        image.shared_with.discard(removed.get("UserId", ""))
        if removed.get("Group") == "all":
            image.public = False
    return {}


def _own(world: World, caller: Caller, params: Params) -> Image:
    return world.owned_image(caller.account, caller.region, params["ImageId"])


def _settings(world: World, caller: Caller) -> AllowedImages:
    return world.allowed.setdefault((caller.account, caller.region), AllowedImages())


def _editable_settings(world: World, caller: Caller) -> AllowedImages:
    settings = _settings(world, caller)
    if settings.managed_by == "declarative-policy":
        # Organizations User Guide: the calls are refused. The code is UNVERIFIED.
        message = "This action is denied due to an organizational policy in effect"
        raise ApiError("DeclarativePolicyViolation", message)
    return settings


def get_allowed_images_settings(world: World, caller: Caller, params: Params) -> Result:
    settings = _settings(world, caller)
    return {
        "State": settings.state,
        "ImageCriteria": settings.criteria,
        "ManagedBy": settings.managed_by,
    }


def enable_allowed_images_settings(world: World, caller: Caller, params: Params) -> Result:
    settings = _editable_settings(world, caller)
    settings.state = params["AllowedImagesSettingsState"]
    return {"AllowedImagesSettingsState": settings.state}


def disable_allowed_images_settings(world: World, caller: Caller, params: Params) -> Result:
    _editable_settings(world, caller).state = "disabled"
    return {"AllowedImagesSettingsState": "disabled"}


def replace_image_criteria(world: World, caller: Caller, params: Params) -> Result:
    criteria = params.get("ImageCriteria", [])
    settings = _editable_settings(world, caller)
    for problem in _wrong_with(criteria):
        raise ApiError("InvalidParameterValue", problem)  # code and texts are UNVERIFIED
    settings.criteria = criteria
    return {"ReturnValue": True}


def _wrong_with(criteria: list[Params]) -> Iterator[str]:
    """The limits and forms of the API reference, ImageCriterionRequest."""
    if len(criteria) > MAX_CRITERIA:
        yield f"more than {MAX_CRITERIA} criteria"
    for criterion in criteria:
        for field, most in MAX_VALUES.items():
            if len(criterion.get(field, [])) > most:
                yield f"more than {most} values of {field}"
        for field, pattern in VALUE.items():
            if not all(re.fullmatch(pattern, value) for value in criterion.get(field, [])):
                yield f"not a value of {field}"
        providers = criterion.get("ImageProviders", [])
        if "none" in providers and len(providers) > 1:
            yield "none stands with other providers"


HANDLERS: dict[str, Handler] = {
    "AttachImageWatermark": attach_image_watermark,
    "CopyImage": copy_image,
    "CreateImage": create_image,
    "DeregisterImage": deregister_image,
    "DescribeImageAttribute": describe_image_attribute,
    "DescribeImages": describe_images,
    "DetachImageWatermark": detach_image_watermark,
    "DisableAllowedImagesSettings": disable_allowed_images_settings,
    "DisableImage": disable_image,
    "EnableAllowedImagesSettings": enable_allowed_images_settings,
    "EnableImage": enable_image,
    "EnableImageDeprecation": enable_image_deprecation,
    "GetAllowedImagesSettings": get_allowed_images_settings,
    "GetImageAncestry": get_image_ancestry,
    "GetImageFindings": get_image_findings,
    "ListImagesInRecycleBin": list_images_in_recycle_bin,
    "ModifyImageAttribute": modify_image_attribute,
    "RegisterImage": register_image,
    "ReplaceImageCriteriaInAllowedImagesSettings": replace_image_criteria,
}
