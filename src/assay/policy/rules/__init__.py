"""The rules, one a file, registered by one visible line each."""

from assay.policy.rules import (
    deprecated,
    downgrade,
    incomplete_plan,
    lineage_mismatch,
    lookup_failed,
    no_provenance,
    not_allowed,
    not_launchable,
    not_visible,
    public_image,
    revoked,
    scan_findings,
    self_owned,
    too_deep,
    too_old,
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
    public_image.RULE,
    not_launchable.RULE,
    deprecated.RULE,
    too_old.RULE,
    scan_findings.RULE,
    not_allowed.RULE,
    self_owned.RULE,
    no_provenance.RULE,
    unpinned.RULE,
    downgrade.RULE,
    unresolved.RULE,
    not_visible.RULE,
    lookup_failed.RULE,
    incomplete_plan.RULE,
)
"""In the order in which reports list them; the rules that read only an image come first."""
