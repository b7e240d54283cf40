"""A row of the table: where an image is named, and in which form."""

from enum import Enum

import msgspec

from assay.model import Kind


class Form(Enum):
    """How the value at a path names its image."""

    IMAGE = "an AMI id or a resolve:ssm: alias"
    TEMPLATE = "a block that names a launch template"
    LAUNCH_CONFIGURATION = "the name of a launch configuration"
    REGISTERED = "an image that the resource registers from snapshots"
    INSTANCE = "the id of an instance, which stands for the image of the instance"
    BUILD_PARENT = "an AMI id, an Image Builder ARN or ssm:NAME"
    RECIPE = "the ARN of an Image Builder recipe"
    GROUP = "the ARN of an Auto Scaling group"
    PARAMETER = "the value of an SSM parameter"
    SERVICE = "what an AWS service uses to choose the image itself"


class TemplateFields(msgspec.Struct, frozen=True, gc=False):
    """The names of a launch template's id, name and version in one block type."""

    id: str
    name: str
    version: str


class Told(msgspec.Struct, frozen=True, gc=False):
    """An attribute that shows what a service will choose, in AWS's own terms."""

    path: str
    words: str
    """A regular expression for those terms: a value that does not match is never shown."""


class Elsewhere(msgspec.Struct, frozen=True, gc=False):
    """An attribute that names another resource, whose settings may bring an image."""

    path: str
    what: str
    """What it names, as shown to users: `a configuration template`."""
    cure: str
    types: tuple[str, ...]
    """The resource types that it names: a resource that is in the plan is judged on its own."""
    within: str | None = None
    """An attribute with the same value on both resources, if names are unique only within it."""


class Choice(msgspec.Struct, frozen=True, gc=False):
    """An AWS service that uses an image of its own unless something brings one of ours.

    All paths have the form of row paths. A condition is a path with the values that meet it
    (ignoring case); a condition without values is met by any value.
    """

    service: str
    """The service that chooses: `Amazon EKS`."""
    fix: str
    """How to bring an image that can be golden."""
    told: tuple[Told, ...] = ()
    unless: tuple[str, ...] = ()
    """The rows of the same resource type that bring an image; if any of them is set, it decides."""
    only: tuple[tuple[str, tuple[object, ...]], ...] = ()
    """Conditions that must all be met; if one of them is unknown, so is the choice."""
    never: tuple[tuple[str, tuple[object, ...]], ...] = ()
    """Conditions of which none may be met."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """If one of them is set, it is not known here whether the service chooses."""
    whose: str = "it is Amazon's"
    """Why the image cannot carry a golden mark."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is read for the choice."""
        conditions = (path for path, _ in (*self.only, *self.never))
        within = (each.within for each in self.elsewhere if each.within)
        others = (each.path for each in self.elsewhere)
        return (*(told.path for told in self.told), *others, *conditions, *within)


class Row(msgspec.Struct, frozen=True, gc=False):
    """One attribute path at which an image is named.

    `instead_of` names sibling attributes that make this one unnecessary: if one of them is set, an
    unknown value here that is not in the configuration only means "computed by AWS".
    `overridden_by` names a sibling that takes precedence over this row at launch. `behind` are
    paths, any of which takes precedence over this row if it is set wherever the row's block has it.
    `when` are fields of the same block that must have these values. `region` is a sibling that
    gives the image's Region if that is not the resource's own. `choice` says which service chooses
    an image if this row does not name one (for a template: if the template contains none).
    `written_with` is a sibling that is set together with a write-only attribute, whose value no
    plan contains.
    """

    resource_type: str
    path: str
    kind: Kind
    form: Form = Form.IMAGE
    template: TemplateFields | None = None
    instead_of: tuple[str, ...] = ()
    overridden_by: str | None = None
    behind: tuple[str, ...] = ()
    when: tuple[tuple[str, str], ...] = ()
    region: str | None = None
    choice: Choice | None = None
    written_with: str | None = None
    top: str = ""
    """The top-level attribute at the start of the path."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "top", _top(self.path))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is read for the row."""
        return (self.path, *self.behind, *(self.choice.paths if self.choice else ()))

    @property
    def attributes(self) -> set[str]:
        """Every top-level attribute that is read for the row."""
        names = {*map(_top, self.paths), *self.instead_of, self.region, self.overridden_by}
        return {name for name in (*names, self.written_with) if name}


def _top(path: str) -> str:
    return path.partition(".")[0].removesuffix("[*]")


LAUNCH, TEMPLATE, DERIVE = Kind.LAUNCH, Kind.TEMPLATE, Kind.DERIVE
BAKE, SHARE, ALIAS, SERVICE = Kind.BAKE, Kind.SHARE, Kind.ALIAS, Kind.SERVICE

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
    behind: tuple[str, ...] = (),
    choice: Choice | None = None,
) -> Row:
    """A block through which instances are launched from a template."""
    return Row(
        resource_type,
        path,
        LAUNCH,
        Form.TEMPLATE,
        fields,
        instead_of,
        overridden_by=overridden_by,
        behind=behind,
        choice=choice,
    )


def service(resource_type: str, path: str, choice: Choice) -> Row:
    """A service that chooses the image: the path is in the block that makes it launch something."""
    return Row(resource_type, path, SERVICE, Form.SERVICE, choice=choice)
