"""What Amazon Inspector found in an image, as EC2 tells it (GetImageFindings)."""

import msgspec


class ImageFinding(msgspec.Struct, frozen=True, gc=False):
    """EC2's `ImageFinding`, as far as it says what was found and how bad it is."""

    title: str
    """It names the vulnerability: EC2 has no field for that alone."""
    severity: str | None = None
    """One of `SEVERITIES`."""
    fix_available: bool | None = None
