"""EC2's operations on instances and Regions."""

from collections.abc import Callable

from .dispatch import Handler, Params, Result, filtered, page, tags_of
from .errors import ApiError
from .images import usable_image
from .parameters import image_behind
from .records import Caller, Instance
from .templates import find_template, find_version
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
        "Placement": {"AvailabilityZone": f"{instance.region}a"},
        **({"Tags": tags} if tags else {}),
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
    "DescribeInstances": describe_instances,
    "DescribeRegions": describe_regions,
    "RunInstances": run_instances,
}
