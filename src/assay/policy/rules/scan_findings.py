"""# scan-findings

**What it does.** Fails an image whose worst Amazon Inspector finding is above
`require.max_scan_severity`, or that Amazon Inspector has not scanned. Without
`require.max_scan_severity`, scans are not checked.

**Why it matters.** The origin of an image says nothing about vulnerabilities that were found later.

**Example.** `require: {max_scan_severity: medium}` and an image whose worst finding is `critical`.

**How to fix.** Patch and rebuild the image, and let Amazon Inspector scan the pipeline's images.
EC2's own criterion (ScanResultCondition) does not admit an image that was not scanned either.

**Reads.** EC2 DescribeImages (`ScanResults`).

**Offline.** No: only EC2 knows scan results.
"""

from assay.model import Finding, Image, Outcome, Policy
from assay.policy.allowed import no_worse
from assay.policy.golden import Is
from assay.policy.rules.rule import Rule


def check(image: Image, seen: tuple[str, ...], policy: Policy) -> Finding | None:
    """Compare the worst finding with the limit."""
    limit, results = policy.require.max_scan_severity, image.scan_results
    if limit is None:
        return None
    if results is None:
        return Finding(
            Outcome.FAIL,
            "Amazon Inspector has not scanned it",
            "have the image scanned, or use one that was scanned",
            seen,
        )
    held, why = no_worse(results, limit)
    match held:
        case Is.YES:
            return Finding(Outcome.PASS, f"no finding above {limit}", None, seen)
        case Is.NO:
            return Finding(
                Outcome.FAIL, f"{why}, and at most {limit} is allowed", "patch and rebuild it", seen
            )
        case Is.UNREAD:
            return Finding(
                Outcome.UNDETERMINED, why or "the scan results could not be read", None, seen
            )


RULE = Rule("scan-findings", "Amazon Inspector found something worse than the policy allows", check)
