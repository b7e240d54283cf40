"""# unmarked

**What it does.** Fails an image without a golden watermark. A watermark is golden if it matches all
fields of one filter under `golden.watermarks`, and if its source image is listed in
`golden.source_images`, where the policy has such a list.

**Why it matters.** EC2 copies a watermark to every image made with CopyImage or CreateImage, and
nobody can put another account's id into a watermark's key. So an image without the watermark was
not made from the golden image, or somebody removed the watermark on the way. RegisterImage never
copies watermarks.

**Example.** `ami = "ami-0f00"` where DescribeImages shows no `ImageWatermarks`, or only
`999999999999:golden-web` while the policy trusts `111122223333:golden-*`.

**How to fix.** Use an image of the golden pipeline, or build yours from one with CreateImage or
CopyImage. Watermarks that another account attached do not count, whatever their name.

**Reads.** EC2 DescribeImages (`ImageWatermarks`).

**Offline.** No: only EC2 knows the watermarks of an image.
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
            "a watermark may be golden, but EC2 left out a field that decides it",
            "run it again; if this persists, the answers may not come from EC2",
            seen,
        )
    return Finding(
        Outcome.FAIL,
        f"{image.id} carries no golden watermark",
        f"use {'a newer' if judged.too_old else 'an'} image of the golden pipeline, or build from one with CreateImage or CopyImage",
        (*seen, *judged.near_misses),
    )


RULE = Rule("unmarked", "the image carries no golden watermark", check)
