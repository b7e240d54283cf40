"""What a row of the table says: where an image is named, and in which form."""

from enum import Enum

import msgspec

from assay.model import Kind


class Form(Enum):
    """How a value at a path names its image."""

    IMAGE = "an AMI id or a resolve:ssm: alias"
    TEMPLATE = "a block that names a launch template"
    LAUNCH_CONFIGURATION = "the name of a launch configuration"
    REGISTERED = "an image that the resource registers from snapshots"
    INSTANCE = "an instance id, whose image is meant"
    BUILD_PARENT = "an AMI id, an Image Builder ARN or ssm:NAME"
    RECIPE = "the ARN of an Image Builder recipe"
    GROUP = "the ARN of an Auto Scaling group"
    PARAMETER = "the value of an SSM parameter"


class TemplateFields(msgspec.Struct, frozen=True, gc=False):
    """How one block type spells a launch template's id, name and version."""

    id: str
    name: str
    version: str


class Row(msgspec.Struct, frozen=True, gc=False):
    """One place where an image is named.

    `instead_of` names sibling attributes that make this one unnecessary: where one of them is set,
    an unknown value here that the configuration does not write only means "computed by AWS".
    `overridden_by` names a sibling that, when set, wins over this row at launch. `when` are fields
    of the same block that must have these values. `region` is a sibling that tells the image's
    Region where that is not the resource's own.
    """

    resource_type: str
    path: str
    kind: Kind
    form: Form = Form.IMAGE
    template: TemplateFields | None = None
    instead_of: tuple[str, ...] = ()
    overridden_by: str | None = None
    when: tuple[tuple[str, str], ...] = ()
    region: str | None = None
    top: str = ""
    """The top-level attribute that the path starts with."""

    def __post_init__(self) -> None:
        top = self.path.partition(".")[0].removesuffix("[*]")
        msgspec.structs.force_setattr(self, "top", top)


LAUNCH, TEMPLATE, DERIVE = Kind.LAUNCH, Kind.TEMPLATE, Kind.DERIVE
BAKE, SHARE, ALIAS = Kind.BAKE, Kind.SHARE, Kind.ALIAS

SHORT = TemplateFields("id", "name", "version")
LONG = TemplateFields("launch_template_id", "launch_template_name", "version")
PCS = TemplateFields("template_id", "template_name", "version")

BEANSTALK = ("namespace", "aws:autoscaling:launchconfiguration")


def template(
    resource_type: str,
    path: str,
    fields: TemplateFields = SHORT,
    *,
    instead_of: tuple[str, ...] = (),
    overridden_by: str | None = None,
) -> Row:
    """A block through which instances are launched from a template."""
    return Row(
        resource_type, path, LAUNCH, Form.TEMPLATE, fields, instead_of, overridden_by=overridden_by
    )
