"""EC2's operations on instances and Regions."""

from collections.abc import Callable

from .dispatch import Handler, Params, Result, filtered, page, tags_of
from .errors import ApiError
from .images import usable_image
from .parameters import image_behind
from .records import Caller, Instance
from .templates import find_template, find_version
from .visibility import described as described_image
from .world import World

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2")
STATE_CODES = {"pending": 0, "running": 16, "terminated": 48, "stopped": 80}


def run_instances(world: World, caller: Caller, params: Params) -> Result:
    launch = dict(params)
    if "LaunchTemplate" in params:
        reference = params["LaunchTemplate"]
        template = find_template(world, caller, reference)
        launch = find_version(template, reference.get("Version", "$Default")).data | launch
    if "ImageId" not in launch:
        raise ApiError("MissingParameter", "The request must contain the parameter ImageId")
    image_id = image_behind(world, caller, launch["ImageId"])
    if usable_image(world, caller, image_id).state != "available":
        message = f"The image ID: '{image_id}' is no longer available"
        raise ApiError("InvalidAMIID.Unavailable", message)
    kind = launch.get("InstanceType", "m1.small")
    instances = []
    for _ in range(launch.get("MinCount", 1)):
        instance_id = world.run_instance(caller.account, caller.region, image_id, kind)
        instance = world.instances[instance_id]
        instance.tags |= tags_of(launch, "instance")
        instances.append(_described(instance))
    reservation = {"ReservationId": world.new_id("r"), "OwnerId": caller.account}
    return {**reservation, "Instances": instances}


def describe_instances(world: World, caller: Caller, params: Params) -> Result:
    own = {
        instance.instance_id: instance
        for instance in world.instances.values()
        if (instance.owner_id, instance.region) == (caller.account, caller.region)
    }
    for instance_id in params.get("InstanceIds", []):
        if instance_id not in own:
            message = f"The instance ID '{instance_id}' does not exist"
            raise ApiError("InvalidInstanceID.NotFound", message)
    asked = [own[instance_id] for instance_id in params.get("InstanceIds") or own]
    reservations = [
        {
            "ReservationId": instance.instance_id.replace("i-", "r-"),
            "OwnerId": instance.owner_id,
            "Instances": [_described(instance)],
        }
        for instance in filtered(asked, params, INSTANCE_FILTERS)
    ]
    return page(world, params, "Reservations", reservations)


INSTANCE_FILTERS: dict[str, Callable[[Instance], str]] = {
    "image-id": lambda instance: instance.image_id,
    "instance-id": lambda instance: instance.instance_id,
    "instance-state-name": lambda instance: instance.state,
    "instance-type": lambda instance: instance.instance_type,
}


def _described(instance: Instance) -> Result:
    tags = [{"Key": key, "Value": value} for key, value in instance.tags.items()]
    return {
        "InstanceId": instance.instance_id,
        "ImageId": instance.image_id,
        "InstanceType": instance.instance_type,
        "LaunchTime": instance.launch_time,
        "State": {"Code": STATE_CODES[instance.state], "Name": instance.state},
        "Placement": {"AvailabilityZone": f"{instance.region}{instance.zone}"},
        **({"Tags": tags} if tags else {}),
    }


def describe_instance_image_metadata(world: World, caller: Caller, params: Params) -> Result:
    """UNVERIFIED: whether marks are told as of the launch or as of now; here, as of now."""
    wanted = params.get("InstanceIds", [])
    own = [
        instance
        for instance in world.instances.values()
        if (instance.owner_id, instance.region) == (caller.account, caller.region)
    ]
    unknown = set(wanted) - {instance.instance_id for instance in own}
    if unknown:
        message = f"The instance ID '{min(unknown)}' does not exist"
        raise ApiError("InvalidInstanceID.NotFound", message)
    asked = [instance for instance in own if not wanted or instance.instance_id in wanted]
    zones = {instance.zone for instance in asked} if wanted else set("abc")
    if any((caller.region, zone) in world.zones_out for zone in zones):
        # API reference, DescribeInstanceImageMetadata: the call fails; the code is UNVERIFIED.
        raise ApiError("Unavailable", "The service is unavailable. Please try again shortly.", 503)
    described = [
        _with_its_image(world, caller, each) for each in filtered(asked, params, INSTANCE_FILTERS)
    ]
    return page(world, params, "InstanceImageMetadata", described)


def _with_its_image(world: World, caller: Caller, instance: Instance) -> Result:
    image = described_image(world, caller, world.image(instance.region, instance.image_id))
    same = (
        *("ImageId", "Name", "OwnerId", "ImageOwnerAlias", "State", "CreationDate"),
        *("DeprecationTime", "ImageAllowed", "ImageWatermarks"),
    )
    told = {name: image[name] for name in same if name in image}
    instance_told = _described(instance)
    return {
        **{name: instance_told[name] for name in ("InstanceId", "InstanceType", "LaunchTime")},
        "AvailabilityZone": instance_told["Placement"]["AvailabilityZone"],
        "State": instance_told["State"],
        "OwnerId": instance.owner_id,
        **({"Tags": instance_told["Tags"]} if "Tags" in instance_told else {}),
        "ImageMetadata": {**told, "IsPublic": image["Public"]},
    }


def describe_regions(world: World, caller: Caller, params: Params) -> Result:
    off = {region for account, region in world.regions_off if account == caller.account}
    shown = [name for name in REGIONS if params.get("AllRegions") or name not in off]
    return {
        "Regions": [
            {
                "RegionName": name,
                "Endpoint": f"ec2.{name}.amazonaws.com",
                "OptInStatus": "not-opted-in" if name in off else "opt-in-not-required",
            }
            for name in params.get("RegionNames") or shown
        ]
    }


def describe_availability_zones(world: World, caller: Caller, params: Params) -> Result:
    zones = [
        {
            "ZoneName": f"{caller.region}{letter}",
            "ZoneId": f"{caller.region}-az{i}",
            "ZoneType": "availability-zone",
            "RegionName": caller.region,
            "State": "available",
            "OptInStatus": "opt-in-not-required",
        }
        for i, letter in enumerate("abc", 1)
    ]
    return {"AvailabilityZones": zones}


HANDLERS: dict[str, Handler] = {
    "DescribeAvailabilityZones": describe_availability_zones,
    "DescribeInstanceImageMetadata": describe_instance_image_metadata,
    "DescribeInstances": describe_instances,
    "DescribeRegions": describe_regions,
    "RunInstances": run_instances,
}
