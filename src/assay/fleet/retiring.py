"""What a person has to do about an image, in order; assay itself never does any of it.

Facts: EC2 User Guide, "Deregister an Amazon EC2 AMI" (running instances are not affected; snapshots
stay unless they are deleted), "Disable an Amazon EC2 AMI" (EnableImage undoes it), "Recycle Bin" (a
rule for `EC2_IMAGE` keeps what is deregistered); EC2 API Reference, ResetImageAttribute.
"""

from collections.abc import Iterator, Mapping

from assay.model.remediation import Referrer, Remedy, Standing, Step

_WHAT = {
    "template": "create a version with the replacement, make it the default, then delete the versions that name this image",
    "group": "change it to launch the replacement, and refresh its instances",
    "launch-configuration": "it cannot be changed: move its groups to a launch template with the replacement, then delete it",
    "parameter": "set it to the replacement",
    "recipe": "make a new version of the recipe based on the replacement, and use it in its pipelines",
    "ec2-fleet": "replace it with a fleet that launches the replacement",
    "spot-fleet": "replace it with a fleet that launches the replacement",
    "instance": "launch a new instance from the replacement; this one keeps running without the image, but its next launch fails",
    "usage-report": "ask that account, or have a new report made: this report counted its uses",
}


def steps(remedy: Remedy, twice: Mapping[tuple[str, str], tuple[str, ...]]) -> tuple[Step, ...]:
    """For an image in use, what to change where; for one that may go, how to remove it."""
    if remedy.standing is Standing.SAFE:
        return tuple(_retire(remedy, twice))
    return tuple(_replace(remedy.used_by))


def _replace(used_by: tuple[Referrer, ...]) -> Iterator[Step]:
    for kind in dict.fromkeys(each.type for each in used_by):
        yield Step(kind, _WHAT.get(kind, "change it to use the replacement"))


def _retire(remedy: Remedy, twice: Mapping[tuple[str, str], tuple[str, ...]]) -> Iterator[Step]:
    region, image = remedy.node
    where = f"--image-id {image} --region {region}"
    yield Step(
        "remove shares",
        "nobody but the owner can launch it from then on",
        (f"aws ec2 reset-image-attribute --attribute launchPermission {where}",),
    )
    yield Step(
        "deprecate",
        "it is hidden from others, but can still be launched; can be undone",
        (f"aws ec2 enable-image-deprecation --deprecate-at TIME {where}",),
    )
    yield Step(
        "disable",
        "launches fail; can be undone with aws ec2 enable-image",
        (f"aws ec2 disable-image {where}",),
    )
    asked = f"--image-ids {image} --include-disabled --region {region}"
    yield Step(
        "wait and watch",
        "wait 30 days; continue if nobody asks for it and LastLaunchedTime, which lags by a day, has not changed",
        (f"aws ec2 describe-images --query 'Images[].LastLaunchedTime' {asked}",),
    )
    yield Step(
        "deregister under a Recycle Bin rule",
        "with a Recycle Bin rule for images, it can be restored for as long as the rule says",
        (
            f"aws rbin list-rules --resource-type EC2_IMAGE --region {region}",
            f"aws ec2 deregister-image {where}",
        ),
    )
    snapshots = [each for each in remedy.listed.snapshots if (region, each) not in twice]
    if snapshots:
        yield Step(
            "snapshots last",
            "after the image has left the Recycle Bin; never delete one that another image uses as well",
            tuple(
                f"aws ec2 delete-snapshot --snapshot-id {each} --region {region}"
                for each in snapshots
            ),
        )
