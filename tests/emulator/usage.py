"""EC2's image usage reports, and its fleets."""

from .dispatch import Handler, Params, Result, page
from .fleet import MADE
from .records import Caller
from .world import World


def describe_image_usage_reports(world: World, caller: Caller, params: Params) -> Result:
    found = [
        {
            "ReportId": report.report_id,
            "ImageId": report.image_id,
            "State": report.state,
            "CreationTime": MADE,
        }
        for report in world.usage_reports
        if (report.owner_id, report.region) == (caller.account, caller.region)
    ]
    return page(world, params, "ImageUsageReports", found)


def describe_image_usage_report_entries(world: World, caller: Caller, params: Params) -> Result:
    found = [
        {
            "ReportId": report.report_id,
            "ImageId": report.image_id,
            "ResourceType": kind,
            "UsageCount": count,
            "AccountId": account,
            "ReportCreationTime": MADE,
        }
        for report in world.usage_reports
        if (report.owner_id, report.region) == (caller.account, caller.region)
        for account, kind, count in report.entries
    ]
    return page(world, params, "ImageUsageReportEntries", found)


def describe_image_references(world: World, caller: Caller, params: Params) -> Result:
    """Instances, and what a test says; the caller's own alone."""
    here = (caller.account, caller.region)
    states = {
        state
        for each in params["ResourceTypes"]
        for option in each.get("ResourceTypeOptions", ())
        for state in option["OptionValues"]
    }
    own = [each for each in world.instances.values() if (each.owner_id, each.region) == here]
    where = f"{caller.region}:{caller.account}:instance"
    found = [
        *(
            (each.image_id, "ec2:Instance", f"arn:aws:ec2:{where}/{each.instance_id}")
            for each in own
            if each.state in states
        ),
        *(
            (image, kind, arn)
            for *at, image, kind, arn in world.more_references
            if tuple(at) == here
        ),
    ]
    references = [
        {"ImageId": image, "ResourceType": kind, "Arn": arn}
        for image, kind, arn in found
        if image in params["ImageIds"]
    ]
    return page(world, params, "ImageReferences", references)


def describe_fleets(world: World, caller: Caller, params: Params) -> Result:
    here = (caller.account, caller.region)
    return page(world, params, "Fleets", [each for *at, each in world.fleets if tuple(at) == here])


def describe_spot_fleet_requests(world: World, caller: Caller, params: Params) -> Result:
    here = (caller.account, caller.region)
    found = [each for *at, each in world.spot_fleets if tuple(at) == here]
    return page(world, params, "SpotFleetRequestConfigs", found)


HANDLERS: dict[str, Handler] = {
    "DescribeFleets": describe_fleets,
    "DescribeImageReferences": describe_image_references,
    "DescribeImageUsageReportEntries": describe_image_usage_report_entries,
    "DescribeImageUsageReports": describe_image_usage_reports,
    "DescribeSpotFleetRequests": describe_spot_fleet_requests,
}
