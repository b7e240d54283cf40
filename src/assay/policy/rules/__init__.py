"""The rules, one a file, registered by one visible line each."""

from assay.policy.rules import (
    deprecated,
    downgrade,
    incomplete_plan,
    lineage_mismatch,
    lookup_failed,
    no_provenance,
    not_launchable,
    not_visible,
    revoked,
    too_deep,
    unmarked,
    unpinned,
    unresolved,
    untrusted_owner,
)
from assay.policy.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    unmarked.RULE,
    revoked.RULE,
    lineage_mismatch.RULE,
    too_deep.RULE,
    untrusted_owner.RULE,
    not_launchable.RULE,
    deprecated.RULE,
    no_provenance.RULE,
    unpinned.RULE,
    downgrade.RULE,
    unresolved.RULE,
    not_visible.RULE,
    lookup_failed.RULE,
    incomplete_plan.RULE,
)
"""In the order in which reports list them; the rules that read only an image come first."""
