"""Which configurations of others are not applied, and why; and what is known to be untold still."""

from collections.abc import Mapping

KNOWN: Mapping[str, set[str]] = {
    "configurations": {
        # a block `override` that is dynamic, in which no version is written: $Default is meant
        "aws_autoscaling_group.dynamic_mixed",
        # `ami` is a variable that is null: the image is the template's
        "aws_instance.conditions_null",
    },
}
"""Blocks whose images a saved plan does not tell, although they are known; by configuration. To be
struck out as soon as it tells them."""
FIXTURES: Mapping[str, str] = {}
SHARED: tuple[str, ...] = ()
