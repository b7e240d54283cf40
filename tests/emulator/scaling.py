"""Auto Scaling's operations on groups and launch configurations."""

from .dispatch import Handler, Params, Result, page
from .fleet import MADE
from .records import Caller
from .world import World


def describe_auto_scaling_groups(world: World, caller: Caller, params: Params) -> Result:
    wanted = params.get("AutoScalingGroupNames", [])
    found = [
        {
            "AutoScalingGroupName": group.name,
            "AutoScalingGroupARN": group.arn,
            **group.launch,
            "MinSize": 0,
            "MaxSize": 1,
            "DesiredCapacity": 0,
            "DefaultCooldown": 300,
            "AvailabilityZones": [f"{group.region}a"],
            "HealthCheckType": "EC2",
            "HealthCheckGracePeriod": 300,
            "CreatedTime": MADE,
            "Instances": [],
        }
        for group in world.groups.values()
        if (group.owner_id, group.region) == (caller.account, caller.region)
        and (not wanted or group.name in wanted)
    ]
    return page(world, params, "AutoScalingGroups", found)


def describe_launch_configurations(world: World, caller: Caller, params: Params) -> Result:
    wanted = params.get("LaunchConfigurationNames", [])
    found = [
        {
            "LaunchConfigurationName": made.name,
            "LaunchConfigurationARN": made.arn,
            "ImageId": made.image_id,
            "InstanceType": "m5.large",
            "CreatedTime": MADE,
        }
        for made in world.configurations.values()
        if (made.owner_id, made.region) == (caller.account, caller.region)
        and (not wanted or made.name in wanted)
    ]
    return page(world, params, "LaunchConfigurations", found)


HANDLERS: dict[str, Handler] = {
    "DescribeAutoScalingGroups": describe_auto_scaling_groups,
    "DescribeLaunchConfigurations": describe_launch_configurations,
}
