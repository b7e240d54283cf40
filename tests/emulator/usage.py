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


def describe_fleets(world: World, caller: Caller, params: Params) -> Result:
    here = (caller.account, caller.region)
    return page(world, params, "Fleets", [each for *at, each in world.fleets if tuple(at) == here])


def describe_spot_fleet_requests(world: World, caller: Caller, params: Params) -> Result:
    here = (caller.account, caller.region)
    found = [each for *at, each in world.spot_fleets if tuple(at) == here]
    return page(world, params, "SpotFleetRequestConfigs", found)


HANDLERS: dict[str, Handler] = {
    "DescribeFleets": describe_fleets,
    "DescribeImageUsageReportEntries": describe_image_usage_report_entries,
    "DescribeImageUsageReports": describe_image_usage_reports,
    "DescribeSpotFleetRequests": describe_spot_fleet_requests,
}
