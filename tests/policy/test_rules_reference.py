"""unpinned, open-lookup, unresolved and not-visible: what the reference itself lets us know."""

from typing import Any

import pytest
from msgspec.structs import replace

from assay.model import (
    Action,
    Alias,
    AmiId,
    Cause,
    Finding,
    ImageSearch,
    Made,
    Outcome,
    Place,
    Planned,
    Severity,
    Subject,
    TemplateRef,
    Unknown,
    Unplaced,
    Value,
)
from assay.policy.engine import judge_all
from tests.policy.builders import (
    AS_OF,
    PLACE,
    USED,
    finding,
    outcome,
    policy,
    reference,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
MOVING = (
    Alias("/golden/al2023"),
    Alias("/golden/al2023", "stable"),
    Alias("/golden/al2023", "1.0"),
    TemplateRef("lt-1", None, "$Latest"),
    TemplateRef(None, "web"),
)
PINNED = (Alias("/golden/al2023", "12"), TemplateRef("lt-1", None, "7"))


def test_unpinned_reports_every_indirection_that_can_move() -> None:
    value = Alias("/golden/al2023")
    found = finding("unpinned", subject(value=value, moving=("a template", str(value))))
    assert found is not None
    assert found.outcome is FAIL
    assert "a template and resolve:ssm:/golden/al2023" in found.message
    assert outcome("unpinned", subject(value=AmiId(USED))) is PASS


_OF_A_PARAMETER = "a numbered version of the parameter"
_OF_A_TEMPLATE = "a numbered version of the template"
_OF_A_LOOKUP = "check the plan, which contains the image that was found"


@pytest.mark.parametrize(
    ("moving", "fix"),
    [
        (("resolve:ssm:/golden/x",), _OF_A_PARAMETER),
        (("parameter /golden/x, as aws_ssm_parameter.x leaves it",), _OF_A_PARAMETER),
        (("launch template web:$Latest",), _OF_A_TEMPLATE),
        (("launch template aws_launch_template.t, at its $Default",), _OF_A_TEMPLATE),
        (("an image lookup",), _OF_A_LOOKUP),
        (("data.aws_ami.x, an image lookup",), _OF_A_LOOKUP),
        (
            ("launch template web:$Latest", "resolve:ssm:/golden/x", "resolve:ssm:/golden/y"),
            f"{_OF_A_TEMPLATE}, or {_OF_A_PARAMETER}",
        ),
    ],
)
def test_what_pins_it_belongs_to_what_can_move(moving: tuple[str, ...], fix: str) -> None:
    found = finding("unpinned", subject(value=AmiId(USED), moving=moving))
    assert found is not None
    assert found.fix == f"name the AMI id, or {fix}"


@pytest.mark.parametrize("value", PINNED)
def test_a_numbered_version_names_one_image_for_good(value: Value) -> None:
    assert outcome("unpinned", subject(value=value)) is PASS
    gone = unresolved(Cause.LOOKUP_FAILED, value=value)
    assert outcome("unpinned", gone) is None


@pytest.mark.parametrize("value", MOVING)
def test_a_reference_that_led_nowhere_can_still_move(value: Value) -> None:
    found = finding("unpinned", unresolved(Cause.NOT_VISIBLE, value=value))
    assert found is not None
    assert found.outcome is FAIL
    assert str(value) in found.message


def test_a_literal_that_led_nowhere_is_not_called_unpinned() -> None:
    assert finding("unpinned", unresolved(Cause.NOT_VISIBLE)) is None


def test_a_sensitive_value_is_never_shown() -> None:
    secret = Alias("/secret/name")
    here = subject(value=secret, moving=(str(secret),), sensitive=True)
    gone = Subject(
        reference(secret, sensitive=True),
        PLACE,
        unresolved(Cause.LOOKUP_FAILED, value=secret).resolution,
    )
    for each in (here, gone):
        found = finding("unpinned", each)
        assert found is not None
        assert found.outcome is FAIL
        assert "/secret/name" not in repr(found)


def test_unpinned_warns_unless_the_policy_says_otherwise() -> None:
    here = subject(value=MOVING[0], moving=(str(MOVING[0]),))
    assert verdict(here) is PASS
    assert verdict(here, policy(severities={"unpinned": Severity.ERROR})) is FAIL


def within(search: ImageSearch) -> list[Value]:
    """A lookup wherever the plan or the code can have it."""
    behind = Planned("data.aws_ami.web", search)
    made = Made("aws_ami_copy.web", "CopyImage", behind, PLACE)
    return [search, behind, Planned("local.web", behind), made, Planned("module.a", made)]


def searching(*filters: tuple[str, tuple[str, ...]], **more: Any) -> ImageSearch:
    return ImageSearch(filters=filters, **more)


LOOKUPS = (
    ImageSearch(),
    ImageSearch(("self",)),
    ImageSearch(("self",), most_recent=True),
    searching(("image-id", ("ami-*",)), most_recent=True),
    searching(("image-id", ("ami-0000000d", "ami-0000000c"))),
    searching(("image-id", ("ami-0000000d",)), ("image-id", ("ami-0000000?",))),
    searching(("image-id", ("ami-0000000d",)), ("image-id", ("ami-0000000c",))),
    searching(("image-id", ()), most_recent=True),
    searching(("name", ("ami-0000000d",))),
)


@pytest.mark.parametrize("search", LOOKUPS)
def test_a_lookup_that_nobody_was_asked_about_can_find_another_image(search: ImageSearch) -> None:
    for value in within(search):
        for cause in (Cause.LOOKUP_FAILED, Cause.UNRESOLVED):
            found = finding("unpinned", unresolved(cause, value=value))
            assert found is not None
            assert found.outcome is FAIL
            assert found.message == "can mean another image after this check: an image lookup"


@pytest.mark.parametrize(
    "search",
    [
        searching(("image-id", ("ami-0000000d",)), most_recent=True),
        searching(("image-id", ("ami-0000000d", "ami-0000000d")), ("name", ("*",))),
    ],
)
def test_a_lookup_by_one_id_finds_no_other_image(search: ImageSearch) -> None:
    for value in within(search):
        assert finding("unpinned", unresolved(Cause.LOOKUP_FAILED, value=value)) is None


def test_of_what_was_found_the_way_there_tells_whether_it_moves() -> None:
    moving = subject(value=ImageSearch(("self",)), moving=("an image lookup",))
    assert outcome("unpinned", moving) is FAIL
    assert outcome("unpinned", subject(value=ImageSearch(("self",)))) is PASS


CONFINED = (
    ImageSearch(("self",)),
    ImageSearch(("111122223333", "amazon", "aws-marketplace"), most_recent=True),
    searching(("owner-id", ("111122223333",))),
    searching(("owner-id", ("111122223333", "222222222222"))),
    searching(("owner-id", ("111122223333",)), ("owner-id", ("222222222222",))),
    searching(("name", ("*",)), ("owner-alias", ("amazon",)), most_recent=True),
    searching(("owner-id", ("*",)), ("owner-alias", ("amazon",))),
    searching(("image-id", ("ami-0000000d", "ami-0000000c")), most_recent=True),
    searching(("owner-id", ("*",)), owners=("self",)),
)
OPEN_LOOKUPS = (
    ImageSearch(),
    ImageSearch(most_recent=True),
    searching(("name", ("golden-al2023",))),
    searching(("name", ("golden-*",)), name_regex="^golden-1$", most_recent=True),
    searching(("is-public", ("false",)), executable_users=("self",)),
    searching(("tag:owner-id", ("111122223333",))),
    searching(("Owner-Id", ("111122223333",))),
    searching(("owner-id", ("*",))),
    searching(("owner-id", ("11112222333?",))),
    searching(("owner-id", ("111122223333", "*"))),
    searching(("owner-id", ("111122223333",)), ("owner-id", ("*",))),
    searching(("owner-id", ())),
    searching(("owner-id", ("111122223333",)), ("owner-id", ())),
    searching(("owner-alias", ("a*",))),
    searching(("image-id", ("ami-*",))),
    ImageSearch(("*",)),
    ImageSearch(("self", "1111*")),
    ImageSearch(("11112222333?",)),
    ImageSearch(("",)),
    ImageSearch(("self", "")),
)


@pytest.mark.parametrize("search", CONFINED)
def test_a_lookup_that_says_whose_images_it_takes(search: ImageSearch) -> None:
    for value in within(search):
        for here in (subject(value=value), unresolved(Cause.LOOKUP_FAILED, value=value)):
            assert outcome("open-lookup", here) is PASS
    assert verdict(unresolved(Cause.LOOKUP_FAILED, value=search)) is OPEN


@pytest.mark.parametrize("search", OPEN_LOOKUPS)
def test_an_open_lookup_fails_with_an_image_and_without(search: ImageSearch) -> None:
    for value in within(search):
        for here in (subject(value=value), *(unresolved(each, value=value) for each in CAUSES)):
            found = finding("open-lookup", here)
            assert found is not None
            assert found.outcome is FAIL
            assert "owner" in found.message
            assert found.fix
            assert "owners" in found.fix
            assert found.evidence == ()
            assert verdict(here) is FAIL


CAUSES = (Cause.LOOKUP_FAILED, Cause.UNRESOLVED, Cause.NOT_VISIBLE)


def test_an_open_lookup_is_as_severe_as_the_policy_says() -> None:
    here = subject(value=ImageSearch(most_recent=True))
    for severity in (Severity.WARNING, Severity.OFF):
        by = policy(severities={"open-lookup": severity})
        assert verdict(here, by) is PASS
        assert verdict(unresolved(Cause.LOOKUP_FAILED, value=ImageSearch()), by) is OPEN


@pytest.mark.parametrize(
    "value", [AmiId(USED), *MOVING, Unknown(("data.aws_ami.web",)), Planned("x", AmiId(USED))]
)
def test_open_lookup_is_silent_where_nothing_is_looked_up(value: Value) -> None:
    for here in (subject(value=value), unresolved(Cause.UNRESOLVED, value=value)):
        assert finding("open-lookup", here) is None


@pytest.mark.parametrize("rule", ["unresolved", "not-visible", "lookup-failed"])
@pytest.mark.parametrize("cause", list(Cause))
def test_each_cause_is_told_by_the_rule_of_its_name_and_no_other(rule: str, cause: Cause) -> None:
    found = finding(rule, unresolved(cause))
    if rule != cause:
        assert found is None
        return
    assert found is not None
    assert found.outcome is OPEN
    assert found.message == f"because of {cause}"
    assert found.fix
    assert found.evidence


@pytest.mark.parametrize("rule", ["unresolved", "not-visible", "lookup-failed"])
def test_the_rules_of_undetermined_are_silent_about_an_image_that_was_read(rule: str) -> None:
    assert finding(rule, subject()) is None


def test_changes_that_terraform_ignores() -> None:
    ignored: dict[str, Any] = {"changes_ignored": True, "action": Action.DECLARED}
    for here in (subject(**ignored), unresolved(**ignored)):
        found = finding("ignored-changes", here)
        assert found is not None
        assert found.outcome is FAIL
        assert "ignore_changes" in found.message
        assert verdict(here) is FAIL
    warning = policy(severities={"ignored-changes": Severity.WARNING})
    assert verdict(subject(**ignored), warning) is PASS
    for silent in (subject(changes_ignored=True), subject(action=Action.DECLARED)):
        assert finding("ignored-changes", silent) is None


def test_an_id_in_the_code_that_nobody_knows() -> None:
    written = unresolved(Cause.LOOKUP_FAILED, value=AmiId(USED), action=Action.DECLARED)
    found = finding("uncatalogued", written)
    assert found is not None
    assert found.outcome is FAIL
    assert verdict(written) is OPEN
    assert verdict(written, policy(severities={"uncatalogued": Severity.ERROR})) is FAIL
    for silent in (
        unresolved(Cause.LOOKUP_FAILED, value=AmiId(USED)),
        unresolved(Cause.NOT_VISIBLE, value=AmiId(USED), action=Action.DECLARED),
        unresolved(Cause.LOOKUP_FAILED, value=Alias("/x"), action=Action.DECLARED),
        subject(action=Action.DECLARED),
    ):
        assert finding("uncatalogued", silent) is None


def test_what_rules_read_of_a_reference_is_not_shared_between_references() -> None:
    by = policy()
    plain = subject(action=Action.DECLARED)
    ignoring = replace(plain, reference=replace(plain.reference, changes_ignored=True))
    for first, second in ((plain, ignoring), (ignoring, plain)):
        outcomes = {
            each.subject.reference.changes_ignored: each.outcome
            for each in judge_all([first, second], by, AS_OF).verdicts
        }
        assert outcomes == {False: PASS, True: FAIL}


def test_what_is_made_of_snapshots_is_told_with_the_cure() -> None:
    assert finding("no-provenance", unresolved(Cause.NO_PROVENANCE)) == Finding(
        FAIL,
        f"because of {Cause.NO_PROVENANCE}",
        "make it with aws_ami_copy or aws_ami_from_instance",
    )
    assert finding("no-provenance", unresolved()) is None


@pytest.mark.parametrize(
    ("place", "fix"),
    [
        (PLACE, "check it with AWS credentials, or with a recorded catalogue that contains it"),
        (Unplaced("no Region"), "name its Region: without one it cannot be looked up"),
    ],
)
def test_an_id_that_no_catalogue_knows_is_told_with_the_cure(
    place: Place | Unplaced, fix: str
) -> None:
    here = unresolved(value=AmiId(USED), action=Action.DECLARED)
    here = Subject(here.reference, place, here.resolution)
    assert finding("uncatalogued", here) == Finding(
        FAIL, "an AMI id in the code, about which the catalogue knows nothing", fix
    )
