"""What may stand where an image is named: an id, a name, a search, or nothing that leads to one."""

import msgspec


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
    """When it will be known: `after apply`, or of code alone `when Terraform runs`."""


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


class Registered(msgspec.Struct, frozen=True, gc=False):
    """An image that this very plan registers from snapshots: RegisterImage records no source."""

    by: str


class EveryVersion(msgspec.Struct, frozen=True, gc=False):
    """Each version that a launch template has: which of them is meant is known only after apply."""

    id: str | None
    name: str | None

    def __str__(self) -> str:
        return f"{self.id or self.name}, every version"


class Already(msgspec.Struct, frozen=True, gc=False):
    """What a name that the plan makes or changes means already: it counts if there is such a thing.

    What is made under a name that is taken fails, and what waits for its user comes too late.
    """

    value: "Alias | TemplateRef"


class Incomplete(msgspec.Struct, frozen=True, gc=False):
    """Not an attribute: the plan says that it leaves changes out, or code is not there."""

    reason: str
    cure: str = "plan without -target, and apply the whole plan"
