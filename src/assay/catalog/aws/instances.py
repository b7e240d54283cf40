"""The image that each instance was launched from: DescribeInstances."""

from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, Unavailable
from assay.model import Place


def describe_instances(sdk: Sdk, place: Place, ids: list[str]) -> dict[str, Answer[str]]:
    """Ask with the `instance-id` filter, which omits unknown ids."""
    found: dict[str, Answer[str]] = {}
    for page in sdk.pages(
        place,
        "ec2",
        "DescribeInstances",
        "Reservations",
        Filters=[{"Name": "instance-id", "Values": ids}],
    ):
        for reservation in page:
            for raw in reservation.get("Instances") or ():
                image = raw.get("ImageId") or Unavailable("EC2 did not return its image")
                found[raw.get("InstanceId")] = image
    return {id: found.get(id, Absent()) for id in ids}
