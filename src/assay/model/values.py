"""The possible values of an attribute that names an image: an id, a name, a search and others."""

import msgspec


class AmiId(msgspec.Struct, frozen=True, gc=False):
    """A literal `ami-…`."""

    id: str

    def __str__(self) -> str:
        return self.id


class Alias(msgspec.Struct, frozen=True, gc=False):
    """`resolve:ssm:NAME_OR_ARN[:VERSION_OR_LABEL]`: an image, named by an SSM parameter."""

    parameter: str
    selector: str | None = None

    @property
    def pinned(self) -> bool:
        """True for a numbered version, which never changes; a label, or no selector, can move."""
        return self.selector is not None and self.selector.isdecimal()

    @property
    def query(self) -> str:
        """The name as SSM GetParameters accepts it."""
        return f"{self.parameter}:{self.selector}" if self.selector else self.parameter

    def __str__(self) -> str:
        return f"resolve:ssm:{self.query}"


class TemplateRef(msgspec.Struct, frozen=True, gc=False):
    """A launch template by id or name, and its version: a number, `$Latest` or `$Default`."""

    id: str | None
    name: str | None
    version: str = "$Default"

    @property
    def pinned(self) -> bool:
        """True for a numbered version: CreateLaunchTemplateVersion adds versions and edits none."""
        return self.version.isdecimal()

    def __str__(self) -> str:
        return f"{self.id or self.name}:{self.version}"


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Not known yet; `references` says where the value comes from in the configuration."""

    references: tuple[str, ...] = ()
    when: str = "after apply"
    """When it will be known: `after apply`, or for code `when Terraform runs`."""


class Unusable(msgspec.Struct, frozen=True, gc=False):
    """A value that leads to no image, for example of a wrong type or form; it is never printed.

    `reason` completes the sentence "the value …", and `cure` says what to do about it.
    """

    reason: str
    cure: str | None = None


class InstanceRef(msgspec.Struct, frozen=True, gc=False):
    """An existing instance by id; it stands for the image that it was launched from."""

    id: str

    def __str__(self) -> str:
        return self.id


class ImageSearch(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An image that Terraform looks up when it plans: the arguments of a `data "aws_ami"` block.

    Documentation of hashicorp/aws, data source aws_ami: EC2 selects by owners and filters, the
    provider by `name_regex`. With `most_recent`, the newest of several images is taken; without it,
    several images are an error.
    """

    owners: tuple[str, ...] = ()
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    name_regex: str | None = None
    most_recent: bool = False
    include_deprecated: bool = False
    executable_users: tuple[str, ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether it can only ever find one image, by its id: nobody can choose an image's id."""
        return len(set(self.exactly("image-id"))) == 1

    def exactly(self, name: str) -> tuple[str, ...]:
        """The values that filters called `name` allow; empty if one has a wildcard or no values.

        Filters of the same name are treated as alternatives. That this is the safe side is INFERRED:
        EC2's documentation does not say that each of them must match.
        """
        found = [values for each, values in self.filters if each == name]
        values = tuple(text for each in found for text in each)
        return values if all(found) and not any({"*", "?"} & set(text) for text in values) else ()


class Imageless(msgspec.Struct, frozen=True, gc=False):
    """A launch template that this plan leaves without an image."""


class ServiceImage(msgspec.Struct, frozen=True, gc=False):
    """The image that an AWS service launches if the configuration gives it none."""

    service: str
    """The service that chooses: `Amazon EKS`."""
    whose: str
    """Why the image cannot carry a golden mark: `it is Amazon's`."""
    cure: str
    """How to give it an image that can."""
    shown: str | None = None
    """The value of the attribute itself, if it is one of AWS's own words."""
    told: tuple[str, ...] = ()
    """The settings that determine the choice: `ami_type = AL2023_x86_64_STANDARD`."""

    def __str__(self) -> str:
        return self.shown or f"(chosen by {self.service})"


class Registered(msgspec.Struct, frozen=True, gc=False):
    """An image that this plan registers from snapshots: RegisterImage records no source."""

    by: str


class EveryVersion(msgspec.Struct, frozen=True, gc=False):
    """All versions of a launch template: which of them is meant is known only after apply."""

    id: str | None
    name: str | None

    def __str__(self) -> str:
        return f"{self.id or self.name}, every version"


class Already(msgspec.Struct, frozen=True, gc=False):
    """What a name that the plan creates or changes means now. It counts only if it exists.

    Creating something under a name that is taken fails, and a change that waits for the user of the
    name comes too late.
    """

    value: "Alias | TemplateRef"


class Incomplete(msgspec.Struct, frozen=True, gc=False):
    """Not an attribute: the plan says that it leaves out changes, or code is missing."""

    reason: str
    cure: str = "plan without -target, and apply the whole plan"
