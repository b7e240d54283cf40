"""The rules, one per file, each registered by one line here."""

from importlib import import_module

from assay.policy.rules.rule import Rule

_NAMES = (
    # Rules that read only the image that a reference leads to come first.
    "unmarked",
    "revoked",
    "lineage_mismatch",
    "too_deep",
    "untrusted_owner",
    "public_image",
    "not_launchable",
    "deprecated",
    "too_old",
    "scan_findings",
    "not_allowed",
    "self_owned",
    "no_provenance",
    "service_image",
    "open_lookup",
    "unpinned",
    "ignored_changes",
    "uncatalogued",
    "downgrade",
    "unresolved",
    "not_visible",
    "lookup_failed",
    "incomplete_plan",
)

RULES: tuple[Rule, ...] = tuple(import_module(f"{__name__}.{name}").RULE for name in _NAMES)
"""All rules, in the order in which reports list them."""
