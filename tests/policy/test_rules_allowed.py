"""not-allowed and self-owned: what EC2's own Allowed AMIs settings make of an image."""

from typing import Any

import pytest

from assay.model import (
    AllowedImages,
    Cause,
    Finding,
    Image,
    ImageCriterion,
    Outcome,
    Place,
    ScanCondition,
    ScanResults,
    Severity,
    Subject,
    Unread,
    WatermarkFilter,
)
from assay.policy.allowed import Admission, admission
from assay.policy.golden import Is
from tests.policy.builders import (
    AS_OF,
    GOLD,
    HOME,
    KEY,
    SECOND,
    STRANGER,
    USER,
    days_ago,
    finding,
    image,
    mark,
    outcome,
    policy,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
YES, NO, UNREAD = Is.YES, Is.NO, Is.UNREAD
PREDICT = policy(allowed_by_ec2=True)
ON, AUDIT, DISABLED = "enabled", "audit-mode", "disabled"
ONLY_GOLD = (ImageCriterion(providers=(GOLD,)),)
LACKS = "EC2 left out a field that decides it"


# the criteria


def judged(of: Image, *criteria: ImageCriterion) -> Admission:
    return admission(of, AllowedImages(ON, criteria=criteria), AS_OF)


FIELDS: list[tuple[dict[str, Any], dict[str, Any], Is, str | None]] = [
    # providers: an account or an alias, and nothing else
    ({"providers": (USER,)}, {}, YES, None),
    ({"providers": (GOLD, USER)}, {}, YES, None),
    ({"providers": (GOLD,)}, {}, NO, f"{USER} is not among the providers"),
    ({"providers": ("amazon",)}, {"owner_alias": "amazon"}, YES, None),
    ({"providers": ("amazon",)}, {"owner_alias": "aws-marketplace"}, NO, "aws-marketplace is not among the providers"),
    ({"providers": ("amazon",)}, {"owner_alias": "amazon", "owner_id": None}, YES, None),
    ({"providers": ("none",)}, {}, NO, f"{USER} is not among the providers"),
    ({"providers": ("*",)}, {}, NO, f"{USER} is not among the providers"),
    ({"providers": ()}, {}, NO, f"{USER} is not among the providers"),
    ({"providers": (GOLD,)}, {"owner_id": None}, UNREAD, None),
    # product codes
    ({"product_codes": ("abc",)}, {"product_codes": ("abc",)}, YES, None),
    ({"product_codes": ("abc", "def")}, {"product_codes": ("x", "def")}, YES, None),
    ({"product_codes": ("abc",)}, {"product_codes": ("abcd",)}, NO, "it has none of the product codes"),
    ({"product_codes": ("abc",)}, {}, NO, "it has none of the product codes"),
    # names
    ({"names": ("web",)}, {}, YES, None),
    ({"names": ("db-*", "w?b")}, {}, YES, None),
    ({"names": ("db-*",)}, {}, NO, "its name matches none of the names"),
    ({"names": ("WEB",)}, {}, NO, "its name matches none of the names"),
    ({"names": ("*",)}, {"name": None}, UNREAD, None),
    # ages
    ({"max_days_since_created": 5}, {}, YES, None),
    ({"max_days_since_created": 4}, {}, NO, "the image is 5 days old, and at most 4 are allowed"),
    ({"max_days_since_created": 0}, {"creation_date": AS_OF}, YES, None),
    ({"max_days_since_created": 0}, {"creation_date": AS_OF - SECOND}, NO, "the image is 0 days old, and at most 0 are allowed"),
    ({"max_days_since_created": 0}, {"creation_date": AS_OF + SECOND}, YES, None),
    ({"max_days_since_created": 5}, {"creation_date": None}, UNREAD, None),
    ({"max_days_since_deprecated": 0}, {}, YES, None),
    ({"max_days_since_deprecated": 0}, {"deprecation_time": AS_OF + SECOND}, YES, None),
    ({"max_days_since_deprecated": 0}, {"deprecation_time": AS_OF}, YES, None),
    ({"max_days_since_deprecated": 0}, {"deprecation_time": AS_OF - SECOND}, NO, "it has been deprecated since 2026-11-21"),
    ({"max_days_since_deprecated": 9}, {"deprecation_time": days_ago(9)}, YES, None),
    ({"max_days_since_deprecated": 9}, {"deprecation_time": days_ago(10)}, NO, "it has been deprecated since 2026-11-11"),
    # watermarks: one mark, one filter, all its fields
    ({"watermarks": (WatermarkFilter(KEY),)}, {"watermarks": (mark(),)}, YES, None),
    ({"watermarks": (WatermarkFilter(f"{GOLD}:*"),)}, {"watermarks": (mark(),)}, YES, None),
    ({"watermarks": (WatermarkFilter(KEY, "eu-*"),)}, {"watermarks": (mark(),)}, NO, "none of its watermarks matches a filter"),
    ({"watermarks": (WatermarkFilter(KEY, "eu-*"), WatermarkFilter(KEY, "us-*"))},
     {"watermarks": (mark(),)}, YES, None),
    ({"watermarks": (WatermarkFilter(KEY),)}, {}, NO, "none of its watermarks matches a filter"),
    ({"watermarks": ()}, {"watermarks": (mark(),)}, NO, "none of its watermarks matches a filter"),
    ({"watermarks": (WatermarkFilter(KEY),)}, {"watermarks": (mark(key=None),)}, UNREAD, None),
    ({"watermarks": (WatermarkFilter(KEY),)}, {"watermarks": (mark(key=None), mark())}, YES, None),
    # scans
    ({"scan": ScanCondition("high")}, {}, NO, "Amazon Inspector has not scanned it"),
    ({"scan": ScanCondition("high")}, {"scan_results": ScanResults("high")}, YES, None),
    ({"scan": ScanCondition("high")}, {"scan_results": ScanResults()}, YES, None),
    ({"scan": ScanCondition("high")}, {"scan_results": ScanResults("critical")}, NO, "its worst finding is critical"),
    ({"scan": ScanCondition("high")}, {"scan_results": ScanResults("odd")}, UNREAD, "unknown severity odd"),
    ({"scan": ScanCondition("odd")}, {"scan_results": ScanResults("low")}, UNREAD, "unknown severity odd"),
    ({"scan": ScanCondition()}, {"scan_results": ScanResults("critical")}, YES, None),
    ({"scan": ScanCondition(None, 7)}, {"scan_results": ScanResults(None, days_ago(7))}, YES, None),
    ({"scan": ScanCondition(None, 7)}, {"scan_results": ScanResults(None, days_ago(8))}, NO, "its last scan is 8 days old, and at most 7 are allowed"),
    ({"scan": ScanCondition(None, 7)}, {"scan_results": ScanResults()}, UNREAD, None),
    ({"scan": ScanCondition(max_days_since_fix={"high": 7})},
     {"scan_results": ScanResults("high", None, {"high": days_ago(8)})}, NO, "the fix for a high finding is 8 days old, and at most 7 are allowed"),
    ({"scan": ScanCondition(max_days_since_fix={"high": 7})},
     {"scan_results": ScanResults("high", None, {"high": days_ago(7)})}, YES, None),
    ({"scan": ScanCondition(max_days_since_fix={"high": 7})},
     {"scan_results": ScanResults("high", None, {"low": days_ago(99)})}, YES, None),
    ({"scan": ScanCondition(max_days_since_fix={"high": 7})}, {"scan_results": ScanResults("high")}, YES, None),
    # a criterion without fields
    ({}, {}, UNREAD, "it has no field that this version of boto3 knows"),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "facts", "wanted", "why"), FIELDS)
def test_each_field_of_a_criterion(
    criterion: dict[str, Any], facts: dict[str, Any], wanted: Is, why: str | None
) -> None:
    of = image(**{"watermarks": (), **facts})
    found = judged(of, ImageCriterion(**criterion))
    assert found.admitted is wanted
    if wanted is YES:
        assert found.why_not == ()
    else:
        assert found.why_not == (f"criterion 1: {why or LACKS}",)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({}, YES),
        ({"name": "x"}, NO),
        ({"owner_id": STRANGER}, NO),
        ({"name": None}, UNREAD),
        ({"name": None, "owner_id": STRANGER}, NO),
    ],
)
def test_all_fields_of_a_criterion_must_hold(facts: dict[str, Any], wanted: Is) -> None:
    """What is broken for certain outranks what was not told."""
    one = ImageCriterion(providers=(USER,), names=("web",))
    assert judged(image(**facts), one).admitted is wanted


HOLDS, BROKEN, SILENT = (
    ImageCriterion(names=("web",)),
    ImageCriterion(names=("db",)),
    ImageCriterion(max_days_since_created=9),
)


@pytest.mark.parametrize(
    ("criteria", "wanted"),
    [
        ((), NO),
        ((BROKEN,), NO),
        ((BROKEN, HOLDS), YES),
        ((HOLDS, BROKEN), YES),
        ((SILENT, HOLDS), YES),
        ((SILENT, BROKEN), UNREAD),
        ((BROKEN, SILENT), UNREAD),
    ],
)
def test_one_criterion_is_enough(criteria: tuple[ImageCriterion, ...], wanted: Is) -> None:
    assert judged(image(creation_date=None), *criteria).admitted is wanted


def test_every_criterion_says_why_not() -> None:
    found = judged(image(), BROKEN, ImageCriterion(providers=(GOLD,)))
    assert found.why_not == (
        "criterion 1: its name matches none of the names",
        f"criterion 2: {USER} is not among the providers",
    )
    assert judged(image()).why_not == ("there are no criteria",)


def test_of_two_fields_that_were_not_told_the_first_is() -> None:
    both = ImageCriterion(names=("web",), scan=ScanCondition("high"))
    of = image(name=None, scan_results=ScanResults("odd"))
    assert judged(of, both).why_not == (f"criterion 1: {LACKS}",)


def test_what_could_not_be_read_is_not_told_as_broken() -> None:
    """A mark without a key: whether it satisfies the filter is not known."""
    unread = judged(image(mark(key=None)), ImageCriterion(watermarks=(WatermarkFilter(KEY),)))
    assert unread.why_not == ("criterion 1: EC2 left out a field that decides it",)


# not-allowed


def vendors(settings: AllowedImages | Unread | None, **facts: Any) -> Subject:
    """A marked image of an account that is not the one that uses it."""
    return subject(image(mark(), **{"owner_id": STRANGER, **facts}), allowed=settings)


@pytest.mark.parametrize(
    ("state", "owner", "wanted"),
    [
        (DISABLED, STRANGER, PASS),
        (DISABLED, GOLD, PASS),
        (AUDIT, STRANGER, FAIL),
        (AUDIT, GOLD, PASS),
        (ON, STRANGER, FAIL),
        (ON, GOLD, PASS),
        (ON, USER, PASS),
        (AUDIT, USER, PASS),
        (ON, None, OPEN),
        (DISABLED, None, PASS),
        ("ENABLED", GOLD, OPEN),
        ("a state of tomorrow", GOLD, OPEN),
    ],
)
def test_not_allowed(state: str, owner: str | None, wanted: Outcome) -> None:
    here = vendors(AllowedImages(state, criteria=ONLY_GOLD), owner_id=owner)
    assert outcome("not-allowed", here, PREDICT) is wanted
    assert verdict(here, PREDICT) is wanted


def said(found: Finding | None) -> str:
    assert found is not None
    return found.message


def test_the_message_tells_what_is_enforced_from_what_is_audited() -> None:
    enforced = finding("not-allowed", vendors(AllowedImages(ON, criteria=ONLY_GOLD)), PREDICT)
    assert said(enforced) == (
        "Allowed AMIs would refuse it during apply: "
        f"criterion 1: {STRANGER} is not among the providers"
    )
    audited = finding("not-allowed", vendors(AllowedImages(AUDIT, criteria=ONLY_GOLD)), PREDICT)
    assert said(audited).startswith(
        "Allowed AMIs is in audit mode, and would refuse it if enforced: "
    )
    none = finding("not-allowed", vendors(AllowedImages(ON)), PREDICT)
    assert said(none) == "Allowed AMIs would refuse it during apply: there are no criteria"
    assert enforced is not None
    assert enforced.fix
    assert enforced.evidence[0] == f"ec2:GetAllowedImagesSettings ({USER}/{HOME})"
    assert enforced.evidence[1:] == (f"criterion 1: {STRANGER} is not among the providers",)


@pytest.mark.parametrize("state", [ON, AUDIT])
@pytest.mark.parametrize(
    ("owner", "allowed", "wanted"),
    [
        (GOLD, None, PASS),
        (GOLD, True, PASS),
        (GOLD, False, OPEN),
        (STRANGER, None, FAIL),
        (STRANGER, False, FAIL),
    ],
)
def test_ec2s_own_word_is_held_against_the_prediction(
    state: str, owner: str, allowed: bool | None, wanted: Outcome
) -> None:
    here = vendors(AllowedImages(state, criteria=ONLY_GOLD), owner_id=owner, image_allowed=allowed)
    assert outcome("not-allowed", here, PREDICT) is wanted


def test_settings_that_could_not_be_read_leave_it_open() -> None:
    here = vendors(Unread("ec2:GetAllowedImagesSettings: denied"))
    found = finding("not-allowed", here, PREDICT)
    assert found is not None
    assert (found.outcome, found.message) == (OPEN, "ec2:GetAllowedImagesSettings: denied")
    assert outcome("lookup-failed", here, PREDICT) is OPEN
    assert verdict(here, PREDICT) is OPEN
    lenient = policy(allowed_by_ec2=True, severities={"not-allowed": Severity.OFF})
    assert verdict(here, lenient) is OPEN


def test_settings_that_nobody_asked_for_leave_it_open() -> None:
    assert outcome("not-allowed", vendors(None), PREDICT) is OPEN
    assert verdict(vendors(None), PREDICT) is OPEN


def test_allowed_amis_are_not_looked_at_where_the_policy_ignores_them() -> None:
    for settings in (None, Unread("denied"), AllowedImages(ON)):
        here = vendors(settings)
        for rule in ("not-allowed", "self-owned", "lookup-failed"):
            assert finding(rule, here) is None
        assert verdict(here) is PASS


@pytest.mark.parametrize("rule", ["not-allowed", "self-owned"])
def test_without_an_image_there_is_nothing_to_predict(rule: str) -> None:
    assert [outcome(rule, unresolved(cause), PREDICT) for cause in Cause] == [None] * len(Cause)


def test_whose_account_it_is_must_be_known() -> None:
    """An unknown account owns nothing."""
    nowhere = subject(
        image(mark(), owner_id=USER),
        place=Place.of(HOME, None),
        allowed=AllowedImages(ON, criteria=ONLY_GOLD),
    )
    assert outcome("not-allowed", nowhere, PREDICT) is not PASS
    nobody = subject(
        image(mark(), owner_id=None),
        place=Place.of(HOME, None),
        allowed=AllowedImages(ON, criteria=ONLY_GOLD),
    )
    assert outcome("not-allowed", nobody, PREDICT) is OPEN
    assert finding("self-owned", nobody, PREDICT) is None


# self-owned


def own(settings: AllowedImages | Unread | None, **facts: Any) -> Subject:
    return subject(image(mark(), owner_id=USER, **facts), allowed=settings)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (AllowedImages(DISABLED, criteria=ONLY_GOLD), None),
        (AllowedImages(AUDIT, criteria=ONLY_GOLD), FAIL),
        (AllowedImages(ON, criteria=ONLY_GOLD), FAIL),
        (AllowedImages(ON), FAIL),
        (AllowedImages(ON, criteria=(ImageCriterion(providers=("none",)),)), FAIL),
        (AllowedImages(ON, criteria=(ImageCriterion(watermarks=(WatermarkFilter(KEY),)),)), PASS),
        (AllowedImages(ON, criteria=(*ONLY_GOLD, ImageCriterion(names=("web",)))), PASS),
        (Unread("denied"), None),
        (None, None),
    ],
)
def test_self_owned(settings: AllowedImages | Unread | None, wanted: Outcome | None) -> None:
    assert outcome("self-owned", own(settings), PREDICT) is wanted


def test_self_owned_speaks_of_the_accounts_own_images_only() -> None:
    others = vendors(AllowedImages(ON, criteria=ONLY_GOLD))
    assert finding("self-owned", others, PREDICT) is None
    nobody = vendors(AllowedImages(ON, criteria=ONLY_GOLD), owner_id=None)
    assert finding("self-owned", nobody, PREDICT) is None


def test_self_owned_names_the_account_and_why_no_criterion_holds() -> None:
    found = finding("self-owned", own(AllowedImages(ON, criteria=ONLY_GOLD)), PREDICT)
    assert found is not None
    assert found.message == f"Allowed AMIs admits it only because account {USER} owns it"
    assert found.evidence == (
        f"ec2:GetAllowedImagesSettings ({USER}/{HOME})",
        f"criterion 1: {USER} is not among the providers",
    )
    assert found.fix


STRICT = policy(allowed_by_ec2=True, severities={"self-owned": Severity.ERROR})


def test_self_owned_warns_unless_the_policy_says_otherwise() -> None:
    here = own(AllowedImages(ON, criteria=ONLY_GOLD))
    assert verdict(here, PREDICT) is PASS
    assert verdict(here, STRICT) is FAIL
    assert verdict(own(AllowedImages(ON, criteria=(HOLDS,))), STRICT) is PASS


def test_whether_a_criterion_admits_it_may_not_have_been_told() -> None:
    silent = own(AllowedImages(ON, criteria=(SILENT,)), creation_date=None)
    assert outcome("self-owned", silent, PREDICT) is OPEN
    assert verdict(silent, STRICT) is OPEN
