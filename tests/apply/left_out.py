"""Which configurations of others are not applied, and why; and what is known to be untold still."""

from collections.abc import Mapping

KNOWN: Mapping[str, set[str]] = {
    "configurations": {
        # what a parameter will hold may be empty, for all that `coalesce` can tell
        "aws_instance.aliases_coalesced",
    },
    # an image that is in another Region only; a value that no plan holds
    "plans/c04-real1": {"aws_launch_template.per_region", "aws_ssm_parameter.wo"},
    "plans/acctkey": {"aws_instance.x"},  # moto launches what EC2 would refuse: an alias of nothing
}
"""Blocks whose images a saved plan does not tell, although they are known; by configuration. To be
struck out as soon as it tells them."""
FIXTURES: Mapping[str, str] = {
    "actions": "its state names a spot request that no server holds",
    "deferred": "no released Terraform plans it",
    "destroyed": "nothing is there afterwards",
    "refresh-only": "nothing is made",
    "same-plan-builds": "moto has no Image Builder",
    "same-plan-parameters": "names versions and labels of parameters that moto does not have",
    "unchanged": "nothing is made",
}
"""Which are not applied, and why."""
SHARED = (
    *("plans/acctkey", "plans/arnspoof", "plans/bake", "plans/batchdyn", "plans/c02b-awspicks"),
    *("plans/c04-real1", "plans/c06-aliasplan", "plans/c07-modules", "plans/c08-locals"),
    *("plans/c10-tagonly", "plans/c13-region", "plans/c14-real", "plans/c18-defver"),
    *("plans/c22-batch", "plans/ccapi", "plans/lcplace", "plans/local1", "plans/modvar"),
    "plans/pairkey",
)
"""Those of the shared cases that are applied."""
