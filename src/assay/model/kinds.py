"""What a reference does with its image, and what a plan does with its resource."""

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
    """What the plan will do to the resource; `replace` stands for both orders of delete and create."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    IMPORT = "import"
    NO_OP = "no-op"
    READ = "read"
    DECLARED = "declared"
    """From code alone: what Terraform will do nobody has asked it."""
    INVOKE = "invoke"
    """An action of Terraform 1.14 and later, which makes no resource."""
    DELETE = "delete"
    FORGET = "forget"
