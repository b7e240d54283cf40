"""# not-allowed

**What it does.** With `require.allowed_amis: predict`, checks the image against EC2's own Allowed
AMIs settings in the account and Region that will use it. If they are enforced, it fails an image
that EC2 would refuse during the apply. If they are in audit mode, it reports an image that would be
refused if they were enforced.

**Why it matters.** EC2 refuses the image only in the middle of an apply, when half of the changes
have already been made.

**Example.** The settings admit images of `amazon` and of 111122223333, in audit mode, and the image
belongs to a vendor.

**How to fix.** Use an image that the criteria admit. Or ask whoever manages the criteria to change
them: the account itself, or its organization if they come from a declarative policy.

**Reads.** EC2 GetAllowedImagesSettings, DescribeImages (`ImageAllowed`, and everything that the
criteria mention). Days are counted up to the time of the check, as the API reference says.

**Offline.** No: only EC2 knows the settings and the image.
"""

from datetime import datetime

from assay.model import AllowedImages, Finding, Image, Outcome, Place, Policy, Unread
from assay.policy.allowed import admission, widest
from assay.policy.golden import Is
from assay.policy.rules.rule import Rule

_FIX = "use an image that the account's Allowed AMIs criteria admit, or have the criteria changed"

_UNSURE = "it is admitted only if a ? may stand for no character, which EC2 does not document"


def check(
    image: Image,
    image_place: Place,
    account: str | None,
    allowed: AllowedImages | Unread | None,
    policy: Policy,
    as_of: datetime,
) -> Finding | None:
    """Predict whether EC2 will allow the image."""
    if not policy.require.allowed_by_ec2:
        return None
    match allowed:
        case Unread(reason, cure):
            return Finding(Outcome.UNDETERMINED, reason, cure or "give the reader this permission")
        case None:
            return Finding(Outcome.UNDETERMINED, "the Allowed AMIs settings were not read")
    managed = allowed.managed_by == "declarative-policy"
    by = ", managed by a declarative policy" if managed else ""
    evidence = (f"ec2:GetAllowedImagesSettings ({image_place}){by}",)
    if allowed.state == "disabled":
        return Finding(Outcome.PASS, "Allowed AMIs is disabled here", None, evidence)
    if allowed.state not in ("enabled", "audit-mode"):
        return Finding(
            Outcome.UNDETERMINED, f"Allowed AMIs is in an unknown state: {allowed.state}", None,
            evidence,
        )  # fmt: skip
    if image.owner_id is not None and image.owner_id == account:
        return Finding(Outcome.PASS, "the account's own images are always allowed", None, evidence)
    predicted = _predict(image, allowed, as_of, evidence)
    if predicted.outcome is Outcome.FAIL and None in (image.owner_id, account):
        return Finding(
            Outcome.UNDETERMINED,
            "no criterion admits it, and it is not known whether the account owns it",
            "give the reader sts:GetCallerIdentity",
            predicted.evidence,
        )
    return predicted


def _predict(
    image: Image, settings: AllowedImages, as_of: datetime, evidence: tuple[str, ...]
) -> Finding:
    judged = admission(image, settings, as_of)
    enforced = settings.state == "enabled"
    why = f": {judged.why_not[0]}" if judged.why_not else ""
    told = (*evidence, *judged.why_not)
    if judged.admitted is Is.YES and image.image_allowed is not False:
        return Finding(Outcome.PASS, "Allowed AMIs admits it", None, evidence)
    if judged.admitted is Is.YES:
        return Finding(
            Outcome.UNDETERMINED,
            "EC2 does not allow it, although the criteria seem to admit it",
            None,
            told,
        )
    if judged.admitted is Is.UNREAD:
        return Finding(
            Outcome.UNDETERMINED,
            f"it is not known whether Allowed AMIs admits it{why}",
            None,
            told,
        )
    wider = widest(settings)
    if wider is not None and admission(image, wider, as_of).admitted is not Is.NO:
        return Finding(Outcome.UNDETERMINED, f"{_UNSURE}{why}", None, told)
    # EC2 may allow it today (`ImageAllowed`) and refuse it at the time of the apply: ages grow.
    if enforced:
        return Finding(Outcome.FAIL, f"Allowed AMIs would refuse it during apply{why}", _FIX, told)
    return Finding(
        Outcome.FAIL,
        f"Allowed AMIs is in audit mode, and would refuse it if enforced{why}",
        _FIX,
        told,
    )


RULE = Rule("not-allowed", "EC2's Allowed AMIs would refuse the image", check)
