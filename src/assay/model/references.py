"""What a plan says: one attribute that names an image, and the forms such a value takes."""

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from assay.model.addresses import module_of
from assay.model.changes import Changeable
from assay.model.exceptions import CodeException
from assay.model.ids import ACCOUNT, PARAMETER, REGION, is_ami_id
from assay.model.kinds import Action, Kind
from assay.model.places import Place, Unplaced


class AmiId(msgspec.Struct, frozen=True, gc=False):
    """A literal `ami-…`."""

    id: str

    def __str__(self) -> str:
        return self.id


class Alias(msgspec.Struct, frozen=True, gc=False):
    """`resolve:ssm:NAME_OR_ARN[:VERSION_OR_LABEL]`, EC2's way to name an image by SSM parameter."""

    parameter: str
    selector: str | None = None

    @property
    def pinned(self) -> bool:
        """A numbered parameter version never changes; a label, or no selector, can."""
        return self.selector is not None and self.selector.isdecimal()

    @property
    def query(self) -> str:
        """The name as SSM GetParameters takes it."""
        return f"{self.parameter}:{self.selector}" if self.selector else self.parameter

    def __str__(self) -> str:
        return f"resolve:ssm:{self.query}"


class TemplateRef(msgspec.Struct, frozen=True, gc=False):
    """A launch template by id or by name, at a version: a number, `$Latest` or `$Default`."""

    id: str | None
    name: str | None
    version: str = "$Default"

    @property
    def pinned(self) -> bool:
        """A numbered template version cannot be edited (CreateLaunchTemplateVersion adds new ones)."""
        return self.version.isdecimal()

    def __str__(self) -> str:
        return f"{self.id or self.name}:{self.version}"


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Not known yet; `references` is what the configuration says the value comes from."""

    references: tuple[str, ...] = ()
    when: str = "after apply"
    """When it will be known: `after apply`, or of code alone `to Terraform, not from the code`."""


class Unusable(msgspec.Struct, frozen=True, gc=False):
    """A value that is no image (wrong type or form), never printed; `cure`: what to do about it."""

    reason: str
    cure: str | None = None


class InstanceRef(msgspec.Struct, frozen=True, gc=False):
    """An existing instance by id, where the image it was launched from is meant."""

    id: str

    def __str__(self) -> str:
        return self.id


class ImageSearch(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An image that Terraform looks up when it plans: the arguments of a `data "aws_ami"` block.

    hashicorp/aws documentation of the data source aws_ami: EC2 filters by owners and filters, the
    provider by `name_regex`; with `most_recent` the newest of several is taken, without it several
    are an error.
    """

    owners: tuple[str, ...] = ()
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    name_regex: str | None = None
    most_recent: bool = False
    include_deprecated: bool = False
    executable_users: tuple[str, ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether it can find one image only, for ever: nobody can choose an image's id."""
        return len(set(self.exactly("image-id"))) == 1

    def exactly(self, name: str) -> tuple[str, ...]:
        """The values to which the filters of a name confine it; none where one holds a wildcard.

        Filters of the same name are taken for alternatives, which is INFERRED to be the safe side:
        EC2's documentation does not tell that each of them must hold.
        """
        found = [values for each, values in self.filters if each == name]
        values = tuple(text for each in found for text in each)
        return values if all(found) and not any({"*", "?"} & set(text) for text in values) else ()


class Imageless(msgspec.Struct, frozen=True, gc=False):
    """A launch template that this plan leaves without an image."""


class ServiceImage(msgspec.Struct, frozen=True, gc=False):
    """What an AWS service launches where nothing brings it an image of ours."""

    service: str
    """Who chooses: `Amazon EKS`."""
    whose: str
    """Why the image cannot carry a golden mark: `it is Amazon's`."""
    cure: str
    """How to bring an image that can."""
    shown: str | None = None
    """What stands at the attribute itself, where it is a word of AWS's own."""
    told: tuple[str, ...] = ()
    """What the choice goes by, in such words: `ami_type = AL2023_x86_64_STANDARD`."""

    def __str__(self) -> str:
        return self.shown or f"(chosen by {self.service})"


class Planned(msgspec.Struct, frozen=True, gc=False):
    """What another resource of the same plan holds: a launch template's image, say."""

    step: str
    """How the reference leads there, for people: `launch template aws_launch_template.web`."""
    value: "Value"
    moving: bool = False
    """Whether the step can lead elsewhere after the check (`$Latest`)."""
    sensitive: bool = False
    """The plan marks what stands there as sensitive."""
    astray: bool = False
    """It stands at a path that nobody told us about, and what is done with it is not known."""

    def __str__(self) -> str:
        return str(self.value)


def astray(named: "Value", path: str) -> Planned:
    """An image named at a path that nobody told us about: judged, though its use is not known."""
    return Planned(f"{path}, and what is done with it there is not known", named, astray=True)


class Made(msgspec.Struct, frozen=True, gc=False):
    """An image that this very plan will make from another one."""

    by: str
    """The address of the resource that makes it."""
    how: str
    """The EC2 action behind it: CopyImage, CreateImage, or Image Builder."""
    source: "Value"
    place: "Place | Unplaced"
    """Where the source image is looked up."""
    sensitive: bool = False
    """The plan marks the source as sensitive."""


class Registered(msgspec.Struct, frozen=True, gc=False):
    """An image that this very plan registers from snapshots: RegisterImage records no source."""

    by: str


class EveryVersion(msgspec.Struct, frozen=True, gc=False):
    """Each version that a launch template has: which of them is meant is known only after apply."""

    id: str | None
    name: str | None

    def __str__(self) -> str:
        return f"{self.id or self.name}, every version"


class AnyOf(msgspec.Struct, frozen=True, gc=False):
    """One of several values; which of them nobody can tell before apply, so each is judged."""

    values: "tuple[Value, ...]"


class Already(msgspec.Struct, frozen=True, gc=False):
    """What a name that the plan makes or changes means already: it counts if there is such a thing.

    What is made under a name that is taken fails, and what waits for its user comes too late.
    """

    value: "Alias | TemplateRef"


class Incomplete(msgspec.Struct, frozen=True, gc=False):
    """Not an attribute: the plan says that it leaves changes out, or code is not there."""

    reason: str
    cure: str = "plan without -target, and apply nothing in parts"


Value: TypeAlias = (
    AmiId
    | Alias
    | TemplateRef
    | InstanceRef
    | ImageSearch
    | Unknown
    | Unusable
    | Imageless
    | ServiceImage
    | Planned
    | Made
    | Registered
    | EveryVersion
    | AnyOf
    | Already
    | Incomplete
    | Changeable
)


PlacedValue: TypeAlias = tuple[Value, "Place | Unplaced"]
"""A value and where it stands: references that agree in both mean the same image."""


class AmiReference(msgspec.Struct, frozen=True, gc=False):
    """One attribute of one resource that names, or will name, an AMI."""

    address: str
    """The absolute Terraform address, instance key included."""
    resource_type: str
    attribute: str
    """The attribute's path in Terraform's notation, for example `launch_template[0].id`."""
    kind: Kind
    action: Action
    value: Value
    place: Place | Unplaced
    sensitive: bool = False
    """The plan marks the value as sensitive: it is checked, and shown as `(sensitive)`."""
    replaces: str | None = None
    """The AMI id that stood here before, where the plan changes it."""
    file: str | None = None
    line: int | None = None
    root: str | None = None
    """The root module's directory, where a run reads several: addresses are relative to it."""
    tags: Mapping[str, str] = {}
    """The resource's planned tags, where a policy asks for them; never shown."""
    changes_ignored: bool = False
    """The code tells Terraform to leave the attribute as it once was (`ignore_changes`)."""
    exceptions: tuple[CodeException, ...] = ()
    """The exceptions that comments in the code make for it."""
    fallback: ServiceImage | None = None
    """What an AWS service takes where the launch template named here holds no image."""

    @property
    def module(self) -> str:
        """The module path of the address: `module.a["x"].module.b`, empty for the root."""
        return module_of(self.address)


_ALIAS = "resolve:ssm:"
_PARAMETER_ARN = (
    rf"(?P<parameter>arn:[a-z-]+:ssm:{REGION}:{ACCOUNT}:parameter/[^:]+)(:(?P<selector>[^:]+))?"
)
_PARAMETER_NAME = rf"(?P<parameter>{PARAMETER})(:(?P<selector>[A-Za-z0-9_.\-]+))?"


def parse_image(value: object) -> AmiId | Alias | Unusable | None:
    """An `ImageId` as EC2 takes it: an AMI id, a `resolve:ssm:` alias, or nothing at all.

    EC2 API Reference, RequestLaunchTemplateData: a name, or a shared one's ARN, maybe a version.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return Unusable("is not a string")
    if is_ami_id(value):
        return AmiId(value)
    if value.startswith(_ALIAS):
        name = value.removeprefix(_ALIAS)
        found = re.fullmatch(_PARAMETER_ARN, name) or re.fullmatch(_PARAMETER_NAME, name)
        if found:
            return Alias(found["parameter"], found["selector"])
        return Unusable("is an alias without a valid parameter name")
    return Unusable("is neither an AMI id nor a resolve:ssm: alias")
