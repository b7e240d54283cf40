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
    INSTANCE = "the id of an instance, which stands for the image of the instance"
    BUILD_PARENT = "an AMI id, an Image Builder ARN or ssm:NAME"
    RECIPE = "the ARN of an Image Builder recipe"
    GROUP = "the ARN of an Auto Scaling group"
    PARAMETER = "the value of an SSM parameter"
    SERVICE = "what an AWS service uses to choose the image itself"


class TemplateFields(msgspec.Struct, frozen=True, gc=False):
    """How one block type spells a launch template's id, name and version."""

    id: str
    name: str
    version: str


class Told(msgspec.Struct, frozen=True, gc=False):
    """An attribute that tells what a service will choose, in words that are AWS's own."""

    path: str
    words: str
    """A regular expression of those words: nothing that does not match is ever shown."""


class Elsewhere(msgspec.Struct, frozen=True, gc=False):
    """An attribute that names another resource, whose settings may bring an image."""

    path: str
    what: str
    """What it names, for people: `a configuration template`."""
    cure: str
    types: tuple[str, ...]
    """The resource types that it names: one that is in the plan is judged by itself."""
    within: str | None = None
    """An attribute that both have alike, where names are unique only there."""


class Choice(msgspec.Struct, frozen=True, gc=False):
    """An AWS service that takes an image of its own where nothing brings it one of ours.

    All paths are written as those of rows are. A condition is a path with the values that meet it,
    whatever their case; without values, any value does.
    """

    service: str
    """Who chooses: `Amazon EKS`."""
    fix: str
    """How to bring it an image that can be golden."""
    told: tuple[Told, ...] = ()
    unless: tuple[str, ...] = ()
    """The rows of the same resource type that bring an image; one that says anything decides."""
    only: tuple[tuple[str, tuple[object, ...]], ...] = ()
    """Conditions of which all must hold; where one is not known, nor is the choice."""
    never: tuple[tuple[str, tuple[object, ...]], ...] = ()
    """Conditions of which none may hold."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """Where one of them is set, it is not known here who chooses."""
    whose: str = "it is Amazon's"
    """Why the image cannot carry a golden mark."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that the choice is read from."""
        conditions = (path for path, _ in (*self.only, *self.never))
        within = (each.within for each in self.elsewhere if each.within)
        others = (each.path for each in self.elsewhere)
        return (*(told.path for told in self.told), *others, *conditions, *within)


class Row(msgspec.Struct, frozen=True, gc=False):
    """One place where an image is named.

    `instead_of` names sibling attributes that make this one unnecessary: where one of them is set,
    an unknown value here that the configuration does not write only means "computed by AWS".
    `overridden_by` names a sibling that, when set, wins over this row at launch. `behind` are paths
    of which one wins over this row where it is set wherever the row's block has it. `when` are
    fields of the same block that must have these values. `region` is a sibling that tells the
    image's Region where that is not the resource's own. `choice` tells who chooses an image where
    this row does not name one: of a template, where the template holds none. `written_with` is a
    sibling that is set with this attribute where that is write-only: no plan holds its value.
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
    """The top-level attribute that the path starts with."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "top", _top(self.path))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that the row is read from."""
        return (self.path, *self.behind, *(self.choice.paths if self.choice else ()))

    @property
    def attributes(self) -> set[str]:
        """Every top-level attribute that the row is read from."""
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
    """Where a service chooses the image: a path in the block that makes it launch something."""
    return Row(resource_type, path, SERVICE, Form.SERVICE, choice=choice)
