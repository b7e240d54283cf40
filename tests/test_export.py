"""A policy as Allowed AMIs criteria: what EC2 makes of them is what the policy says of an image."""

import functools
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.allowed_amis.export import Exported, allowed_amis
from assay.catalog.questions import IMAGES
from assay.errors import PolicyError
from assay.model import Image, Outcome, Policy, Severity
from assay.policy.engine import judge
from assay.policy.load import load
from tests import command
from tests.allowed import CODES, DAYS, NAMES, REGION_PATTERNS, SEVERITIES, images, some
from tests.command import POLICY
from tests.emulator import World
from tests.emulator.sdk import client
from tests.judging import HERE, Emulated
from tests.policy.builders import AS_OF, subject
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD

KEY = f"{PIPELINE}:golden-*"
MARKS = [{"WatermarkKey": KEY}]
OWN = "EC2 never restricts the account's own images; only a check of the plan covers them"
SERVICES = "no criterion admits amazon: AWS services that launch images of their own"
ANCESTRY = "require.ancestry is lost: EC2 does not compare watermarks with the recorded ancestry"


def document(**parts: Any) -> Policy:
    """A policy that trusts KEY, as it is read from a file."""
    whole = {"version": 1, "golden": {"watermarks": [{"key": KEY}]}, **parts}
    return load("assay.yaml", json.dumps(whole).encode())


def exception(*rules: str, expires: str = "2027-01-31", **match: Any) -> dict[str, Any]:
    return {
        "match": match,
        "rules": list(rules),
        "reason": "vendor appliance",
        "approved_by": "platform-security",
        "expires": expires,
    }


def exported(**parts: Any) -> Exported:
    return allowed_amis(document(**parts), AS_OF)


def criteria(**parts: Any) -> list[dict[str, Any]]:
    return list(exported(**parts).criteria)


# ------------------------------------------------------------ EC2 admits what the policy lets pass


KNOWN_TO_EC2 = ("unmarked", "untrusted-owner", "too-old", "deprecated", "scan-findings")
FILTERS = st.fixed_dictionaries(
    {"key": st.sampled_from([KEY, f"{PIPELINE}:golden-?", f"{PIPELINE}:web", f"{STRANGER}:*"])},
    optional={
        "source_image_region": st.sampled_from(REGION_PATTERNS),
        "max_days_since_source_image_created": DAYS,
        "max_days_since_watermark_created": DAYS,
    },
)
IMAGE_MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "owner": st.sampled_from([PIPELINE, STRANGER]),
        "owner_alias": st.sampled_from(["amazon", "aws-marketplace"]),
        "product_code": st.sampled_from(CODES),
        "name": st.sampled_from([*NAMES, "golden-*", "*"]),
        "tags": st.just({"team": "web"}),
    },
).filter(bool)
POLICIES = st.fixed_dictionaries(
    {"golden": st.fixed_dictionaries({"watermarks": some(FILTERS, 2)})},
    optional={
        "require": st.fixed_dictionaries(
            {"ancestry": st.just("ignore")},
            optional={
                "owners": some(("self", PIPELINE, STRANGER)),
                "max_age_days": DAYS,
                "max_scan_severity": st.sampled_from(SEVERITIES),
            },
        ),
        "rules": st.fixed_dictionaries(
            {},
            optional={
                "deprecated": st.sampled_from(["error", "error", "warning", "off"]),
                **{
                    rule: st.sampled_from(["error", "warning", "off"])
                    for rule in ("untrusted-owner", "too-old", "scan-findings")
                },
            },
        ),
        "exceptions": st.lists(
            st.builds(
                lambda image, rules: exception(*rules, image=image),
                IMAGE_MATCHES,
                some((*KNOWN_TO_EC2, "too-deep"), 5),
            ),
            min_size=1,
            max_size=2,
        ),
    },
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Images of other accounts, which the workload account can use."""
    world = World(lambda: AS_OF)
    world.question_mark = "one"
    for _ in range(draw(st.integers(1, 3))):
        image = draw(images(world, (PIPELINE, STRANGER)))
        if image.deprecation_time == AS_OF:
            image.deprecation_time = None  # of this one instant the two say different things
    return world


def lets_pass(image: Image, by: Policy) -> tuple[bool, set[str]]:
    """Whether nothing of which EC2 knows fails an image, and the exceptions that were needed."""
    results = [
        each for each in judge(subject(image), by, AS_OF).results if each.rule in KNOWN_TO_EC2
    ]
    stopped = [
        each
        for each in results
        if each.severity is Severity.ERROR
        and each.finding.outcome is not Outcome.PASS
        and each.exception is None
    ]
    return not stopped, {str(id(each.exception)) for each in results if each.exception}


@functools.cache
def _client(url: str) -> Any:
    return client(url, "ec2", WORKLOAD, REGION)


def in_audit_mode(
    emulated: Emulated, world: World, document: Mapping[str, Any]
) -> dict[str, Image]:
    """The images as EC2 shows them once the criteria are set, with what it makes of them."""
    emulated.show(world)
    ec2 = _client(emulated.server.url)
    ec2.replace_image_criteria_in_allowed_images_settings(**document)
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="audit-mode")
    found = emulated.catalog.ask(IMAGES, [(HERE, id) for _, id in world.images])
    return {id: image for (_, id), image in found.items() if isinstance(image, Image)}


def test_ec2_admits_of_others_what_the_policy_lets_pass(emulated: Emulated) -> None:
    met: Counter[str] = Counter()

    @given(worlds(), POLICIES)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def holds(world: World, parts: dict[str, Any]) -> None:
        by = document(**parts)
        said = allowed_amis(by, AS_OF)
        left_out = any("is left out: " in line and "exception" in line for line in said.lost)
        for image in in_audit_mode(emulated, world, said.document).values():
            passes, needed = lets_pass(image, by)
            met[f"{'admitted' if image.image_allowed else 'refused'}, {len(needed)} needed"] += 1
            if image.image_allowed:
                assert passes, said
            elif passes:
                # EC2 may be stricter where an exception is, or where two come together.
                assert needed, said
                assert left_out or len(needed) > 1, said

    holds()
    assert {"admitted, 0 needed", "admitted, 1 needed", "refused, 0 needed"} <= set(met), met


def test_nothing_that_is_unmarked_is_admitted(emulated: Emulated) -> None:
    """Whatever else the policy says, as long as no exception says otherwise."""
    met: Counter[bool] = Counter()

    @given(worlds(), POLICIES)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
    def holds(world: World, parts: dict[str, Any]) -> None:
        parts.pop("exceptions", None)
        by = document(**{**parts, "rules": {**parts.get("rules", {}), "unmarked": "warning"}})
        strict = document(**parts)
        for image in in_audit_mode(emulated, world, allowed_amis(by, AS_OF).document).values():
            met[bool(image.image_allowed)] += 1
            results = {each.rule: each for each in judge(subject(image), strict, AS_OF).results}
            if image.image_allowed:
                assert results["unmarked"].finding.outcome is Outcome.PASS

    holds()
    assert set(met) == {True, False}


def test_a_registry_of_builds_is_what_ec2_does_not_heed(emulated: Emulated) -> None:
    """It is told; all else that EC2 admits besides is the account's own."""
    parts: dict[str, Any] = {
        "golden": {
            "watermarks": [{"key": KEY}],
            "source_images": [{"id": "ami-0fffffffffffffff0", "region": REGION}],
        }
    }
    world = World(lambda: AS_OF)
    other = world.register_image(PIPELINE, REGION, name="not registered")
    world.attach_watermark(PIPELINE, REGION, other, "golden-1")
    world.share(other, REGION, WORKLOAD)
    own = world.register_image(WORKLOAD, REGION, name="own")
    shown = in_audit_mode(emulated, world, exported(**parts).document)
    assert (shown[other].image_allowed, shown[own].image_allowed) == (True, True)
    assert not any(lets_pass(image, document(**parts))[0] for image in shown.values())
    assert exported(**parts).lost[0].startswith("golden.source_images is lost: ")


# ------------------------------------------------------------------------------- what becomes what


def test_only_marks_are_asked_of_a_policy_that_says_no_more() -> None:
    assert exported().document == {"ImageCriteria": [{"ImageWatermarks": MARKS}]}


def test_every_field_has_its_counterpart() -> None:
    filters = [
        {
            "key": KEY,
            "source_image_region": "us-*",
            "max_days_since_source_image_created": 180,
            "max_days_since_watermark_created": 0,
        },
        {"key": f"{PIPELINE}:base"},
    ]
    found = criteria(
        golden={"watermarks": filters},
        require={
            "owners": ["222222222222", "self", "111122223333", "222222222222"],
            "max_age_days": 365,
            "max_scan_severity": "high",
        },
        rules={"deprecated": "error"},
    )
    assert found == [
        {
            "ImageProviders": ["222222222222", "111122223333"],
            "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0},
            "CreationDateCondition": {"MaximumDaysSinceCreated": 365},
            "ImageWatermarks": [
                {
                    "WatermarkKey": KEY,
                    "SourceImageRegion": "us-*",
                    "MaximumDaysSinceSourceImageCreated": 180,
                    "MaximumDaysSinceWatermarkCreated": 0,
                },
                {"WatermarkKey": f"{PIPELINE}:base"},
            ],
            "ScanResultCondition": {"MaximumSeverityLabel": "high"},
        }
    ]


def test_whoever_trusts_no_account_but_his_own_admits_no_other() -> None:
    assert criteria(require={"owners": ["self"]})[0]["ImageProviders"] == ["none"]


@pytest.mark.parametrize("severity", ["warning", "off"])
def test_what_only_warns_is_no_condition(severity: str) -> None:
    said = exported(
        require={"owners": [PIPELINE], "max_age_days": 9, "max_scan_severity": "low"},
        rules={
            "untrusted-owner": severity,
            "too-old": severity,
            "scan-findings": severity,
            "deprecated": severity,
        },
    )
    assert said.criteria == ({"ImageWatermarks": MARKS},)
    assert said.lost[:3] == tuple(
        f"{key} is left out: {rule} is {severity} here, but EC2 can only refuse"
        for key, rule in (
            ("require.owners", "untrusted-owner"),
            ("require.max_age_days", "too-old"),
            ("require.max_scan_severity", "scan-findings"),
        )
    )


def test_marks_are_asked_even_where_the_policy_only_warns() -> None:
    """Without them a criterion would admit what nobody marked."""
    said = exported(rules={"unmarked": "warning"})
    assert said.criteria == ({"ImageWatermarks": MARKS},)
    assert said.lost[0] == (
        "unmarked is warning here, but EC2's criteria refuse unmarked images anyway"
    )


@pytest.mark.parametrize(
    ("match", "fields"),
    [
        ({"owner_alias": "aws-marketplace"}, {"ImageProviders": ["aws-marketplace"]}),
        ({"owner": STRANGER}, {"ImageProviders": [STRANGER]}),
        ({"product_code": "abc123"}, {"MarketplaceProductCodes": ["abc123"]}),
        ({"name": "vendor-*"}, {"ImageNames": ["vendor-*"]}),
        (
            {"owner_alias": "amazon", "product_code": "abc123", "name": "a b"},
            {
                "ImageProviders": ["amazon"],
                "MarketplaceProductCodes": ["abc123"],
                "ImageNames": ["a b"],
            },
        ),
    ],
)
def test_an_exception_for_images_is_a_criterion(
    match: dict[str, str], fields: dict[str, Any]
) -> None:
    said = exported(exceptions=[exception("unmarked", image=match)])
    assert said.criteria == ({"ImageWatermarks": MARKS}, fields)
    assert (
        "exception 1 (vendor appliance) ends on 2027-01-31, "
        "but EC2's criterion has no end: export it again then" in said.lost
    )


def test_an_exception_waives_its_own_rules_and_no_other() -> None:
    require = {"owners": [PIPELINE], "max_age_days": 9, "max_scan_severity": "low"}
    age = {"CreationDateCondition": {"MaximumDaysSinceCreated": 9}}
    marks, owners = {"ImageWatermarks": MARKS}, {"ImageProviders": [PIPELINE]}
    deprecated = {"DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0}}
    scan = {"ScanResultCondition": {"MaximumSeverityLabel": "low"}}
    name = {"ImageNames": ["old"]}
    for rule, kept in (
        ("unmarked", owners | age | deprecated | scan),
        ("untrusted-owner", marks | age | deprecated | scan),
        ("too-old", marks | owners | deprecated | scan),
        ("deprecated", marks | owners | age | scan),
        ("scan-findings", marks | owners | age | deprecated),
    ):
        found = criteria(
            require=require,
            rules={"deprecated": "error"},
            exceptions=[exception(rule, "too-deep", image={"name": "old"})],
        )
        assert found[1] == kept | name


def test_what_ec2_does_not_look_at_needs_no_criterion() -> None:
    said = exported(exceptions=[exception("too-deep", "revoked", image={"name": "old"})])
    assert len(said.criteria) == 1
    assert not any("exception" in line for line in said.lost)


def test_two_exceptions_that_say_the_same_are_one_criterion() -> None:
    same = exception("unmarked", image={"name": "old"})
    assert len(criteria(exceptions=[same, same])) == 2


def test_an_exception_counts_on_its_last_day_and_not_on_the_next() -> None:
    match = {"name": "old"}
    last = [exception("unmarked", image=match, expires="2026-11-21")]
    over = [exception("unmarked", image=match, expires="2026-11-20")]
    assert len(criteria(exceptions=last)) == 2
    assert len(criteria(exceptions=over)) == 1
    told = exported(exceptions=over).lost
    assert "exception 1 (vendor appliance) expired on 2026-11-20: left out" in told


@pytest.mark.parametrize(
    ("match", "require", "why_not"),
    [
        ({"address": "aws_instance.*"}, {}, "no criterion can express address"),
        ({"module": "module.a", "tags": {"a": "b"}, "image": {"name": "x"}}, {},
         "no criterion can express module, tags of a resource"),
        ({"resource_type": "aws_instance"}, {}, "no criterion can express resource type"),
        ({"account": WORKLOAD, "image": {"name": "x"}}, {}, "no criterion can express account"),
        ({"region": REGION}, {}, "no criterion can express Region"),
        ({"image": {"id": "ami-0123456789abcdef0"}}, {}, "no criterion can express image id"),
        ({"image": {"tags": {"a": "b"}, "name": "x"}}, {}, "no criterion can express tags of an image"),
        ({"image": {"owner": STRANGER, "owner_alias": "amazon"}}, {},
         "no criterion can express an owner and an alias at once"),
        ({"image": {"name": "zażółć"}}, {}, "EC2 does not accept its name pattern"),
        ({"image": {"name": "a?"}}, {}, "EC2 does not accept its name pattern"),
        ({"image": {"name": "x" * 129}}, {}, "EC2 does not accept its name pattern"),
        ({"image": {"owner_alias": "amazon"}}, {"owners": [PIPELINE]},
         "amazon is not in require.owners, and untrusted-owner is not among its rules"),
    ],
)  # fmt: skip
def test_an_exception_that_no_criterion_can_express_is_left_out(
    match: dict[str, Any], require: dict[str, Any], why_not: str
) -> None:
    said = exported(require=require, exceptions=[exception("unmarked", **match)])
    assert len(said.criteria) == 1
    assert f"exception 1 (vendor appliance) is left out: {why_not}" in said.lost


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({}, ANCESTRY),
        ({}, OWN),
        ({"require": {"max_depth": 3}}, "require.max_depth is lost: "),
        ({"revoked": {"watermarks": [f"{PIPELINE}:golden-0"]}}, "revoked.watermarks is lost: "),
        ({"revoked": {"images": [{"id": "ami-0123456789abcdef0", "region": REGION}]}},
         "revoked.images is lost: "),
        ({"scopes": [{"name": "prod", "match": {"region": "*"}, "require": {"max_depth": 1}}]},
         "scope prod is lost: "),
        ({"golden": {"watermarks": [{"key": f"{PIPELINE}:a?"}]}},
         "a ? stands for one character here; EC2 does not say whether it can also stand for none"),
        ({"golden": {"watermarks": [{"key": KEY, "source_image_region": "us-????-1"}]}},
         "a ? stands for one character here"),
        ({"exceptions": [exception("unmarked", image={"name": "a?c"})]},
         "a ? stands for one character here"),
        ({}, SERVICES),
    ],
)  # fmt: skip
def test_what_ec2_cannot_say_is_told(parts: dict[str, Any], line: str) -> None:
    assert sum(told.startswith(line) for told in exported(**parts).lost) == 1


def test_what_the_policy_does_not_say_is_not_told_as_lost() -> None:
    silent = exported(require={"ancestry": "ignore"})
    assert [line for line in silent.lost if not line.startswith(SERVICES)] == [OWN]
    off = exported(rules={"lineage-mismatch": "off"})
    assert ANCESTRY not in off.lost
    admits = exported(exceptions=[exception("unmarked", image={"owner_alias": "amazon"})])
    assert not any(line.startswith(SERVICES) for line in admits.lost)


# ---------------------------------------------------------------------------------- EC2's own limits


def filters(count: int) -> dict[str, Any]:
    return {"golden": {"watermarks": [{"key": f"{PIPELINE}:golden-{n}"} for n in range(count)]}}


def owners(count: int) -> dict[str, Any]:
    return {"require": {"owners": ["self", *(f"{n:012}" for n in range(count))]}}


def exceptions(count: int) -> dict[str, Any]:
    return {
        "exceptions": [exception("unmarked", image={"name": f"vendor-{n}"}) for n in range(count)]
    }


@pytest.mark.parametrize(
    ("most", "too_many", "what"),
    [
        (
            filters(50),
            filters(51),
            "needs 51 ImageWatermarks in one criterion, but EC2 accepts at most 50",
        ),
        (
            owners(200),
            owners(201),
            "needs 201 ImageProviders in one criterion, but EC2 accepts at most 200",
        ),
        (exceptions(9), exceptions(10), "needs 11 criteria, but EC2 accepts at most 10"),
    ],
)
def test_what_ec2_does_not_take_is_an_error(
    emulated: Emulated, most: dict[str, Any], too_many: dict[str, Any], what: str
) -> None:
    in_audit_mode(
        emulated, World(), exported(**most).document
    )  # which the emulator would refuse, too
    with pytest.raises(PolicyError, match=what) as error:
        exported(**too_many)
    assert error.value.where == "assay.yaml"


# -------------------------------------------------------------------------------- the whole command


def export(here: Path, *arguments: str, text: str = POLICY) -> command.Run:
    (here / "assay.yaml").write_text(text)
    return command.assay("export", "allowed-amis", *arguments, cwd=here)


def test_the_command_prints_json_and_tells_the_rest(tmp_path: Path) -> None:
    run = export(tmp_path)
    assert run.code == 0
    assert json.loads(run.stdout) == {"ImageCriteria": [{"ImageWatermarks": MARKS}]}
    lines = run.stderr.splitlines()
    assert [line.removeprefix("assay: ") for line in lines] == list(exported().lost)
    assert all(line.startswith("assay: ") for line in lines)


def test_the_command_writes_a_file_instead(tmp_path: Path) -> None:
    printed = export(tmp_path)
    run = export(tmp_path, "-o", "criteria.json")
    assert (run.code, run.stdout, run.stderr) == (0, "", printed.stderr)
    assert (tmp_path / "criteria.json").read_text() == printed.stdout


def test_the_day_of_the_exceptions_can_be_chosen(tmp_path: Path) -> None:
    text = POLICY + "exceptions: " + json.dumps([exception("unmarked", image={"name": "old"})])
    for day, criteria in (("2027-01-31", 2), ("2027-02-01", 1)):
        run = export(tmp_path, "--as-of", day, text=text)
        assert len(json.loads(run.stdout)["ImageCriteria"]) == criteria


def test_names_of_exceptions_cannot_move_the_cursor(tmp_path: Path) -> None:
    vendor = exception("unmarked", address="aws_instance.a") | {"ticket": "SEC\u009b2J\u202e1"}
    run = export(tmp_path, text=POLICY + "exceptions: " + json.dumps([vendor]))
    assert run.code == 0
    assert "exception 1 (SEC?2J?1) is left out" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "text", "line"),
    [
        ([], POLICY.replace("1", "2", 1), "assay.yaml:1:10: version must be 1"),
        (["--policy", "missing.yaml"], POLICY, "missing.yaml: cannot be read"),
        (["-o", "missing/criteria.json"], POLICY, "missing/criteria.json: cannot be written"),
        ([], json.dumps({"version": 1} | filters(51)), "EC2 accepts at most 50"),
        (["--as-of", "tomorrow"], POLICY, "'tomorrow' is not a date or time"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: list[str], text: str, line: str) -> None:
    run = export(tmp_path, *arguments, text=text)
    assert (run.code, run.stdout) == (2, "")
    assert line in run.stderr
    assert run.stderr.count("\n") == 1
