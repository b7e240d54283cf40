"""What was stamped, on a terminal: one line for each image, and a summary."""

from assay.model.stamping import CARRIES, Stamp, Stamped, Stamping
from assay.report.safe import safe


def line(found: Stamped) -> str:
    """One image in one line."""
    what = found.image_id or "a copy"
    return f"{found.state}: {safe(what)} in {found.region}: {safe(found.reason)}\n"


def summary(found: Stamping) -> str:
    """How many images carry the watermark, and a note if the endpoint was not AWS's own."""
    there = sum(each.state in CARRIES for each in found.images)
    written = sum(each.state is Stamp.ATTACHED for each in found.images)
    number = len(found.images)
    carry = "image carries" if number == 1 else "images carry"
    text = f"{there} of {number} {carry} {safe(found.key)}"
    text += ", nothing was written" if not written else f", {written} written now"
    text += " (dry run)" if found.dry_run else ""
    if found.endpoint:
        text += f"\n  the answers came from {safe(found.endpoint)}, which is not AWS's own endpoint"
    return f"{text}\n"
