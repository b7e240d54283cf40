"""What a reference does with its image, and what a plan does to its resource."""

from enum import StrEnum


class Kind(StrEnum):
    """What an attribute does with the image it names."""

    LAUNCH = "launch"
    TEMPLATE = "template"
    ALIAS = "alias"
    DERIVE = "derive"
    SERVICE = "service"
    BAKE = "bake"
    SHARE = "share"


class Action(StrEnum):
    """What the plan will do to the resource; `replace` means delete and create, in either order."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    IMPORT = "import"
    NO_OP = "no-op"
    READ = "read"
    DECLARED = "declared"
    """From code alone: without a plan, it is not known what Terraform will do."""
    INVOKE = "invoke"
    """An action (Terraform 1.14 and later), which creates no resource."""
    DELETE = "delete"
    FORGET = "forget"
