"""What Amazon Inspector found in an image, as returned by EC2 (GetImageFindings)."""

import msgspec


class ImageFinding(msgspec.Struct, frozen=True, gc=False):
    """EC2's `ImageFinding`: the fields that say what was found and how severe it is."""

    title: str
    """It contains the name of the vulnerability, for which EC2 has no separate field."""
    severity: str | None = None
    """One of `SEVERITIES`."""
    fix_available: bool | None = None
