"""What each rule says, as whole findings: the outcome, the sentence, its cure and who said so."""

from typing import Any

import pytest
from msgspec.structs import replace

from assay.model import (
    Action,
    Alias,
    AllowedImages,
    AmiId,
    Cause,
    Changeable,
    Changes,
    Clue,
    Derivation,
    Finding,
    ImageCriterion,
    ImageName,
    ImageSearch,
    Incomplete,
    Made,
    Outcome,
    ParameterChange,
    Place,
    Planned,
    Policy,
    ScanResults,
    ServiceImage,
    Subject,
    TemplateRef,
    Unknown,
    Unplaced,
    Unread,
    Unresolved,
    Value,
    WatermarkFilter,
)
from assay.policy.rules import RULES
from tests.policy.builders import (
    AWAY,
    ELSE,
    GOLD,
    HOME,
    KEY,
    MIDDLE,
    PLACE,
    ROOT,
    SOURCE,
    STRANGER,
    USED,
    USER,
    ancestry,
    days_ago,
    finding,
    image,
    mark,
    policy,
    reference,
    refused,
    subject,
    unresolved,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
SEEN = (f"ec2:DescribeImages {USED} ({USER}/{HOME})",)
RECORD = (f"ec2:GetImageAncestry {USED} ({USER}/{HOME})",)
FROM_ANYWHERE = (f"ec2:DescribeImages {USED} (unknown account/{HOME})",)
NOWHERE = Unplaced("nothing specifies the provider's Region", 'write region = "…"')

Case = tuple[str, Subject, Policy, Finding]


def an(**facts: Any) -> Subject:
    """A reference to an image that carries a golden mark, of which this is told."""
    return subject(image(mark(), **facts))


def because(cause: Cause, value: Value | None = None, **changes: Any) -> Subject:
    """A reference that leads to no image."""
    here = unresolved(cause, value=value)
    assert isinstance(here.resolution, Unresolved)
    return replace(here, resolution=replace(here.resolution, **changes))


def somewhere(account: str | None, unplaced: Unplaced | None = None, **facts: Any) -> Subject:
    """The same in an account that may not have been told."""
    here = subject(image(mark(), **facts), place=Place.of(HOME, account))
    return replace(here, resolution=replace(here.resolution, unplaced=unplaced))


# not-allowed and self-owned

PREDICT = policy(allowed_by_ec2=True)
ONLY_GOLD = (ImageCriterion(providers=(GOLD,)),)
YOUNG = (ImageCriterion(max_days_since_created=9),)
SETTINGS = (f"ec2:GetAllowedImagesSettings ({USER}/{HOME})",)
MANAGED = (f"ec2:GetAllowedImagesSettings ({USER}/{HOME}), managed by a declarative policy",)
STRANGE = f"criterion 1: {STRANGER} is not among the providers"
OWN = f"criterion 1: {USER} is not among the providers"
LACKS = "criterion 1: EC2 left out a field that decides it"
NO_CRITERIA = "there are no criteria"
ADMIT = "use an image that the account's Allowed AMIs criteria admit, or have the criteria changed"
AUDITED = "Allowed AMIs is in audit mode, and would refuse it if enforced"


def under(allowed: AllowedImages | Unread | None, owner: str | None, **facts: Any) -> Subject:
    return subject(image(mark(), owner_id=owner, **facts), allowed=allowed)


def settings(
    state: str, *criteria: ImageCriterion, managed_by: str | None = "account"
) -> AllowedImages:
    return AllowedImages(state, managed_by, criteria)


ALLOWED: list[tuple[str, Subject, Finding]] = [
    ("not-allowed", under(Unread("ec2:GetAllowedImagesSettings: denied"), GOLD),
     Finding(OPEN, "ec2:GetAllowedImagesSettings: denied", "give the reader this permission")),
    ("not-allowed", under(Unread("no credentials", "set AWS_PROFILE"), GOLD),
     Finding(OPEN, "no credentials", "set AWS_PROFILE")),
    ("not-allowed", under(None, GOLD),
     Finding(OPEN, "the Allowed AMIs settings were not read")),
    ("not-allowed", under(settings("disabled"), STRANGER),
     Finding(PASS, "Allowed AMIs is disabled here", None, SETTINGS)),
    ("not-allowed", under(settings("disabled", managed_by="declarative-policy"), STRANGER),
     Finding(PASS, "Allowed AMIs is disabled here", None, MANAGED)),
    ("not-allowed", under(settings("disabled", managed_by=None), STRANGER),
     Finding(PASS, "Allowed AMIs is disabled here", None, SETTINGS)),
    ("not-allowed", under(settings("paused"), GOLD),
     Finding(OPEN, "Allowed AMIs is in an unknown state: paused", None, SETTINGS)),
    ("not-allowed", under(settings("enabled", *ONLY_GOLD), USER),
     Finding(PASS, "the account's own images are always allowed", None, SETTINGS)),
    ("not-allowed", under(settings("enabled", *ONLY_GOLD), None),
     Finding(OPEN, "it is not known whether Allowed AMIs admits it: " + LACKS, None, (*SETTINGS, LACKS))),
    ("not-allowed", under(settings("enabled"), None),
     Finding(OPEN, "no criterion admits it, and it is not known whether the account owns it",
             "give the reader sts:GetCallerIdentity", (*SETTINGS, NO_CRITERIA))),
    ("not-allowed", under(settings("enabled", *ONLY_GOLD), GOLD),
     Finding(PASS, "Allowed AMIs admits it", None, SETTINGS)),
    ("not-allowed", under(settings("audit-mode", *YOUNG), GOLD),
     Finding(PASS, "Allowed AMIs admits it", None, SETTINGS)),
    ("not-allowed", under(settings("enabled", *ONLY_GOLD), GOLD, image_allowed=False),
     Finding(OPEN, "EC2 does not allow it, although the criteria seem to admit it", None, SETTINGS)),
    ("not-allowed", under(settings("enabled", *YOUNG), GOLD, creation_date=None),
     Finding(OPEN, "it is not known whether Allowed AMIs admits it: " + LACKS, None, (*SETTINGS, LACKS))),
    ("not-allowed", under(settings("enabled", *ONLY_GOLD), STRANGER),
     Finding(FAIL, "Allowed AMIs would refuse it during apply: " + STRANGE, ADMIT, (*SETTINGS, STRANGE))),
    ("not-allowed", under(settings("enabled", managed_by="declarative-policy"), STRANGER),
     Finding(FAIL, "Allowed AMIs would refuse it during apply: " + NO_CRITERIA, ADMIT, (*MANAGED, NO_CRITERIA))),
    ("not-allowed", under(settings("audit-mode", *ONLY_GOLD), STRANGER),
     Finding(FAIL, f"{AUDITED}: {STRANGE}", ADMIT, (*SETTINGS, STRANGE))),

    ("self-owned", under(settings("enabled", *YOUNG), USER),
     Finding(PASS, "Allowed AMIs would admit it from any owner", None, SETTINGS)),
    ("self-owned", under(settings("enabled", *YOUNG), USER, creation_date=None),
     Finding(OPEN, "it is not known whether a criterion of Allowed AMIs admits it", None, (*SETTINGS, LACKS))),
    ("self-owned", under(settings("audit-mode", *ONLY_GOLD), USER),
     Finding(FAIL, f"Allowed AMIs admits it only because account {USER} owns it",
             "use an image of the golden pipeline, or build from one", (*SETTINGS, OWN))),

    ("lookup-failed", under(Unread("ec2:GetAllowedImagesSettings: denied"), GOLD),
     Finding(OPEN, "ec2:GetAllowedImagesSettings: denied",
             "grant the missing permission, try again later, or record the catalogue again")),
    ("lookup-failed", under(Unread("no credentials", "set AWS_PROFILE"), GOLD),
     Finding(OPEN, "no credentials", "set AWS_PROFILE")),
]  # fmt: skip

# what is on the image itself

OTHER = f"{GOLD}:golden-2"
BOTH = (WatermarkFilter(KEY), WatermarkFilter(OTHER))
DEPRECATED = days_ago(3)
PIPELINE = "use an image of the golden pipeline, or build from one with CreateImage or CopyImage"
SCANS = policy(max_scan_severity="medium")
OLD = policy(max_age_days=4)
SELF = policy(owners=("self",))
AGED = policy(WatermarkFilter(KEY, max_days_since_source_image_created=5))
PUBLIC = "everybody may launch it, and it cannot have a watermark"

IMAGES: list[Case] = [
    ("unmarked", subject(image(mark(), mark(OTHER))), policy(*BOTH),
     Finding(PASS, f"marked {OTHER}, {KEY}", None, SEEN, (mark(), mark(OTHER)))),
    ("unmarked", subject(image(mark(None))), policy(),
     Finding(OPEN, "a watermark may be golden, but EC2 left out a field that decides it",
             "run it again; if this persists, the answers may not come from EC2", SEEN)),
    ("unmarked", subject(image()), policy(),
     Finding(FAIL, f"{USED} carries no golden watermark", PIPELINE, SEEN)),
    ("unmarked", subject(image(mark(OTHER))), policy(),
     Finding(FAIL, f"{USED} carries no golden watermark", PIPELINE,
             (*SEEN, f"{OTHER}: no filter in the policy matches this key"))),

    ("unmarked", subject(image(mark(source_image_creation_time=days_ago(9)))), AGED,
     Finding(FAIL, f"{USED} carries no golden watermark", PIPELINE.replace("an image", "a newer image"),
             (*SEEN, f"{KEY}: its source image is 9 days old, and at most 5 are allowed"))),

    ("untrusted-owner", an(owner_id=None), SELF,
     Finding(OPEN, "EC2 did not say who owns the image", None, SEEN)),
    ("untrusted-owner", an(owner_id=USER), SELF, Finding(PASS, f"owned by {USER}", None, SEEN)),
    ("untrusted-owner", an(owner_id=STRANGER), SELF,
     Finding(FAIL, f"owned by {STRANGER}, which is not a trusted owner",
             "use an image of a trusted account, or add this one to require.owners", SEEN)),
    ("untrusted-owner", somewhere(None, owner_id=USER), SELF,
     Finding(OPEN, f"owned by {USER}; it is not known which account `self` is",
             "give the reader sts:GetCallerIdentity", FROM_ANYWHERE)),
    ("untrusted-owner", somewhere(None, NOWHERE, owner_id=USER), SELF,
     Finding(OPEN, f"owned by {USER}; it is not known which account `self` is: {NOWHERE.reason}",
             NOWHERE.cure, FROM_ANYWHERE)),
    ("untrusted-owner", somewhere(None, Unplaced("two roles"), owner_id=USER), SELF,
     Finding(OPEN, f"owned by {USER}; it is not known which account `self` is: two roles",
             "give the reader sts:GetCallerIdentity", FROM_ANYWHERE)),

    ("public-image", an(public=None), policy(),
     Finding(OPEN, "EC2 did not say whether the image is public", None, SEEN)),
    ("public-image", an(public=True, owner_alias="amazon"), policy(),
     Finding(FAIL, f"a public image of amazon: {PUBLIC}",
             "copy it into one of your accounts and mark the copy", SEEN)),

    ("not-launchable", an(), policy(), Finding(PASS, "available", None, SEEN)),
    ("not-launchable", an(state="disabled"), policy(),
     Finding(FAIL, "the image is disabled: EC2 will not launch it",
             "enable it again, or use the image that replaces it", SEEN)),
    ("not-launchable", an(state="pending"), policy(),
     Finding(OPEN, "the image is pending, not yet available",
             "check again once it is available", SEEN)),
    ("not-launchable", an(state=None), policy(),
     Finding(OPEN, "EC2 did not return the image's state",
             "check again once it is available", SEEN)),

    ("deprecated", an(), policy(), Finding(PASS, "not deprecated", None, SEEN)),
    ("deprecated", an(deprecation_time=DEPRECATED), policy(),
     Finding(FAIL, "deprecated since 2026-11-18", "use the image that replaces it", SEEN)),

    ("too-old", an(creation_date=None), OLD,
     Finding(OPEN, "EC2 did not say when the image was made", None, SEEN)),
    ("too-old", an(), OLD,
     Finding(FAIL, "made 2026-11-16, 5 days ago, and at most 4 days are allowed", "use a newer build", SEEN)),
    ("too-old", an(creation_date=days_ago(4)), OLD, Finding(PASS, "4 days old", None, SEEN)),

    ("scan-findings", an(), SCANS,
     Finding(FAIL, "Amazon Inspector has not scanned it",
             "have the image scanned, or use one that was scanned", SEEN)),
    ("scan-findings", an(scan_results=ScanResults("low")), SCANS,
     Finding(PASS, "no finding above medium", None, SEEN)),
    ("scan-findings", an(scan_results=ScanResults("high")), SCANS,
     Finding(FAIL, "its worst finding is high, and at most medium is allowed", "patch and rebuild it", SEEN)),
    ("scan-findings", an(scan_results=ScanResults("odd")), SCANS,
     Finding(OPEN, "unknown severity odd", None, SEEN)),

    ("downgrade", replace(an(), replaced=image(mark(source_image_creation_time=days_ago(1)), id=ELSE)),
     policy(), Finding(FAIL, f"older than {ELSE}, which it replaces, in the lineage of {KEY}",
                       "use the newer build")),
    ("downgrade", replace(an(), replaced=image(mark(), id=ELSE)), policy(),
     Finding(PASS, f"not older than {ELSE}, which it replaces")),
]  # fmt: skip

# where it comes from

DEEP = policy(max_depth=1)
UNREAD_MARK = Finding(OPEN, "EC2 left out a field that decides whether a watermark is golden")
ASK_RECORD = "give the reader ec2:GetImageAncestry"
REBUILD = "rebuild it from the golden image with CreateImage or CopyImage, and find out who attached the watermark"
NOT_MET = "the watermark's source image is not in the ancestry, but the ancestry is incomplete: "
LONG = f"{ASK_RECORD}; rebuild the image if its lineage has more than 50 images"
UNCOUNTED = "the derivations from the golden image cannot be counted: "
NEARER = "make the image from the golden image in fewer steps"
FORGED = subject(descent=ancestry(USED, MIDDLE))
SOURCELESS = subject(image(mark(source_image_id=None)))
COPIED = (Derivation("aws_ami_copy.a", "CopyImage", PLACE),)
NOT_REVOKED = "rebuild it from a golden image that is not revoked"
TWO_MARKS = image(
    mark(source_image_id=ELSE), mark(OTHER, source_image_id=ELSE, source_image_region=AWAY)
)

LINES: list[Case] = [
    ("lineage-mismatch", subject(image(mark(None))), policy(), UNREAD_MARK),
    ("lineage-mismatch", subject(), policy(),
     Finding(PASS, "the watermark's source image is in the recorded ancestry", None, RECORD)),
    ("lineage-mismatch", subject(descent=refused()), policy(),
     Finding(OPEN, NOT_MET + "ec2:GetImageAncestry: denied", LONG, RECORD)),
    ("lineage-mismatch", SOURCELESS, policy(),
     Finding(OPEN, NOT_MET + "the watermark names no source image", LONG, RECORD)),
    ("lineage-mismatch", FORGED, policy(),
     Finding(FAIL, f"the golden watermark was first attached to {SOURCE} in {HOME}, which is not an ancestor of this image",
             REBUILD, RECORD)),
    ("lineage-mismatch", subject(TWO_MARKS), policy(*BOTH),
     Finding(FAIL, f"the golden watermark was first attached to {ELSE} in {HOME}, {ELSE} in {AWAY}, "
                   "which is not an ancestor of this image", REBUILD, RECORD)),

    ("too-deep", subject(image(mark(None))), DEEP, UNREAD_MARK),
    ("too-deep", FORGED, DEEP,
     Finding(OPEN, UNCOUNTED + "the golden source image is not in the recorded ancestry",
             f"{ASK_RECORD}, or {NEARER}", RECORD)),
    ("too-deep", subject(descent=refused()), DEEP,
     Finding(OPEN, UNCOUNTED + "ec2:GetImageAncestry: denied", f"{ASK_RECORD}, or {NEARER}", RECORD)),
    ("too-deep", subject(derivations=COPIED), DEEP,
     Finding(FAIL, "3 derivations from the golden image, and at most 1 is allowed", NEARER, RECORD)),
    ("too-deep", subject(image(mark(), mark(OTHER, source_image_id=None))), policy(*BOTH, max_depth=1),
     Finding(OPEN, "2 derivations from the golden image, and at most 1 is allowed", NEARER, RECORD)),
    ("too-deep", subject(image(mark(), mark(OTHER, source_image_region=None))), policy(*BOTH, max_depth=1),
     Finding(OPEN, "2 derivations from the golden image, and at most 1 is allowed", NEARER, RECORD)),
    ("too-deep", subject(), policy(max_depth=2),
     Finding(PASS, "2 derivations from the golden image", None, RECORD)),

    ("revoked", subject(image(mark(), mark(OTHER))), policy(revoked_marks=(OTHER,)),
     Finding(FAIL, f"has the revoked watermark {OTHER}", NOT_REVOKED, RECORD)),
    ("revoked", subject(), policy(revoked_images=(ImageName(USED, HOME),)),
     Finding(FAIL, f"is {USED}, which is revoked", NOT_REVOKED, RECORD)),
    ("revoked", subject(), policy(revoked_images=(ImageName(ROOT, HOME, "CVE-2026-1"),)),
     Finding(FAIL, f"descends from {ROOT}: {USED} <- {MIDDLE} <- {SOURCE} <- {ROOT}, "
                   "which is revoked (CVE-2026-1)", NOT_REVOKED, RECORD)),
    ("revoked", subject(descent=refused()), policy(revoked_images=(ImageName(SOURCE, HOME),)),
     Finding(FAIL, f"its watermark {KEY} was attached to {SOURCE}, which is revoked", NOT_REVOKED, RECORD)),
    ("revoked", subject(descent=refused()), policy(revoked_images=(ImageName(ELSE, HOME),)),
     Finding(OPEN, "a revoked ancestor cannot be ruled out: ec2:GetImageAncestry: denied",
             ASK_RECORD, RECORD)),
    ("revoked", subject(descent=refused()), policy(revoked_marks=(OTHER,)),
     Finding(OPEN, "a revoked watermark on an ancestor cannot be ruled out: ec2:GetImageAncestry: denied",
             "give the reader ec2:DescribeImages in the ancestors' Regions", RECORD)),
    ("revoked", subject(image(mark(), mark(None))), policy(revoked_marks=(OTHER,)),
     Finding(OPEN, "a revoked watermark cannot be ruled out: EC2 left out its key or source")),
    ("revoked", subject(), policy(revoked_marks=(OTHER,)),
     Finding(PASS, "neither the image nor a recorded ancestor is revoked", None, RECORD)),

    ("lookup-failed", subject(descent=refused()), policy(),
     Finding(OPEN, "ec2:GetImageAncestry: denied",
             "grant the missing permission, try again later, or record the catalogue again", RECORD)),
    ("lookup-failed", subject(descent=refused(None)), policy(),
     Finding(OPEN, "the ancestry could not be read",
             "grant the missing permission, try again later, or record the catalogue again", RECORD)),
]  # fmt: skip

# what the reference says, and where it led to no image

EKS = ServiceImage("Amazon EKS", "it is Amazon's", "bring one in a launch template")
BATCH = ServiceImage("AWS Batch", "it is Amazon's", "give image_id_override")
EXCEPT = "make an exception for service-image"
CHOSEN = f"because of {Cause.SERVICE_IMAGE}"
LOOKUP = Planned("data.aws_ami.web", ImageSearch(most_recent=True))
COPY = Made("aws_ami_copy.web", "CopyImage", LOOKUP, PLACE)
OWNERS = "list the accounts whose images it may find under owners"
MOVES = "can mean another image after this check: "
PIN_PARAMETER = "name the AMI id, or a numbered version of the parameter"
ALIAS = Alias("/golden/al2023")
OVERWRITES = ParameterChange("aws_ssm_parameter.x", "/golden/al2023", PLACE, AmiId(ELSE))
CHANGED = Changeable(ALIAS, (Changes((OVERWRITES,)),))
OWNERSHIP = Clue("it belongs to another account", "have it shared")
REGION = Clue("it exists in eu-west-1", "copy it here")
FALLBACK = because(Cause.SERVICE_IMAGE, TemplateRef("lt-1", None))

REFERENCES: list[Case] = [
    ("service-image", because(Cause.SERVICE_IMAGE, EKS), policy(),
     Finding(FAIL, CHOSEN, f"bring one in a launch template, or {EXCEPT}", RECORD)),
    ("service-image", because(Cause.SERVICE_IMAGE), policy(), Finding(FAIL, CHOSEN, EXCEPT, RECORD)),
    ("service-image", replace(FALLBACK, reference=replace(FALLBACK.reference, fallback=BATCH)), policy(),
     Finding(FAIL, CHOSEN, f"give image_id_override, or {EXCEPT}", RECORD)),

    ("open-lookup", subject(value=LOOKUP), policy(),
     Finding(FAIL, "data.aws_ami.web accepts anybody's image: it names no owner", OWNERS)),
    ("open-lookup", subject(value=COPY), policy(),
     Finding(FAIL, "data.aws_ami.web accepts anybody's image: it names no owner", OWNERS)),
    ("open-lookup", subject(value=Planned("local.web", COPY)), policy(),
     Finding(FAIL, "data.aws_ami.web accepts anybody's image: it names no owner", OWNERS)),
    ("open-lookup", subject(value=ImageSearch()), policy(),
     Finding(FAIL, "an image lookup accepts anybody's image: it names no owner", OWNERS)),
    ("open-lookup", subject(value=Planned("data.aws_ami.web", ImageSearch(("self",)))), policy(),
     Finding(PASS, "the image lookup names whose images it accepts")),

    ("unpinned", subject(), policy(), Finding(PASS, "always means the same image")),
    ("unpinned", subject(value=ALIAS, moving=(str(ALIAS),)), policy(),
     Finding(FAIL, f"{MOVES}resolve:ssm:/golden/al2023", PIN_PARAMETER)),
    ("unpinned", subject(value=ALIAS, moving=(str(ALIAS),), sensitive=True), policy(),
     Finding(FAIL, f"{MOVES}a sensitive value", PIN_PARAMETER)),
    ("unpinned", because(Cause.NOT_VISIBLE, CHANGED), policy(),
     Finding(FAIL, f"{MOVES}resolve:ssm:/golden/al2023", PIN_PARAMETER)),

    ("unresolved", because(Cause.UNRESOLVED, AmiId(USED), cure="write a Region"), policy(),
     Finding(OPEN, "because of unresolved", "write a Region", RECORD)),
    ("unresolved", because(Cause.UNRESOLVED, Unknown(("var.ami",))), policy(),
     Finding(OPEN, "because of unresolved",
             "make the image known at plan time, so that it can be checked before apply", RECORD)),

    ("unresolved", replace(because(Cause.UNRESOLVED, Unknown(("var.ami",))),
                           reference=reference(Unknown(("var.ami",)), action=Action.DECLARED)), policy(),
     Finding(OPEN, "because of unresolved",
             "give var.ami a value: a default, a tfvars file, --var-file or TF_VAR_ami", RECORD)),
    ("unresolved", replace(because(Cause.UNRESOLVED, ALIAS), place=NOWHERE), policy(),
     Finding(OPEN, "because of unresolved",
             'write region = "…" in its provider block, or give --region or the policy\'s aws.region',
             RECORD)),

    ("not-visible", because(Cause.NOT_VISIBLE), policy(),
     Finding(OPEN, "because of not-visible",
             "check the name, its Region, and the account whose credentials are used", RECORD)),
    ("not-visible", because(Cause.NOT_VISIBLE, clues=(REGION, OWNERSHIP)), policy(),
     Finding(OPEN, "because of not-visible: it exists in eu-west-1", "copy it here",
             (*RECORD, "it belongs to another account"))),

    ("lookup-failed", because(Cause.LOOKUP_FAILED), policy(),
     Finding(OPEN, "because of lookup-failed",
             "grant the missing permission, try again later, or record the catalogue again", RECORD)),
    ("lookup-failed", because(Cause.LOOKUP_FAILED, cure="give --region"), policy(),
     Finding(OPEN, "because of lookup-failed",
             "grant the missing permission, try again later, or record the catalogue again, "
             "or give --region", RECORD)),

    ("no-provenance", because(Cause.NO_PROVENANCE), policy(),
     Finding(FAIL, "because of no-provenance", "make it with aws_ami_copy or aws_ami_from_instance")),

    ("incomplete-plan", because(Cause.INCOMPLETE_PLAN, Incomplete("a target was given")), policy(),
     Finding(OPEN, "because of incomplete-plan", "plan without -target, and apply the whole plan")),
    ("incomplete-plan", because(Cause.INCOMPLETE_PLAN, Incomplete("no code", "run terraform init")), policy(),
     Finding(OPEN, "because of incomplete-plan", "run terraform init")),
    ("incomplete-plan", because(Cause.INCOMPLETE_PLAN), policy(),
     Finding(OPEN, "because of incomplete-plan")),

    ("ignored-changes", subject(changes_ignored=True, action=Action.DECLARED), policy(),
     Finding(FAIL, "because of ignore_changes, Terraform keeps the image that the resource already has, whatever the code says",
             "remove the attribute from ignore_changes and pin the image")),

    ("uncatalogued", unresolved(Cause.LOOKUP_FAILED, value=AmiId(USED), action=Action.DECLARED), policy(),
     Finding(FAIL, "an AMI id in the code, about which the catalogue knows nothing",
             "check it with AWS credentials, or with a recorded catalogue that contains it")),
]  # fmt: skip

CASES: list[Case] = [
    *((rule, here, PREDICT, said) for rule, here, said in ALLOWED),
    *IMAGES,
    *LINES,
    *REFERENCES,
]


@pytest.mark.parametrize(
    ("rule", "here", "by", "said"),
    CASES,
    ids=[f"{rule}-{number}" for number, (rule, *_) in enumerate(CASES)],
)
def test_what_a_rule_says(rule: str, here: Subject, by: Policy, said: Finding) -> None:
    assert finding(rule, here, by) == said


def test_every_rule_is_heard() -> None:
    assert {rule for rule, *_ in CASES} == {rule.id for rule in RULES}
