"""Updates in place that launch nothing: instances keep running, and images stay as they are.

hashicorp/aws documentation and provider schema: these resources are replaced, never updated, when
their image changes. (CloudFormation's documentation says the same of the awscc types: "Update
requires: Replacement".) Updates of templates, groups and fleets are not in this list, because they
decide what is launched next.
"""

from assay.inputs.plan.document.narrow import Narrowed

SETTLED = frozenset(
    {
        "aws_ami",
        "aws_ami_copy",
        "aws_ami_from_instance",
        "aws_appstream_image_builder",
        "aws_cloud9_environment_ec2",
        "aws_imagebuilder_image",
        "aws_instance",
        "aws_lightsail_instance",
        "aws_rds_custom_db_engine_version",
        "aws_workspaces_workspace",
        "awscc_ec2_instance",
        "awscc_imagebuilder_image",
        "awscc_rds_custom_db_engine_version",
    }
)


def keeps_images(before: Narrowed, after: Narrowed) -> bool:
    """Whether an update in place leaves every image as it is, as far as the plan can tell.

    If a value is unknown or differs from the previous one, the resource ought to be replaced; a
    plan that claims otherwise is not trusted.
    """
    if after.unknown is True:
        return False
    unknown = after.unknown if isinstance(after.unknown, dict) else {}
    names = {*before.after, *after.after, *unknown} - {"region"}
    return all(
        before.after.get(name) == after.after.get(name) and not _open(after, name) for name in names
    )


def _open(view: Narrowed, attribute: str) -> bool:
    """Whether any part of an attribute is unknown; `{}` and `[{}]` in a mask are only placeholders."""
    mask = view.unknown.get(attribute) if isinstance(view.unknown, dict) else view.unknown
    return _any(mask)


def _any(mask: object) -> bool:
    match mask:
        case dict():
            return any(map(_any, mask.values()))
        case list():
            return any(map(_any, mask))
    return mask is True
