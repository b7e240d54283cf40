"""The nouns of assay: frozen values that the rooms hand to each other.

Standard library only, and nothing of ours. Times are timezone-aware `datetime`s, ids are plain
strings as EC2 writes them, collections are tuples, so that values can be hashed and shared.
"""

from assay.model.images import (
    Ancestry,
    AncestryEnd,
    AncestryEntry,
    Identity,
    Image,
    TemplateVersion,
    Watermark,
)
from assay.model.outcomes import Outcome, Severity
from assay.model.places import Place, partition_of
from assay.model.policy import Golden, ImageName, Policy, Require, Revoked, WatermarkFilter
from assay.model.references import (
    Action,
    Alias,
    AmiId,
    AmiReference,
    Incomplete,
    InstanceRef,
    Kind,
    Made,
    Planned,
    Registered,
    Stray,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    parse_image,
)
from assay.model.report import CatalogFacts, Finding, InputFacts, Report, RuleResult, Verdict
from assay.model.subjects import (
    Cause,
    Derivation,
    Evidence,
    Provenance,
    Resolution,
    Resolved,
    Subject,
    Unresolved,
)

__all__ = [
    "Action",
    "Alias",
    "AmiId",
    "AmiReference",
    "Ancestry",
    "AncestryEnd",
    "AncestryEntry",
    "CatalogFacts",
    "Cause",
    "Derivation",
    "Evidence",
    "Finding",
    "Golden",
    "Identity",
    "Image",
    "ImageName",
    "Incomplete",
    "InputFacts",
    "InstanceRef",
    "Kind",
    "Made",
    "Outcome",
    "Place",
    "Planned",
    "Policy",
    "Provenance",
    "Registered",
    "Report",
    "Require",
    "Resolution",
    "Resolved",
    "Revoked",
    "RuleResult",
    "Severity",
    "Stray",
    "Subject",
    "TemplateRef",
    "TemplateVersion",
    "Unknown",
    "Unplaced",
    "Unresolved",
    "Unusable",
    "Value",
    "Verdict",
    "Watermark",
    "WatermarkFilter",
    "parse_image",
    "partition_of",
]
