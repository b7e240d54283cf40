"""What rules read is what they are given, and what decides whether references share a verdict."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.model import (
    Action,
    AmiId,
    AmiReference,
    Cause,
    Finding,
    Kind,
    Outcome,
    Place,
    Planned,
    Policy,
    Resolved,
    ServiceImage,
    Subject,
    TemplateRef,
    Unknown,
    Unplaced,
    Unresolved,
    Value,
    Verdict,
)
from assay.policy.engine import judge, judge_all
from assay.policy.inputs import INPUTS, OF_A_POLICY, MarksOf
from assay.policy.rules import RULES
from assay.policy.rules.rule import Rule
from tests.policy.builders import (
    AS_OF,
    ELSE,
    PLACE,
    USED,
    document,
    image,
    mark,
    policy,
    reference,
    subject,
    unresolved,
)
from tests.policy.rule_lists import ROOT, WRITTEN


def no_spot(resource_type: str) -> Finding:
    """A rule as anybody could add one: it looks at nothing but the resource type."""
    if resource_type == "aws_spot_instance_request":
        return Finding(Outcome.FAIL, "a spot instance")
    return Finding(Outcome.PASS, "no spot instance")


NO_SPOT = Rule("no-spot", "spot instances are not allowed", no_spot)
ALIKE = subject()
"""All that was found out; references that share it are judged once."""


def using(resource_type: str, address: str = "aws_instance.web") -> Subject:
    named = replace(ALIKE.reference, resource_type=resource_type, address=address)
    return replace(ALIKE, reference=named)


def verdicts(*subjects: Subject, rules: tuple[Rule, ...] = RULES) -> tuple[Verdict, ...]:
    return judge_all(subjects, policy(), AS_OF, rules=rules).verdicts


# a rule that looks at what no other looks at


@pytest.mark.parametrize("place", [0, len(RULES)])
def test_a_rule_that_looks_at_the_resource_type_sees_each(place: int) -> None:
    instance, spot = using("aws_instance"), using("aws_spot_instance_request")
    rules = (*RULES[:place], NO_SPOT, *RULES[place:])
    first, second, third, fourth = verdicts(instance, spot, instance, spot, rules=rules)
    assert [each.outcome for each in (first, second)] == [Outcome.PASS, Outcome.FAIL]
    assert (third, fourth) == (first, second)
    assert third.results is first.results
    assert fourth.results is second.results
    said = {each.rule: each.finding.message for each in second.results}
    assert said["no-spot"] == "a spot instance"
    assert [each for each in second.results if each.rule != "no-spot"] == [
        each for each in first.results if each.rule != "no-spot"
    ]


def test_without_it_they_share_what_is_said() -> None:
    rules = tuple(rule for rule in RULES if "resource_type" not in rule.reads)
    here = using("aws_instance"), using("aws_spot_instance_request")
    first, second = verdicts(*here, rules=rules)
    assert first.results is second.results
    assert second.subject.reference.resource_type == "aws_spot_instance_request"


def test_where_no_image_is_named_it_sees_each_too() -> None:
    gone = Unresolved(Cause.UNRESOLVED, "known only after apply")
    here = [
        replace(using(each), resolution=gone, provenance=None)
        for each in ("aws_instance", "aws_spot_instance_request")
    ]
    found = verdicts(*here, rules=(*RULES, NO_SPOT))
    assert [each.outcome for each in found] == [Outcome.UNDETERMINED, Outcome.FAIL]


def test_a_rule_that_reads_what_nobody_tells_is_refused() -> None:
    def check(weather: str) -> Finding:
        raise AssertionError(weather)

    with pytest.raises(KeyError, match="weather"):
        verdicts(ALIKE, rules=(Rule("weather", "it rains", check),))


def test_a_rule_is_given_what_it_names_and_nothing_else() -> None:
    seen: list[tuple[object, ...]] = []

    def check(address: str, kind: Kind, policy: Policy, image: object) -> None:
        seen.append((address, kind, policy, image))

    by = policy()
    judge_all(
        [ALIKE, using("x", "aws_instance.b"), ALIKE], by, AS_OF, rules=[Rule("r", "s", check)]
    )
    assert isinstance(ALIKE.resolution, Resolved)
    found = ALIKE.resolution.image
    assert seen == [
        ("aws_instance.web", Kind.LAUNCH, by, found),
        ("aws_instance.b", Kind.LAUNCH, by, found),
    ]


def test_what_would_be_done_about_a_document_is_not_told_of_an_attribute() -> None:
    """Both are unknown for the same reason, in the same place: only the attribute differs."""
    gone = Unresolved(Cause.UNRESOLVED, "known only after apply")
    value = Unknown(("data.x.y",))
    here = [
        Subject(reference(value, attribute=attribute), PLACE, gone)
        for attribute in ("ami", "template_body")
    ]
    assert [judge(each, policy(), AS_OF) for each in here] == list(verdicts(*here))
    fixes = [each.results[0].finding.fix for each in verdicts(*here)]
    assert fixes[0] != fixes[1]


# sharing makes no difference

_RESOLUTIONS = [
    ALIKE.resolution,
    replace(ALIKE.resolution, moving=("launch template lt-1:$Latest",)),
    subject(image(mark(), owner_id="999999999999", state="pending")).resolution,
    subject(image(id=ELSE)).resolution,
    *(unresolved(cause).resolution for cause in Cause),
]
_PLACES: list[Place | Unplaced] = [PLACE, Unplaced("nothing specifies the provider's Region")]
_SERVICE = ServiceImage("Amazon EKS", "it is Amazon's", "bring one in a launch template")
_VALUES: list[Value] = [
    AmiId(USED),
    AmiId(ELSE),
    Unknown(("var.ami",)),
    TemplateRef("lt-1", None, "$Latest"),
    Planned("launch template aws_launch_template.t", Unknown(("local.x",))),
    _SERVICE,
]


@st.composite
def references(draw: st.DrawFn) -> Subject:
    """Few values for each of the things that rules read, so that many references agree in some."""
    found = draw(st.sampled_from(_RESOLUTIONS))
    like = subject(found.image) if isinstance(found, Resolved) else unresolved()
    one = AmiReference(
        draw(st.sampled_from(["aws_instance.a", "aws_instance.b"])),
        draw(st.sampled_from(["aws_instance", "aws_spot_instance_request"])),
        draw(st.sampled_from(["ami", "template_body"])),
        draw(st.sampled_from([Kind.LAUNCH, Kind.TEMPLATE])),
        draw(st.sampled_from([Action.CREATE, Action.DECLARED])),
        draw(st.sampled_from(_VALUES)),
        PLACE,
        sensitive=draw(st.booleans()),
        changes_ignored=draw(st.booleans()),
        fallback=draw(st.sampled_from([None, _SERVICE])),
    )
    place = draw(st.sampled_from(_PLACES))
    replaced = draw(st.sampled_from([None, image(mark(), id=ELSE), image(id=USED)]))
    return Subject(one, place, found, like.provenance, None, replaced)


@settings(max_examples=60)
@given(st.lists(references(), min_size=2, max_size=8))
def test_a_verdict_beside_others_is_the_verdict_alone(here: list[Subject]) -> None:
    by = document(require={"owners": ["self"], "max_depth": 1})
    rules = (*RULES, NO_SPOT)
    beside = judge_all(here, by, AS_OF, rules=rules).verdicts
    alone = [judge_all([each], by, AS_OF, rules=rules).verdicts[0] for each in here]
    assert list(beside) == alone


# the register

_OF_A_POLICY = {"policy": Policy, "as_of": type(AS_OF), "marks": MarksOf}


def told(name: str) -> Any:
    """The type of what an input holds, as the nouns declare it."""
    if name in OF_A_POLICY:
        return _OF_A_POLICY[name]
    if name == "unresolved":
        return Unresolved
    given = INPUTS[name]
    owner: Any = Subject
    *outer, last = given.path.split(".")
    for step in outer:
        owner = given.of if step == "resolution" else get_type_hints(owner)[step]
    declared = getattr(owner, last, None)
    if isinstance(declared, property):
        return get_type_hints(declared.fget)["return"]
    return get_type_hints(owner)[last]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_what_a_rule_names_has_the_type_that_it_expects(rule: Rule) -> None:
    hints = get_type_hints(rule.check)
    assert hints.pop("return") in (Finding, Finding | None)
    assert tuple(hints) == rule.reads
    assert hints == {name: told(name) for name in rule.reads}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_a_rule_is_asked_of_what_is_resolved_or_of_what_is_not(rule: Rule) -> None:
    """One that read what only both together have would never be asked, and nobody would notice."""
    kinds = {INPUTS[name].of for name in rule.reads if name not in OF_A_POLICY}
    assert len(kinds - {None}) <= 1


def test_what_could_not_be_read_cannot_be_excepted() -> None:
    for rule in RULES:
        assert rule.configurable or not rule.exceptable


@pytest.mark.parametrize(
    ("path", "current"), WRITTEN.items(), ids=lambda each: getattr(each, "name", "")
)
def test_wherever_rules_are_listed_all_are(path: Path, current: Callable[[str], str]) -> None:
    text = path.read_text("utf-8")
    assert text == current(text), "make rules"


def test_a_rule_that_is_left_out_of_a_list_is_noticed() -> None:
    for path, current in WRITTEN.items():
        text = path.read_text("utf-8")
        fewer = re.sub(r".*`deprecated`.*\n| +\"deprecated\": .*\n|\"deprecated\", ", "", text)
        assert fewer != text, path.relative_to(ROOT)
        assert current(fewer) == text
