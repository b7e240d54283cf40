"""Scopes and exceptions as a user meets them: a plan, a policy, a recorded catalogue, a date."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.command import POLICY
from tests.plans import configured, dump, instance, plan, resource
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD

GOLDEN, VENDOR, OTHER, PENDING = (
    "ami-0000000a",
    "ami-0000000b",
    "ami-0000000c",
    "ami-0000000d",
)
RECORDED = "2026-11-21T00:00:00Z"


def image(id: str, **more: Any) -> dict[str, Any]:
    plain = {
        "id": id,
        "owner_id": STRANGER,
        "name": "vendor 1.2",
        "state": "available",
        "public": False,
        "creation_date": "2026-11-01T00:00:00Z",
    }
    return {**plain, **more}


MARK = {
    "key": f"{PIPELINE}:golden-web",
    "source_image_id": GOLDEN,
    "source_image_region": REGION,
    "source_image_creation_time": "2026-11-01T00:00:00Z",
    "watermark_creation_time": "2026-11-01T00:01:00Z",
}
IMAGES = (
    image(GOLDEN, owner_id=PIPELINE, watermarks=[MARK]),
    image(VENDOR, owner_alias="aws-marketplace", product_codes=["abc123"]),
    image(OTHER),
    image(PENDING, state="pending", product_codes=["abc123"]),
)


def recording(account: str | None = WORKLOAD) -> dict[str, Any]:
    """What `assay record` would write; without an account, nobody could say whose eyes looked."""
    whose: dict[str, Any] = {"identity_unavailable": "sts:GetCallerIdentity: denied"}
    if account:
        arn = f"arn:aws:iam::{account}:user/tester"
        whose = {"account": account, "identity": {"account": account, "arn": arn}}
    found = {each["id"]: each for each in IMAGES}
    place = {"region": REGION, "images": {"found": found}, **whose}
    return {"assay_catalog": 2, "recorded_at": RECORDED, "places": [place]}


def exception(**changes: Any) -> dict[str, Any]:
    return {
        "match": {"image": {"product_code": "abc123"}},
        "rules": ["unmarked"],
        "reason": "vendor appliance",
        "approved_by": "platform-security",
        "ticket": "SEC-1421",
        "expires": "2026-12-31",
        **changes,
    }


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "catalog.json").write_text(json.dumps(recording()))
    return tmp_path


def modules(paths: list[list[str]]) -> dict[str, Any]:
    """`module_calls` of a configuration in which every module holds an instance called web."""
    calls: dict[str, Any] = {}
    for path in paths:
        inside = {"resources": [configured("aws_instance", "web")]}
        calls.setdefault(path[0], {"module": inside})
        if path[1:]:
            calls[path[0]]["module"]["module_calls"] = modules([path[1:]])
    return calls


def write(here: Path, *changes: dict[str, Any], inside: tuple[str, ...] = (), **parts: Any) -> None:
    """The plan, and a policy that trusts the pipeline's marks; the modules `inside` are called."""
    document = plan(*changes)
    calls = modules([path.split(".") for path in inside])
    document["configuration"]["root_module"]["module_calls"] = calls
    (here / "plan.json").write_bytes(dump(document))
    said = "".join(f"{key}: {json.dumps(value)}\n" for key, value in parts.items())
    (here / "assay.yaml").write_text(POLICY + said)


def check(
    here: Path, *flags: str, as_of: str = RECORDED, env: dict[str, str] | None = None
) -> command.Run:
    run = command.assay(
        "check", "plan.json", "--catalog", "catalog.json", "--as-of", as_of, *flags,
        cwd=here, env=env,
    )  # fmt: skip
    assert run.stderr == ""
    return run


def as_json(here: Path, **more: Any) -> command.Run:
    return check(here, "--format", "json", **more)


def tagged(address: str, ami: str, **tags: str) -> dict[str, Any]:
    return resource(address, {"ami": ami, "launch_template": [], "tags": tags})


class TestExceptions:
    def test_a_vendors_image_is_let_through_and_a_strangers_is_not(self, here: Path) -> None:
        write(
            here,
            instance("aws_instance.golden", GOLDEN),
            instance("aws_instance.vendor", VENDOR),
            instance("aws_instance.other", OTHER),
            exceptions=[exception()],
        )
        run = as_json(here)
        assert run.outcomes() == {
            "aws_instance.golden": "pass",
            "aws_instance.vendor": "pass",
            "aws_instance.other": "fail",
        }
        assert run.code == 1
        summary = run.report["summary"]
        assert (summary["pass"], summary["fail"], summary["excepted"]) == (2, 1, 1)
        [use] = run.report["exceptions"]
        assert (use["ticket"], use["used"], use["state"]) == ("SEC-1421", 1, "active")

    @pytest.mark.parametrize(
        ("as_of", "code"),
        [
            ("2026-11-21", 0),
            ("2026-12-31", 0),
            ("2026-12-31T23:59:59Z", 0),
            ("2027-01-01T00:00:00Z", 1),
            ("2027-01-01", 1),
            ("2027-01-01T01:59:59+02:00", 0),
            ("2026-12-31T19:00:00-05:00", 1),
        ],
    )
    def test_a_date_shows_what_will_start_to_fail(self, here: Path, as_of: str, code: int) -> None:
        write(here, instance("aws_instance.vendor", VENDOR), exceptions=[exception()])
        run = check(here, as_of=as_of)
        assert run.code == code
        over = "the exception SEC-1421 expired on 2026-12-31"
        assert (over in run.stdout) is bool(code)
        assert ("by exception: vendor appliance" in run.stdout) is not code

    def test_the_date_may_come_from_the_environment(self, here: Path) -> None:
        write(here, instance("aws_instance.vendor", VENDOR), exceptions=[exception()])
        run = command.assay(
            "check", "plan.json", "--catalog", "catalog.json",
            cwd=here, env={"ASSAY_AS_OF": "2027-06-01"},
        )  # fmt: skip
        assert run.code == 1
        assert "expired on 2026-12-31; still needed by 1" in run.stdout

    def test_what_ends_soon_is_announced_and_exits_with_0(self, here: Path) -> None:
        write(here, instance("aws_instance.vendor", VENDOR), exceptions=[exception()])
        early, soon, last = (
            check(here, as_of=day) for day in ("2026-12-16", "2026-12-17", "2026-12-31")
        )
        assert "exception SEC-1421" not in early.stdout
        assert "exception SEC-1421: ends in 14 days (2026-12-31); needed by 1" in soon.stdout
        assert "exception SEC-1421: ends today (2026-12-31); needed by 1" in last.stdout
        assert [run.code for run in (early, soon, last)] == [0, 0, 0]

    def test_what_nobody_needs_is_announced(self, here: Path) -> None:
        write(here, instance("aws_instance.golden", GOLDEN), exceptions=[exception()])
        run = check(here)
        assert run.code == 0
        assert "exception SEC-1421: nothing needs it" in run.stdout
        gone = check(here, as_of="2027-02-01")
        assert gone.code == 0
        assert "exception SEC-1421: expired on 2026-12-31, and nothing needs it" in gone.stdout

    def test_what_is_not_known_stays_undetermined(self, here: Path) -> None:
        every = {"address": "*"}
        write(
            here,
            instance("aws_instance.pending", PENDING),
            instance("aws_instance.unknown", None, unknown={"ami": True}),
            exceptions=[exception(match=every, rules=["unmarked", "not-launchable"])],
        )
        run = as_json(here)
        assert set(run.outcomes().values()) == {"undetermined"}
        assert run.code == 3
        assert run.report["summary"]["excepted"] == 0

    def test_a_malformed_date_is_no_verdict(self, here: Path) -> None:
        write(
            here,
            instance("aws_instance.vendor", VENDOR),
            exceptions=[exception(expires="2027-02-30")],
        )
        arguments = ["check", "plan.json", "--catalog", "catalog.json"]
        run = command.assay(*arguments, cwd=here)
        assert (run.code, run.stdout) == (2, "")
        assert run.stderr.startswith("assay: assay.yaml:5:")
        assert "2027-02-30 is not a valid date; write it as 2027-01-31" in run.stderr
        validated = command.assay("policy", "validate", "assay.yaml", cwd=here)
        assert (validated.code, validated.stderr) == (2, run.stderr)
        assert run.stderr.count("\n") == 1

    def test_references_are_let_through_by_address_module_and_tags(self, here: Path) -> None:
        write(
            here,
            instance('module.fw["eu.west"].aws_instance.web', OTHER, module='module.fw["eu.west"]'),
            instance("aws_instance.b", OTHER),
            tagged("aws_instance.c", OTHER, exempt="yes"),
            tagged("aws_instance.d", OTHER, exempt="no"),
            inside=("fw",),
            exceptions=[
                exception(match={"module": 'module.fw["eu.*"]'}),
                exception(match={"address": "aws_instance.b"}),
                exception(match={"tags": {"exempt": "y?s"}}),
            ],
        )
        run = as_json(here)
        assert run.outcomes() == {
            'module.fw["eu.west"].aws_instance.web': "pass",
            "aws_instance.b": "pass",
            "aws_instance.c": "pass",
            "aws_instance.d": "fail",
        }
        assert [use["used"] for use in run.report["exceptions"]] == [1, 1, 1]
        assert "exempt" not in run.stdout

    def test_a_copy_that_the_plan_makes_is_let_through_by_its_source(self, here: Path) -> None:
        copy = resource(
            "aws_ami_copy.vendor",
            {"source_ami_id": VENDOR, "source_ami_region": REGION, "name": "copy"},
            unknown={"id": True},
        )
        user = instance("aws_instance.web", None, unknown={"ami": True})
        document = plan(copy, user)
        blocks = document["configuration"]["root_module"]["resources"]
        blocks[1]["expressions"]["ami"] = {
            "references": ["aws_ami_copy.vendor.id", "aws_ami_copy.vendor"]
        }
        write(here, exceptions=[exception()])
        (here / "plan.json").write_bytes(dump(document))
        run = as_json(here)
        assert run.outcomes() == {"aws_ami_copy.vendor": "pass", "aws_instance.web": "pass"}
        assert run.report["summary"]["excepted"] == 2
        messages = [
            result["message"]
            for verdict in run.report["verdicts"]
            for result in verdict["results"]
            if result["excepted"]
        ]
        assert [f"derived from {VENDOR}" in message for message in messages] == [False, True]


class TestScopes:
    def test_two_references_to_one_image_in_two_scopes(self, here: Path) -> None:
        write(
            here,
            instance("aws_instance.test", GOLDEN),
            instance("module.prod.aws_instance.web", GOLDEN, module="module.prod"),
            instance(
                "module.prod.module.x[0].aws_instance.web", GOLDEN, module="module.prod.module.x[0]"
            ),
            instance("module.production.aws_instance.web", GOLDEN, module="module.production"),
            inside=("prod.x", "production"),
            scopes=[
                {"name": "prod", "match": {"module": "module.prod"}, "require": {"max_age_days": 7}}
            ],
        )
        run = as_json(here)
        assert run.rules() == {
            "aws_instance.test": [],
            "module.prod.aws_instance.web": ["too-old"],
            "module.prod.module.x[0].aws_instance.web": ["too-old"],
            "module.production.aws_instance.web": [],
        }

    def test_the_tags_of_resources_choose_a_scope(self, here: Path) -> None:
        after = {"ami": GOLDEN, "launch_template": []}
        write(
            here,
            tagged("aws_instance.prod", GOLDEN, env="prod"),
            tagged("aws_instance.dev", GOLDEN, env="dev"),
            resource("aws_instance.default", {**after, "tags_all": {"env": "prod"}}),
            resource("aws_instance.later", after, unknown={"tags": {"env": True}}),
            scopes=[
                {"name": "p", "match": {"tags": {"env": "p*"}}, "require": {"owners": ["self"]}}
            ],
        )
        run = as_json(here)
        assert run.outcomes() == {
            "aws_instance.prod": "fail",
            "aws_instance.dev": "pass",
            "aws_instance.default": "fail",
            "aws_instance.later": "pass",
        }

    @pytest.mark.parametrize(("account", "outcome"), [(WORKLOAD, "fail"), (None, "pass")])
    def test_an_unknown_account_is_in_no_scope_of_accounts(
        self, here: Path, account: str | None, outcome: str
    ) -> None:
        write(
            here,
            instance("aws_instance.a", GOLDEN),
            scopes=[{"name": "all", "match": {"account": "*"}, "require": {"max_age_days": 7}}],
        )
        (here / "catalog.json").write_text(json.dumps(recording(account)))
        assert as_json(here).outcomes() == {"aws_instance.a": outcome}

    def test_the_most_specific_scope_wins_whatever_the_order(self, here: Path) -> None:
        scopes = [
            {"name": "wide", "match": {"region": "us-*"}, "require": {"max_age_days": 7}},
            {
                "name": "narrow",
                "match": {"region": "us-*", "account": WORKLOAD},
                "require": {"max_age_days": 30},
            },
        ]
        for order in (scopes, scopes[::-1]):
            write(here, instance("aws_instance.a", GOLDEN), scopes=order)
            assert as_json(here).code == 0
