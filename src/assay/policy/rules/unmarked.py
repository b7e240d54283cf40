"""# unmarked

**What it does.** Fails an image that carries no golden watermark: none of its marks satisfies all
fields of one filter under `golden.watermarks` (and stands in `golden.source_images`, if given).

**Why it matters.** EC2 copies a watermark to every image made by CopyImage or CreateImage, and
nobody can write another account's id into a mark's key. An image without the mark was not made
from the golden image, or lost the mark on the way. RegisterImage never carries marks over.

**Example.** `ami = "ami-0f00"` where DescribeImages shows no `ImageWatermarks`, or only
`999999999999:golden-web` while the policy trusts `111122223333:golden-*`.

**How to fix.** Use an image of the golden pipeline, or build yours from one with CreateImage or
CopyImage. Marks that another account made do not count, whatever their name.

**Reads.** EC2 DescribeImages (`ImageWatermarks`).

**Offline.** No: an image's marks are EC2's to tell.
"""

from assay.model import Finding, Image, Outcome
from assay.policy.inputs import MarksOf
from assay.policy.rules.rule import Rule


def check(image: Image, seen: tuple[str, ...], marks: MarksOf) -> Finding:
    """Judge the marks on the image itself."""
    judged = marks(image)
    if judged.golden:
        keys = ", ".join(sorted({str(mark.key) for mark in judged.golden}))
        return Finding(Outcome.PASS, f"marked {keys}", None, seen, judged.golden)
    if judged.unread:
        return Finding(
            Outcome.UNDETERMINED,
            "a mark may be golden, but EC2's answer lacks a field that decides it",
            "ask again; if it stays so, the reader may not be talking to EC2",
            seen,
        )
    return Finding(
        Outcome.FAIL,
        f"{image.id} carries no golden watermark",
        "use an image of the golden pipeline, or build from one with CreateImage or CopyImage",
        (*seen, *judged.near_misses),
    )


RULE = Rule("unmarked", "the image carries no golden watermark", check)
