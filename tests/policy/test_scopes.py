"""Where something else holds: which scope a reference stands in, and what the scope changes."""

from collections.abc import Mapping
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.model import (
    AncestryEnd,
    Cause,
    Finding,
    Kind,
    Match,
    Outcome,
    Place,
    Policy,
    PolicyException,
    RuleResult,
    Scope,
    Severity,
    Subject,
    Unplaced,
    WatermarkFilter,
)
from assay.policy.engine import judge, judge_all
from assay.policy.golden import JudgedMarks
from assay.policy.lineage import ancestry_matters
from assay.policy.matching import Scopes, holds
from assay.policy.rules import RULES
from tests.policy.builders import (
    AS_OF,
    AWAY,
    GOLD,
    HOME,
    KEY,
    MIDDLE,
    SOURCE,
    STRANGER,
    USED,
    USER,
    ancestry,
    days_ago,
    document,
    image,
    mark,
    policy,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
DEEP = 'module.a["x.y"].module.b[0].aws_instance.c'
NOWHERE = Place.of(HOME, None)
LAST = date(2100, 1, 1)


def at(address: str = "aws_instance.web", **more: Any) -> Subject:
    return subject(address=address, **more)


def scoped(*matches: Mapping[str, Any]) -> Policy:
    """A document with scopes of these matches; each allows as many days as its number says."""
    return document(
        scopes=[
            {"name": f"scope {number}", "match": match, "require": {"max_age_days": number}}
            for number, match in enumerate(matches)
        ]
    )


def chosen(by: Policy, of: Subject) -> int | None:
    """The number of the scope that a reference stands in; None for the document's own policy."""
    found = Scopes(by).policy_for(of)
    assert found is by or found in [scope.policy for scope in by.scopes]
    return found.require.max_age_days


# what a match holds for


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ({"address": "aws_instance.web"}, True),
        ({"address": "aws_instance.*"}, True),
        ({"address": "aws_instance.we?"}, True),
        ({"address": "*"}, True),
        ({"address": "aws_instance.we"}, False),
        ({"address": "AWS_INSTANCE.WEB"}, False),
        ({"address": "module.*"}, False),
        ({"module": "*"}, True),
        ({"module": "module.*"}, False),
        ({"resource_type": "aws_instance"}, True),
        ({"resource_type": "aws_*"}, True),
        ({"resource_type": "aws_launch_template"}, False),
        ({"account": USER}, True),
        ({"account": "2222*"}, True),
        ({"account": "?" * 12}, True),
        ({"account": STRANGER}, False),
        ({"region": HOME}, True),
        ({"region": "us-*"}, True),
        ({"region": "eu-*"}, False),
        ({"tags": {"env": "prod"}}, True),
        ({"tags": {"env": "p*"}}, True),
        ({"tags": {"env": "prod", "team": "?"}}, True),
        ({"tags": {"env": "dev"}}, False),
        ({"tags": {"env": "prod", "team": "b"}}, False),
        ({"tags": {"ENV": "prod"}}, False),
        ({"tags": {"e*": "prod"}}, False),
        ({"tags": {"stage": "*"}}, False),
        ({"tags": {"empty": "*"}}, True),
        ({"tags": {"empty": "?*"}}, False),
    ],
)
def test_each_field(match: dict[str, Any], wanted: bool) -> None:
    of = at(tags={"env": "prod", "team": "a", "empty": ""})
    assert (chosen(scoped(match), of) == 0) is wanted


FITS: dict[str, Any] = {
    "address": "aws_instance.*",
    "module": "*",
    "resource_type": "aws_instance",
    "account": USER,
    "region": "us-*",
    "tags": {"env": "prod"},
}
MISSES: dict[str, Any] = {
    "address": "aws_instance.db",
    "module": "module.a",
    "resource_type": "aws_launch*",
    "account": "3*",
    "region": AWAY,
    "tags": {"env": "dev"},
}


@pytest.mark.parametrize("broken", FITS)
def test_all_that_is_set_must_hold(broken: str) -> None:
    of = at(tags={"env": "prod"})
    assert chosen(scoped(FITS), of) == 0
    assert chosen(scoped({**FITS, broken: MISSES[broken]}), of) is None


@pytest.mark.parametrize("field", FITS)
def test_what_is_not_set_holds_for_everything(field: str) -> None:
    of = at(tags={"env": "prod"})
    assert chosen(scoped({field: FITS[field]}), of) == 0


@pytest.mark.parametrize(
    ("match", "where"),
    [
        ({"account": "*"}, NOWHERE),
        ({"account": USER}, NOWHERE),
        ({"account": "*", "region": "*"}, NOWHERE),
    ],
)
def test_an_unknown_account_is_in_no_scope_of_accounts(match: dict[str, Any], where: Place) -> None:
    """Neither a stricter nor a laxer rule is applied on a guess."""
    assert chosen(scoped(match), at(place=where)) is None
    assert chosen(scoped(match), at()) == 0


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ({"region": HOME}, 0),
        ({"address": "*"}, 0),
    ],
)
def test_what_is_known_of_such_a_reference_still_holds(match: dict[str, Any], wanted: int) -> None:
    assert chosen(scoped(match), at(place=NOWHERE)) == wanted


@pytest.mark.parametrize("match", [{"region": "*"}, {"account": "*"}])
def test_a_reference_that_stands_nowhere_is_in_no_region_and_no_account(
    match: dict[str, Any],
) -> None:
    of = replace(at(), place=Unplaced("the provider's Region is not known"))
    assert chosen(scoped(match), of) is None
    assert chosen(scoped({"address": "*"}), of) == 0


@pytest.mark.parametrize(
    ("match", "places", "more", "may_hold"),
    [
        ({"account": STRANGER}, [(HOME, USER)], {}, False),  # one's credentials are of one account
        ({"account": STRANGER}, [(HOME, USER), (AWAY, USER)], {}, False),
        ({"account": STRANGER, "region": HOME}, [(HOME, USER)], {}, False),
        ({"account": USER}, [(HOME, USER)], {}, True),
        ({"account": USER, "region": AWAY}, [(HOME, USER)], {}, True),
        ({"region": AWAY}, [(HOME, USER)], {}, True),
        ({"account": STRANGER}, [(HOME, USER)], {"account_told": False}, True),
        ({"account": STRANGER}, [(HOME, USER), (AWAY, STRANGER)], {}, True),
        ({"account": STRANGER}, [(HOME, None)], {}, True),
        ({"account": STRANGER}, [], {}, True),
    ],
)
def test_a_scope_of_another_account_does_not_hold_where_the_region_alone_is_open(
    match: dict[str, Any],
    places: list[tuple[str, str | None]],
    more: dict[str, Any],
    may_hold: bool,
) -> None:
    candidates = tuple(Place.of(*each) for each in places)
    of = replace(at(), place=Unplaced("nothing says the Region", None, candidates, **more))
    assert [scope.name for scope in Scopes(scoped(match)).rivals(of)] == ["scope 0"] * may_hold


OPEN_PLACE = Unplaced("nothing specifies the provider's Region", "give --region")


def nowhere(**more: Any) -> Subject:
    """A reference of which the plan does not tell the account or the Region."""
    return replace(at(**more), place=OPEN_PLACE)


def of_unknown_account() -> Subject:
    """Its Region is known, and which account reads there is not."""
    here = at(place=NOWHERE)
    return replace(here, resolution=replace(here.resolution, unplaced=OPEN_PLACE))


def may_hold(of: Subject, *matches: Mapping[str, Any]) -> list[str]:
    return [scope.name.removeprefix("scope ") for scope in Scopes(scoped(*matches)).rivals(of)]


def test_where_all_is_told_no_other_scope_may_hold() -> None:
    assert may_hold(at(), {"account": STRANGER}, {"region": AWAY}) == []
    assert may_hold(at(place=NOWHERE), {"account": STRANGER}) == []


def test_the_region_that_is_told_rules_scopes_out() -> None:
    here, there = {"account": STRANGER, "region": HOME}, {"account": STRANGER, "region": AWAY}
    assert may_hold(of_unknown_account(), here, there) == ["0"]
    assert may_hold(nowhere(), here, there) == ["0", "1"]


def test_what_does_not_depend_on_the_place_rules_scopes_out() -> None:
    other = {"address": "aws_launch_template.*", "account": USER}
    assert may_hold(nowhere(), other, {"address": "aws_*", "account": USER}) == ["1"]


@pytest.mark.parametrize(
    ("matches", "names"),
    [
        # by fields that say something, then by what they spell out
        ([{"address": "aws_*"}, {"region": "us*"}], []),
        ([{"address": "aws_*"}, {"region": "us-east*"}], ["1"]),
        ([{"region": "us-east*"}, {"address": "aws_*"}], ["0"]),
        ([{"address": "aws_instance.web"}, {"region": "us*", "account": "2*"}], ["1"]),
        # of two that are as specific, the first in order
        ([{"region": "us-e*"}, {"address": "aws_*"}], ["0"]),
        ([{"address": "aws_*"}, {"region": "us-e*"}], []),
        ([{"region": "*"}, {"address": "*"}], ["0"]),
        ([{"address": "*"}, {"region": "*"}], []),
        # against the most specific of those that hold
        ([{"address": "a*"}, {"address": "aws_*"}, {"region": "us*"}], []),
        ([{"address": "aws_*"}, {"address": "a*"}, {"region": "us*"}], []),
        ([{"address": "a*"}, {"region": "us-e*"}, {"address": "aws_*"}], ["1"]),
        ([{"address": "aws_*"}, {"region": "us-e*"}, {"address": "aws*_"}], []),
        # none holds: any may
        ([{"region": "*"}, {"account": USER}], ["0", "1"]),
    ],
)
def test_the_scopes_that_would_decide_instead(
    matches: list[dict[str, Any]], names: list[str]
) -> None:
    assert may_hold(nowhere(), *matches) == names


def test_a_scope_for_another_account_does_not_hold_whatever_else_it_spells_out() -> None:
    of = replace(at(), place=replace(OPEN_PLACE, candidates=(Place.of(HOME, USER),)))
    one, other = ({"account": each, "address": "aws_instance.web"} for each in (STRANGER, USER))
    many = [{"account": STRANGER, "address": f"aws_instance.x{number}"} for number in range(3)]
    assert may_hold(of, one, other, *many) == ["1"]


def test_scopes_for_another_account_do_not_hide_those_behind_them() -> None:
    of = replace(at(), place=replace(OPEN_PLACE, candidates=(Place.of(HOME, USER),)))
    assert may_hold(of, {"account": STRANGER}, {"account": USER}, {"region": AWAY}) == ["1", "2"]


STRICT = {"name": "production", "match": {"account": STRANGER}, "require": {"max_age_days": 1}}


@pytest.mark.parametrize("of", [nowhere(), of_unknown_account()])
def test_what_passes_has_to_pass_in_each_scope_that_may_hold(of: Subject) -> None:
    lax = {"name": "test", "match": {"account": USER}, "require": {"max_age_days": 9}}
    by = document(scopes=[lax, STRICT])
    found = judge(of, by, AS_OF)
    passing = judge(of, document(), AS_OF)
    assert (passing.outcome, found.outcome) == (PASS, OPEN)
    assert found.subject is of
    assert found.results == (
        *passing.results,
        RuleResult(
            "unresolved",
            Severity.ERROR,
            Finding(
                OPEN,
                "it may fall under the policy's scope production, and does not pass there: "
                "nothing specifies the provider's Region",
                "give --region",
            ),
        ),
    )
    assert judge(of, document(scopes=[lax]), AS_OF) == passing


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_each_scope_that_may_hold_is_asked_whatever_else_it_asks_for(
    order: tuple[int, int],
) -> None:
    """What one passes, another need not, though no rule can tell the reference apart."""
    two = [
        {"name": "lax", "match": {"account": STRANGER, "address": "aws_*"},
         "require": {"max_age_days": 9}},
        {**STRICT, "match": {"account": STRANGER, "resource_type": "aws_instance"}},
    ]  # fmt: skip
    assert verdict(nowhere(), document(scopes=[two[number] for number in order])) is OPEN


def test_of_images_that_differ_for_one_rule_alone_each_is_asked_about() -> None:
    [too_old] = [rule for rule in RULES if rule.id == "too-old"]
    here = [
        replace(subject(image(mark(), creation_date=days_ago(days))), place=OPEN_PLACE)
        for days in (0, 2, 0)
    ]
    by = document(require={"max_age_days": 9}, scopes=[STRICT])
    found = judge_all(here, by, AS_OF, rules=[too_old]).verdicts
    assert [each.outcome for each in found] == [PASS, OPEN, PASS]


def test_what_does_not_pass_is_not_asked_about_in_other_scopes() -> None:
    bare = subject(image())
    by = document(scopes=[STRICT])
    assert (
        judge(replace(bare, place=OPEN_PLACE), by, AS_OF).results == judge(bare, by, AS_OF).results
    )


def test_an_exception_holds_in_a_scope_that_may_hold_and_is_not_used_there() -> None:
    exception = PolicyException(Match(address="aws_*"), ("too-old",), "legacy", "security", LAST)
    by = replace(document(scopes=[STRICT]), exceptions=(exception,))
    judgement = judge_all([nowhere()], by, AS_OF)
    assert [each.outcome for each in judgement.verdicts] == [PASS]
    assert [each.used for each in judgement.exceptions] == [0]
    over = replace(exception, expires=LAST.replace(year=2025))
    assert verdict(nowhere(), replace(by, exceptions=(over,))) is OPEN


def test_a_scope_holds_for_references_that_led_nowhere() -> None:
    by = document(
        scopes=[
            {"name": "x", "match": {"address": "aws_*"}, "rules": {"unpinned": "error"}},
        ]
    )
    gone = unresolved(Cause.NOT_VISIBLE)
    assert Scopes(by).policy_for(gone) is by.scopes[0].policy
    assert verdict(gone, by) is OPEN


# modules


@pytest.mark.parametrize(
    ("pattern", "address", "wanted"),
    [
        ("module.a", "module.a.aws_instance.c", True),
        ("module.a", "module.a.module.b.aws_instance.c", True),
        ("module.a", "module.a.module.b[0].module.c.aws_instance.c", True),
        ("module.a", "module.ab.aws_instance.c", False),
        ("module.a", DEEP, True),
        ("module.a", "module.ab.module.c.aws_instance.c", False),
        ("module.a", "aws_instance.c", False),
        ("module.a", "module.b.module.a.aws_instance.c", False),
        ("*module.a", "module.b.module.a.aws_instance.c", True),
        ("module.*", "module.b.module.a.aws_instance.c", True),
        ("module.*", "aws_instance.module", False),
        ("module.?", "module.a.module.bcd.aws_instance.c", True),
        ("module.?", "module.bcd.aws_instance.c", False),
        ('module.a["x.y"]', DEEP, True),
        ('module.a["x.y"].module.b[0]', DEEP, True),
        ('module.a["x.y"].module.b', DEEP, True),
        ('module.a["x.?"]', DEEP, True),
        ("module.a[*]", DEEP, True),
        ('module.a["x"]', DEEP, False),
        ("module.a*", DEEP, True),
        ("*", DEEP, True),
        ('module.a["[]"]', 'module.a["[]"].aws_instance.c', True),
        ('module.a["\\"."]', 'module.a["\\"."].module.b.aws_instance.c', True),
        ("module.a", "module.a.data.aws_ami.c", True),
    ],
)
def test_a_modules_pattern_reaches_the_modules_inside(
    pattern: str, address: str, wanted: bool
) -> None:
    assert (chosen(scoped({"module": pattern}), at(address)) == 0) is wanted


@pytest.mark.parametrize(
    ("pattern", "address", "wanted"),
    [
        (DEEP, DEEP, True),
        ('module.a["x.y"].*', DEEP, True),
        ("module.a[*].module.b[*].aws_instance.c", DEEP, True),
        ('aws_instance.web["a.b[0]"]', 'aws_instance.web["a.b[0]"]', True),
        ('aws_instance.web["a.b[?]"]', 'aws_instance.web["a.b[0]"]', True),
        ("aws_instance.web[ab]", "aws_instance.web[a]", False),
        ('aws_instance.web["*"]', 'aws_instance.web["\\"]"]', True),
        ("aws_instance.web", 'aws_instance.web["x"]', False),
        ("module.prod.*", "module.prod.module.x.aws_instance.c", True),
        ("module.prod.*", "module.production.aws_instance.c", False),
        ("*.c", DEEP, True),
        ('*["a\\nb"]', 'aws_instance.web["a\\nb"]', True),
        ("aws_instance.zażółć", "aws_instance.zażółć", True),
    ],
)
def test_addresses_with_keys_of_every_kind(pattern: str, address: str, wanted: bool) -> None:
    assert (chosen(scoped({"address": pattern}), at(address)) == 0) is wanted


# which of several


@pytest.mark.parametrize(
    ("less", "more"),
    [
        # more fields
        ({"address": "aws_instance.web"}, {"account": "2*", "region": "u*"}),
        ({"account": USER}, {"account": USER, "region": "us-*"}),
        ({"tags": {"env": "prod"}}, {"tags": {"env": "p*", "team": "a*"}}),
        ({"tags": {"env": "prod"}}, {"address": "a*", "tags": {"env": "p*"}}),
        # a star alone says nothing
        ({"address": "*", "account": "*", "region": "*"}, {"region": "u*"}),
        ({"address": "**", "account": "*", "tags": {"env": "*", "team": "*"}}, {"region": "u*"}),
        ({"module": "*"}, {"address": "a*"}),
        # as many fields: more letters
        ({"address": "aws_*"}, {"address": "aws_instance.*"}),
        ({"address": "aws_instance.*"}, {"address": "aws_instance.web"}),
        ({"address": "aws_instance.???"}, {"address": "aws_instance.w*"}),
        ({"account": "2*"}, {"region": "us-*"}),
        ({"resource_type": "aws_*", "region": "us-*"}, {"account": USER, "address": "*w*"}),
        ({"tags": {"env": "p*"}}, {"tags": {"env": "pr*"}}),
    ],
)
def test_the_most_specific_scope_wins(less: dict[str, Any], more: dict[str, Any]) -> None:
    of = at(tags={"env": "prod", "team": "all"})
    assert chosen(scoped(less, more), of) == 1
    assert chosen(scoped(more, less), of) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"address": "aws_instance.w*"}, {"address": "aws_instance.*b"}),
        ({"address": "aws_*"}, {"address": "*aws_*"}),
        ({"account": "2*"}, {"region": "u*"}),
        ({"region": "*"}, {"account": "*"}),
        ({"region": "*"}, {"account": "*", "address": "**", "module": "*"}),
        ({"tags": {"env": "p*"}}, {"tags": {"team": "a*"}}),
    ],
)
def test_of_equals_the_first_in_order_wins(one: dict[str, Any], other: dict[str, Any]) -> None:
    of = at(tags={"env": "prod", "team": "all"})
    assert chosen(scoped(one, other), of) == 0
    assert chosen(scoped(other, one), of) == 0


def test_only_stars_say_nothing() -> None:
    of = at(tags={"env": "X", "team": "XX"})
    assert chosen(scoped({"tags": {"env": "*"}}, {"tags": {"env": "X"}}), of) == 1
    assert chosen(scoped({"tags": {"env": "*"}}, {"tags": {"team": "X*"}}), of) == 1


def test_scopes_that_do_not_hold_do_not_count() -> None:
    of = at()
    by = scoped(
        {"address": "aws_instance.web", "account": STRANGER, "region": HOME}, {"address": "a*"}
    )
    assert chosen(by, of) == 1
    assert chosen(by, at("data.aws_ami.x")) is None


PATTERNS = {
    "address": st.sampled_from(["*", "**", "a*", "aws_*", "*.web", "aws_instance.web", "module.*"]),
    "module": st.sampled_from(["*", "module.a", "module.*"]),
    "resource_type": st.sampled_from(["*", "aws_*", "aws_instance"]),
    "account": st.sampled_from(["*", "2*", USER, STRANGER]),
    "region": st.sampled_from(["*", "us-*", HOME, AWAY]),
    "tags": st.dictionaries(
        st.sampled_from(["env", "team"]), st.sampled_from(["*", "prod", "p*"]), min_size=1
    ),
}
MATCHES = st.fixed_dictionaries({}, optional=PATTERNS).filter(bool)
SUBJECTS = st.builds(
    lambda address, account, region, tags: at(address, place=Place.of(region, account), tags=tags),
    st.sampled_from(["aws_instance.web", "module.a.aws_instance.web", "module.a.module.b.x_y.z"]),
    st.sampled_from([USER, STRANGER, None]),
    st.sampled_from([HOME, AWAY]),
    st.sampled_from([{}, {"env": "prod"}, {"env": "prod", "team": "x"}]),
)


def rank(match: Mapping[str, Any]) -> tuple[int, int]:
    """As the schema says it: fields that say anything, then characters that are no wildcard."""
    flat: list[str] = []
    for value in match.values():
        flat += value.values() if isinstance(value, dict) else [value]
    saying = [pattern for pattern in flat if set(pattern) != {"*"}]
    return len(saying), sum(letter not in "*?" for pattern in saying for letter in pattern)


@settings(max_examples=300)
@given(st.lists(MATCHES, min_size=1, max_size=4), SUBJECTS)
def test_no_other_scope_that_holds_is_more_specific(
    matches: list[dict[str, Any]], of: Subject
) -> None:
    outer = policy()
    by = replace(
        outer,
        scopes=tuple(
            Scope(
                str(number),
                Match(**match),
                replace(outer, require=replace(outer.require, max_age_days=number)),
            )
            for number, match in enumerate(matches)
        ),
    )
    holding = [n for n, scope in enumerate(by.scopes) if holds(scope.match, of)]
    won = chosen(by, of)
    event(f"{len(holding)} hold")
    if won is None:
        assert not holding
        return
    assert won in holding
    assert all((rank(matches[won]), -won) >= (rank(matches[other]), -other) for other in holding)


# what a scope changes


def inner(**parts: Any) -> Policy:
    """The policy within a scope of a document that says something about everything."""
    by = document(
        golden={
            "watermarks": [{"key": KEY, "max_days_since_watermark_created": 30}],
            "source_images": [{"id": SOURCE, "region": HOME}],
        },
        require={
            "ancestry": "ignore",
            "max_depth": 3,
            "owners": ["self"],
            "max_age_days": 90,
            "max_scan_severity": "high",
            "allowed_amis": "predict",
        },
        revoked={"watermarks": [f"{GOLD}:old"]},
        rules={"deprecated": "error", "unpinned": "off"},
        judge=["launch"],
        undetermined="warning",
        scopes=[{"name": "x", "match": {"address": "*"}, **parts}],
        exceptions=[
            {
                "match": {"address": "*"},
                "rules": ["unmarked"],
                "reason": "r",
                "approved_by": "me",
                "expires": "2027-01-31",
            }
        ],
    )
    [scope] = by.scopes
    outer = replace(by, scopes=())
    changed = {
        field
        for field in Policy.__struct_fields__
        if getattr(scope.policy, field) != getattr(outer, field)
    }
    assert changed <= {"golden", "require", "severities"}
    assert by.everywhere == (by, scope.policy)
    return scope.policy


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ({"ancestry": "agree"}, "ancestry_agrees", True),
        ({"max_depth": 0}, "max_depth", 0),
        ({"owners": [GOLD]}, "owners", (GOLD,)),
        ({"max_age_days": 0}, "max_age_days", 0),
        ({"max_scan_severity": "low"}, "max_scan_severity", "low"),
        ({"allowed_amis": "ignore"}, "allowed_by_ec2", False),
    ],
)
def test_require_is_overridden_key_by_key(said: dict[str, Any], field: str, value: Any) -> None:
    outer = inner(rules={"revoked": "error"}).require
    assert getattr(outer, field) != value
    assert inner(require=said).require == replace(outer, **{field: value})


def test_the_documents_require_is_the_default_of_a_scope_and_the_defaults_of_the_document() -> None:
    by = document(scopes=[{"name": "x", "match": {"region": "*"}, "require": {"max_depth": 1}}])
    [scope] = by.scopes
    assert scope.policy.require == replace(by.require, max_depth=1)
    assert scope.policy.require.ancestry_agrees is True


def test_rules_are_overridden_one_by_one() -> None:
    found = inner(rules={"unpinned": "error", "too-deep": "warning"}).severities
    assert found == {
        "deprecated": Severity.ERROR,
        "unpinned": Severity.ERROR,
        "too-deep": Severity.WARNING,
    }


def test_golden_is_replaced_as_a_whole() -> None:
    """A registry or an age of the document's golden must not leak into another one."""
    found = inner(golden={"watermarks": [{"key": f"{GOLD}:prod-*"}]}).golden
    assert found.watermarks == (WatermarkFilter(f"{GOLD}:prod-*"),)
    assert found.source_images == ()


def test_nothing_else_changes() -> None:
    found = inner(require={"max_depth": 1})
    assert found.revoked.watermarks == (f"{GOLD}:old",)
    assert found.judge == {Kind.LAUNCH}
    assert found.undetermined is Severity.WARNING
    assert len(found.exceptions) == 1
    assert found.scopes == ()


def test_each_part_may_be_said_alone_or_together() -> None:
    parts = {
        "golden": {"watermarks": [{"key": f"{GOLD}:prod-*"}]},
        "require": {"max_depth": 1},
        "rules": {"unpinned": "error"},
    }
    for size in (1, 2, 3):
        for names in permutations(parts, size):
            found = inner(**{name: parts[name] for name in names})
            assert (found.require.max_depth == 1) is ("require" in names)
            assert (found.golden.source_images == ()) is ("golden" in names)
            assert (found.severities["unpinned"] is Severity.ERROR) is ("rules" in names)


# verdicts


def test_two_references_to_one_image_get_the_verdict_of_their_scope() -> None:
    """One image, one resolution, one provenance: what is shared is shared within a scope only."""
    by = document(
        require={"max_depth": 3},
        scopes=[
            {"name": "prod", "match": {"module": "module.prod"}, "require": {"max_depth": 1}},
            {"name": "lax", "match": {"tags": {"env": "dev"}}, "rules": {"too-deep": "warning"},
             "require": {"max_depth": 0}},
            {"name": "other", "match": {"address": "*.other"},
             "golden": {"watermarks": [{"key": f"{GOLD}:other"}]}},
        ],
    )  # fmt: skip
    first = at()
    addresses = {
        "aws_instance.web": PASS,
        "module.prod.aws_instance.web": FAIL,
        "module.prod.module.x.aws_instance.web": FAIL,
        "aws_instance.dev": PASS,
        "aws_instance.other": FAIL,
        "module.test.aws_instance.web": PASS,
    }
    subjects = [
        replace(
            first,
            reference=replace(
                first.reference,
                address=address,
                tags={"env": "dev"} if address.endswith("dev") else {},
            ),
        )
        for address in (*addresses, *reversed(addresses))
    ]
    judgement = judge_all(subjects, by, AS_OF)
    assert [(v.subject.reference.address, v.outcome) for v in judgement.verdicts] == [
        *addresses.items(),
        *reversed(addresses.items()),
    ]
    for one, alone in zip(judgement.verdicts, subjects, strict=True):
        assert one == judge(alone, by, AS_OF)
    warned = judgement.verdicts[3].results
    assert [r.rule for r in warned if r.finding.outcome is FAIL] == ["too-deep"]


def test_the_verdict_on_a_reference_in_no_scope_is_the_documents() -> None:
    by = document(scopes=[{"name": "x", "match": {"region": AWAY}, "rules": {"unmarked": "off"}}])
    bare = image()
    assert verdict(subject(bare), by) is FAIL
    assert verdict(subject(bare, place=Place.of(AWAY, USER)), by) is PASS


def test_an_ancestry_matters_if_any_scope_asks_for_it() -> None:
    """Walks are cut short where no verdict depends on them: of no policy that holds anywhere."""
    cut = ancestry(USED, MIDDLE, end=AncestryEnd.NOT_FOLLOWED)
    provenance = subject(None, cut).provenance
    assert provenance is not None

    def matters(**parts: Any) -> bool:
        by = document(require={"ancestry": "ignore"}, **parts)
        return ancestry_matters(by, AS_OF, JudgedMarks())(provenance)

    assert not matters()
    for said in ({"ancestry": "agree"}, {"max_depth": 1}):
        assert matters(scopes=[{"name": "x", "match": {"region": "*"}, "require": said}])
    assert matters(revoked={"watermarks": [f"{GOLD}:old"]})
    young = {"watermarks": [{"key": KEY, "max_days_since_watermark_created": 9}]}
    for days, wanted in ((9, True), (10, False)):
        here = subject(image(mark(watermark_creation_time=days_ago(days))), cut).provenance
        assert here is not None
        assert ancestry_matters(document(golden=young), AS_OF, JudgedMarks())(here) is wanted
    other = {"watermarks": [{"key": f"{GOLD}:other"}]}
    assert not matters(
        scopes=[{"name": "x", "match": {"region": "*"}, "golden": other,
                 "require": {"ancestry": "agree"}}]
    )  # fmt: skip


def test_each_golden_that_holds_somewhere_is_asked_about() -> None:
    """Of two scopes that ask the same of an ancestry, but not of the same marks."""
    other = {"watermarks": [{"key": f"{GOLD}:other"}]}
    scopes = [{"name": "x", "match": {"region": "*"}, "golden": other}]
    cut = ancestry(USED, MIDDLE, end=AncestryEnd.NOT_FOLLOWED)
    for key, wanted in ((KEY, True), (f"{GOLD}:other", True), (f"{GOLD}:none", False)):
        here = subject(image(mark(key)), cut).provenance
        assert here is not None
        assert ancestry_matters(document(scopes=scopes), AS_OF, JudgedMarks())(here) is wanted


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ({}, False),
        ({"unmarked": "error", "revoked": "error"}, False),
        ({"unmarked": "warning"}, False),  # it fails for what is revoked
        ({"revoked": "warning"}, False),  # it fails for its marks
        ({"unmarked": "warning", "revoked": "warning"}, True),
        ({"unmarked": "off", "revoked": "off"}, True),
    ],
)
def test_what_fails_already_needs_no_ancestry(rules: dict[str, str], wanted: bool) -> None:
    """An image without marks that is revoked itself, and of which not all ancestors are known."""
    here = subject(image(), ancestry(USED, MIDDLE, end=AncestryEnd.NOT_FOLLOWED)).provenance
    assert here is not None
    by = document(rules=rules, revoked={"images": [{"id": USED, "region": HOME}]})
    assert ancestry_matters(by, AS_OF, JudgedMarks())(here) is wanted


def test_a_golden_mark_of_one_scope_is_none_of_another() -> None:
    """Marks are judged once for each golden, and kept apart."""
    other = f"{GOLD}:other"
    by = document(
        scopes=[
            {"name": "x", "match": {"address": "*.x"},
             "golden": {"watermarks": [{"key": other}]}},
            {"name": "old", "match": {"address": "*.old"},
             "golden": {"watermarks": [{"key": KEY, "max_days_since_watermark_created": 9}]}},
        ]
    )  # fmt: skip
    of = image(mark(watermark_creation_time=days_ago(10)))
    first = subject(of)
    both = [
        replace(first, reference=replace(first.reference, address=f"aws_instance.{name}"))
        for name in ("x", "old", "web", "x")
    ]
    assert [v.outcome for v in judge_all(both, by, AS_OF).verdicts] == [FAIL, FAIL, PASS, FAIL]


def test_an_incomplete_plan_can_be_a_warning_in_a_scope() -> None:
    by = document(
        scopes=[{"name": "x", "match": {"address": "*"}, "rules": {"incomplete-plan": "warning"}}]
    )
    whole = unresolved(Cause.INCOMPLETE_PLAN)
    assert verdict(whole, by) is PASS
    assert verdict(whole, document()) is OPEN


def test_an_incomplete_plan_that_a_scope_switches_off_is_no_verdict_without_results() -> None:
    by = document(
        scopes=[{"name": "x", "match": {"address": "*"}, "rules": {"incomplete-plan": "off"}}]
    )
    verdicts = judge_all([unresolved(Cause.INCOMPLETE_PLAN)], by, AS_OF).verdicts
    assert [each.results for each in verdicts if not each.results] == []
