"""The conditions for attaching a watermark; each objection is one line.

Facts: EC2 User Guide, "AMI watermarks": at most five on an image, including inherited ones; none on
a public image; only the owner can attach them.
"""

import re
from typing import TypeAlias

from msgspec import Struct

from assay.model import Finding, Image, Outcome, Policy, Provenance
from assay.policy.roots import from_a_root
from assay.policy.rules import revoked

MOST = 5
_NAME = r"[A-Za-z0-9()\[\]./'@_-][A-Za-z0-9 ()\[\]./'@_-]{1,126}[A-Za-z0-9()\[\]./'@_-]"
_ON_THE_WAY = ("pending", "transient")


class Cannot(Struct, frozen=True):
    """It cannot, or must not, become golden."""

    reason: str


class NotKnown(Struct, frozen=True):
    """It is not known whether it may become golden."""

    reason: str


class NotYet(Struct, frozen=True):
    """It is not ready yet."""

    reason: str


Against: TypeAlias = Cannot | NotKnown | NotYet


def is_name(text: str) -> bool:
    """Whether both AttachImageWatermark and Image Builder accept this name for a watermark."""
    return re.fullmatch(_NAME, text) is not None


def against_image(image: Image, account: str) -> Against | None:
    """Return why EC2 would refuse, or should not be asked, judging by the image alone."""
    if image.owner_id != account:
        owner = image.owner_id or "an unknown account"
        return Cannot(f"it is owned by {owner}: only the owner can attach a watermark")
    if image.public is None or image.state is None:
        return NotKnown("EC2 did not return its state, or whether it is public")
    if image.public:
        return Cannot("it is public: no watermark can be attached to a public image")
    if image.state in _ON_THE_WAY:
        return NotYet(f"its state is {image.state}")
    if image.state != "available":
        return Cannot(f"its state is {image.state}")
    return None


def against_mark(image: Image) -> Against | None:
    """Return an objection if the image cannot have another watermark."""
    if len(image.watermarks) < MOST:
        return None
    return Cannot(f"it already has {len(image.watermarks)} watermarks, and {MOST} is the maximum")


def against_line(provenance: Provenance | None, policy: Policy) -> Against | None:
    """Return the policy's objection to the lineage of the image."""
    if provenance is None:
        return NotKnown("its ancestry could not be read")
    roots = policy.golden.roots
    found = [] if roots is None else [from_a_root(provenance, roots)]
    judged = revoked.check(provenance, policy)
    found += [judged] if judged else []
    for outcome, kind in ((Outcome.FAIL, Cannot), (Outcome.UNDETERMINED, NotKnown)):
        for each in found:
            if each.outcome is outcome:
                return kind(_told(each))
    return None


def _told(finding: Finding) -> str:
    return f"{finding.message} ({finding.fix})" if finding.fix else finding.message
