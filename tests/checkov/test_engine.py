"""What one family says of one resource: no hole between the families, and no pass without proof."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import assay_engine
import assay_report
import assay_scanned
import pytest
from assay_engine import FAILED, NOTHING, PASSED, UNDECIDED, Answer, Entity
from assay_families import BLIND, FAMILIES, GOLDEN, Family
from assay_trouble import NoVerdictError
from hypothesis import given
from hypothesis import strategies as st

from assay.policy.rules import RULES
from tests.checkov.running import FIXTURES
from tests.checkov.worlds import dumped, report, settled
from tests.plans import instance, plan

NAMES = (*(rule.id for rule in RULES), "a-rule-of-tomorrow")
BAD = (FAILED, UNDECIDED)
BY_ID = {family.id: family for family in FAMILIES}


def everybody(_: str) -> bool:
    return True


def result(rule: str, outcome: str, severity: str = "error", excepted: bool = False) -> Any:
    return {"rule": rule, "outcome": outcome, "severity": severity, "message": f"{rule} is so",
            "fix": None, "evidence": [], "excepted": excepted}  # fmt: skip


def verdict(address: str, outcome: str, *results: Any, of: str = "plan.json") -> dict[str, Any]:
    return {"input": of, "address": address, "attribute": "ami", "file": None,
            "outcome": outcome, "results": list(results)}  # fmt: skip


def whole(
    *verdicts: dict[str, Any], sha256: str = "0" * 64, path: str = "plan.json"
) -> dict[str, Any]:
    made = {
        "schema_version": 1,
        "tool": {"name": "assay", "version": "0"},
        "as_of": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "inputs": [{"path": path, "kind": "plan", "sha256": sha256, "references": len(verdicts)}],
        "summary": {"not_judged": {}},
        "verdicts": list(verdicts),
    }
    return settled(made)


@st.composite
def verdicts(draw: st.DrawFn) -> dict[str, Any]:
    """As assay weighs them: exceptions let failures through only, and no results are no pass."""
    results = draw(
        st.lists(
            st.builds(
                result,
                st.sampled_from(NAMES),
                st.sampled_from(["pass", "fail", "undetermined"]),
                st.sampled_from(["error", "error", "warning"]),
                st.sampled_from([False, False, True]),
            ),
            max_size=6,
            unique_by=lambda each: each["rule"],
        )
    )
    deciding = {
        each["outcome"]
        for each in results
        if each["severity"] == "error" and not (each["excepted"] and each["outcome"] == "fail")
    }
    outcome = next((each for each in ("fail", "undetermined") if each in deciding), "pass")
    if outcome == "pass" and (not results or draw(st.booleans())):
        outcome = "undetermined"
    return verdict("aws_instance.web", outcome, *results)


def say(family: Family, made: dict[str, Any], heard: Callable[[str], bool]) -> Answer:
    parsed = assay_report.parse(dumped(whole(made))).inputs[0].verdicts
    return assay_engine._weighed(family, parsed, heard)


class TestFamilies:
    @given(verdicts(), st.sets(st.sampled_from(sorted(BY_ID)), min_size=1))
    def test_with_golden_descent_among_those_selected_there_is_no_hole(
        self, made: dict[str, Any], others: set[str]
    ) -> None:
        selected = {GOLDEN.id, *others}
        states = {id: say(BY_ID[id], made, selected.__contains__).state for id in selected}
        if made["outcome"] == "pass":
            assert states[GOLDEN.id] == PASSED
            assert not set(states.values()) & set(BAD)
        else:
            assert set(states.values()) & set(BAD)

    @given(verdicts())
    def test_failed_and_undetermined_are_told_apart(self, made: dict[str, Any]) -> None:
        alone = say(GOLDEN, made, [GOLDEN.id].__contains__)
        assert alone.state == assay_engine._STATES[made["outcome"]]
        assert bool(alone.reason) == (made["outcome"] != "pass")

    @given(verdicts(), st.sampled_from(FAMILIES))
    def test_nothing_passes_that_did_not_pass(self, made: dict[str, Any], family: Family) -> None:
        answer = say(family, made, everybody)
        own = [each for each in made["results"] if each["rule"] in family.rules]
        if answer.state == PASSED and family is not GOLDEN:
            assert own
            assert {each["outcome"] for each in own} == {"pass"}

    @given(verdicts(), st.sampled_from(FAMILIES[1:]))
    def test_another_family_alone_is_not_passed_over_where_nothing_could_be_read(
        self, made: dict[str, Any], family: Family
    ) -> None:
        blind = any(
            each["rule"] in BLIND
            and each["outcome"] != "pass"
            and each["severity"] == "error"
            and not each["excepted"]
            for each in made["results"]
        )
        spoke = any(each["rule"] in family.rules for each in made["results"])
        if blind and not spoke:
            assert say(family, made, everybody).state in BAD

    @given(st.lists(verdicts(), min_size=1, max_size=4), st.sampled_from(FAMILIES))
    def test_the_worst_of_several_verdicts_is_the_answer(
        self, made: list[dict[str, Any]], family: Family
    ) -> None:
        parsed = assay_report.parse(dumped(whole(*made))).inputs[0].verdicts
        together = assay_engine._weighed(family, parsed, everybody)
        ranked = [PASSED, NOTHING, UNDECIDED, FAILED]
        states = [say(family, each, everybody).state for each in made]
        assert together.state == max(states, key=ranked.index)

    def test_a_rule_of_tomorrow_is_golden_descents(self) -> None:
        made = verdict("a", "fail", result("unmarked", "pass"), result("a-new-one", "fail"))
        assert say(GOLDEN, made, everybody).state == FAILED

    def test_what_is_let_through_is_no_failure_and_nothing_to_vouch_for(self) -> None:
        made = verdict("a", "pass", result("revoked", "fail", excepted=True))
        assert say(BY_ID["CKV_ASSAY_2"], made, everybody).state == NOTHING
        made = verdict("a", "pass", result("deprecated", "fail", severity="warning"))
        assert say(BY_ID["CKV_ASSAY_6"], made, everybody).state == NOTHING
        assert say(GOLDEN, made, everybody).state == PASSED

    def test_golden_descent_vouches_for_its_own_where_another_fails(self) -> None:
        made = verdict("a", "fail", result("unmarked", "pass"), result("revoked", "fail"))
        assert say(GOLDEN, made, everybody).state == PASSED
        assert say(BY_ID["CKV_ASSAY_2"], made, everybody).state == FAILED
        assert say(BY_ID["CKV_ASSAY_3"], made, everybody).state == NOTHING


class TestReports:
    @pytest.fixture(scope="class")
    @staticmethod
    def good() -> dict[str, Any]:
        return report(FIXTURES / "conditionals")

    def test_a_report_of_assays_is_believed(self, good: dict[str, Any]) -> None:
        parsed = assay_report.parse(dumped(good))
        assert [each.sha256 for each in parsed.inputs] == [good["inputs"][0]["sha256"]]
        assert [each.outcome for each in parsed.inputs[0].verdicts] == [
            each["outcome"] for each in good["verdicts"]
        ]

    def test_no_outcome_can_be_changed(self, good: dict[str, Any]) -> None:
        for steps, value in leaves(good):
            if steps[-1] != "outcome" or not counts(good, steps):
                continue
            for other in {"pass", "fail", "undetermined"} - {value}:
                softer = (
                    ("pass", "undetermined") if "results" not in steps else ("undetermined", "pass")
                )
                if (value, other) == softer:
                    continue  # a verdict may be less than its results, never more
                with pytest.raises(NoVerdictError):
                    assay_report.parse(dumped(changed(good, steps, other)))

    def test_nothing_can_be_left_out_or_of_another_kind(self, good: dict[str, Any]) -> None:
        good = {**good, "verdicts": good["verdicts"][:3]}
        good = settled({**good, "inputs": [{**good["inputs"][0], "references": 3}]})
        read = {"schema_version", "name", "outcome", "as_of", "path", "kind", "sha256",
                "references", "input", "pass", "fail", "undetermined", "address", "attribute", "rule",
                "severity", "message", "excepted"}  # fmt: skip
        for steps, _ in leaves(good):
            if steps[-1] not in read or {"lineage", "policy", "catalog", "exceptions"} & set(steps):
                continue
            if steps[-2:] == ("summary", "excepted") or steps[2:] == ("kind",):
                continue
            for value in (None, [], {}, -1, 1.5, "", *([True] if steps[-1] != "excepted" else ())):
                with pytest.raises(NoVerdictError):
                    assay_report.parse(dumped(changed(good, steps, value)))

    def test_no_results_are_no_pass(self) -> None:
        with pytest.raises(NoVerdictError, match="a pass without results"):
            assay_report.parse(dumped(whole(verdict("aws_instance.a", "pass"))))

    def test_a_prefix_is_no_report(self, good: dict[str, Any]) -> None:
        data = json.dumps(good).encode()
        for end in range(0, len(data) - 1, 997):
            with pytest.raises(NoVerdictError):
                assay_report.parse(data[:end])

    @given(st.binary(max_size=200) | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["tool", "name", "schema_version", "verdicts", "inputs", "summary"]),
            inner, max_size=4)).map(lambda value: json.dumps(value).encode()))  # fmt: skip
    def test_anything_else_is_no_report_and_no_crash(self, data: bytes) -> None:
        with pytest.raises(NoVerdictError):
            assay_report.parse(data)

    def test_as_many_brackets_as_there_are(self) -> None:
        with pytest.raises(NoVerdictError):
            assay_report.parse(b"[" * 1_000_000)


class TestWhere:
    """Which verdicts are whose; without checkov, as if it asked."""

    @pytest.fixture
    @staticmethod
    def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
        def asked(address: str, *changes: Any, said: list[Any], **more: Any) -> Answer:
            document = plan(*changes) | {"planned_values": planned(changes)}
            path = tmp_path / "plan.json"
            path.write_text(json.dumps(document))
            scanned = assay_scanned.read_plan(str(path))
            assert scanned is not None
            made = whole(*said, sha256=scanned.sha256)
            made["summary"]["not_judged"] = more.pop("not_judged", {})
            (tmp_path / "report.json").write_bytes(dumped(made))
            monkeypatch.setenv("ASSAY_REPORT", str(tmp_path / "report.json"))
            assay_engine._plans.clear()
            family = BY_ID[more.pop("id", GOLDEN.id)]
            return assay_engine.judge(family, entity(address, path, **more), everybody)

        return asked

    PASS = result("unmarked", "pass")
    FAIL = result("unmarked", "fail")

    def test_its_own_address_and_no_other(self, ask: Any) -> None:
        changes = instance("aws_instance.a", "ami-0"), instance("aws_instance.b", "ami-0")
        said = [
            verdict("aws_instance.a", "pass", self.PASS),
            verdict("aws_instance.b", "fail", self.FAIL),
        ]
        assert ask("aws_instance.a", *changes, said=said).state == PASSED
        assert ask("aws_instance.b", *changes, said=said).state == FAILED

    def test_what_checkov_never_asks_about_is_put_to_the_provider(self, ask: Any) -> None:
        said = [
            verdict("aws_instance.a", "pass", self.PASS),
            verdict("(whole plan)", "undetermined", result("incomplete-plan", "undetermined")),
        ]
        changes = [instance("aws_instance.a", "ami-0")]
        assert ask("aws_instance.a", *changes, said=said).state == PASSED
        provider = ask("aws.default", *changes, said=said, type="aws", is_provider=True)
        assert provider.state == UNDECIDED
        other = ask("aws.other", *changes, said=said, type="aws", is_provider=True)
        assert other.state == NOTHING

    def test_a_provider_is_never_passed(self, ask: Any) -> None:
        said = [verdict("(whole plan)", "pass", result("incomplete-plan", "fail", "warning"))]
        changes = [instance("aws_instance.a", None)]
        provider = {"said": said, "type": "aws", "is_provider": True}
        assert ask("aws.default", *changes, **provider).state == NOTHING
        said[:] = [verdict("aws_instance.b", "fail", self.FAIL, result("not-launchable", "pass"))]
        assert ask("aws.default", *changes, **provider).state == FAILED
        assert ask("aws.default", *changes, **provider, id="CKV_ASSAY_3").state == NOTHING

    def test_a_resource_of_any_type_that_has_a_verdict(self, ask: Any) -> None:
        said = [verdict("aws_iam_role.a", "undetermined", result("unresolved", "undetermined"))]
        changes = [{**instance("aws_iam_role.a", None)}]
        assert ask("aws_iam_role.a", *changes, said=said, type="aws_iam_role").state == UNDECIDED

    def test_golden_descent_speaks_for_all_where_it_alone_is_asked(self, ask: Any) -> None:
        said = [verdict("aws_iam_role.a", "fail", result("revoked", "fail"))]
        changes = [{**instance("aws_iam_role.a", None)}]
        assert ask("aws_iam_role.a", *changes, said=said, type="aws_iam_role").state == FAILED

    @pytest.mark.parametrize(
        ("conf", "not_judged", "state"),
        [
            ({"ami": [None]}, {}, NOTHING),
            ({"ami": ["data.aws_ami.late.id"]}, {}, NOTHING),
            ({"ami": ["ami-0123456789abcdef0"]}, {}, FAILED),
            ({"ami": ["ami-0123456789abcdef0"]}, {"unchanged": 1}, FAILED),
            ({"ami": ["ami-0123456789abcdef0"]}, {"launch": 1}, NOTHING),
            ({"ami": ["ami-01234567"], "__change_actions__": ["no-op"]}, {}, FAILED),
            (
                {"ami": ["ami-01234567"], "__change_actions__": ["no-op"]},
                {"unchanged": 1},
                NOTHING,
            ),
            ({"tags": [{"from": "ami-0123456789abcdef0"}]}, {}, NOTHING),
        ],
    )
    def test_no_verdict_on_an_address(
        self, ask: Any, conf: dict[str, Any], not_judged: dict[str, int], state: str
    ) -> None:
        changes = [instance("aws_instance.a", None), instance("aws_instance.b", None)]
        said = [verdict("aws_instance.b", "pass", self.PASS)]
        answer = ask("aws_instance.a", *changes, said=said, conf=conf, not_judged=not_judged)
        assert answer.state == state

    def test_a_resource_without_an_address(self, ask: Any) -> None:
        changes = [instance("aws_instance.a", "ami-0")]
        said = [verdict("aws_instance.a", "pass", self.PASS)]
        assert ask(None, *changes, said=said).state == FAILED

    def test_a_plan_without_anything_of_aws_is_not_asked_about(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ASSAY_BIN", "/nowhere/assay")
        path = tmp_path / "plan.json"
        changes = [{**instance("azurerm_resource_group.a", None)}]
        document = plan(*changes) | {"planned_values": planned(changes)}
        document["configuration"] = {"provider_config": {"azurerm": {"name": "azurerm"}}}
        path.write_text(json.dumps(document))
        asked = entity("azurerm_resource_group.a", path, type="azurerm_resource_group")
        assert assay_engine.judge(GOLDEN, asked, everybody).state == NOTHING
        document["resource_changes"][0]["change"]["after"]["image"] = "ami-0123456789abcdef0"
        path.write_text(json.dumps(document))
        assert assay_engine.judge(GOLDEN, asked, everybody).state == FAILED

    @pytest.mark.parametrize("damage", [b"{", b"[]", b'{"planned_values": 1}', b"\xff\xfe\x00"])
    def test_json_that_is_no_plan(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
    ) -> None:
        monkeypatch.setenv("ASSAY_BIN", "/nowhere/assay")
        path = tmp_path / "cdk.tf.json"
        path.write_bytes(damage)
        state = assay_engine.judge(GOLDEN, entity("aws_instance.a", path), everybody).state
        assert state in (FAILED, NOTHING)
        assert (state == NOTHING) == damage.endswith((b"]", b"}"))

    def test_a_plan_that_is_in_no_form_known_here(self, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        path.write_text('{"terraform_version": "1", "planned_values": {"root_module": [1]}}')
        assert assay_engine.judge(GOLDEN, entity("aws_instance.a", path), everybody).state == FAILED


def entity(address: str | None, path: Path, **more: Any) -> Entity:
    told = {"type": "aws_instance", "is_provider": False, "conf": {}, "graph": None, **more}
    return Entity(address=address, file=str(path), shown=f"/{path.name}", **told)


def planned(changes: Any) -> dict[str, Any]:
    keys = ("address", "mode", "type", "name")
    resources = [{key: each[key] for key in keys} | {"values": {}} for each in changes]
    modules = {each.get("module_address") for each in changes} - {None}
    return {
        "root_module": {
            "resources": [each for each in resources if not each["address"].startswith("module.")],
            "child_modules": [
                {
                    "address": module,
                    "resources": [
                        each for each in resources if each["address"].startswith(f"{module}.")
                    ],
                }
                for module in sorted(modules)
            ],
        }
    }


def leaves(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        if isinstance(inner, dict | list):
            yield from leaves(inner, (*steps, key))
        else:
            yield (*steps, key), inner


def changed(made: dict[str, Any], steps: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(made)
    inner: Any = made
    for step in steps[:-1]:
        inner = inner[step]
    inner[steps[-1]] = value
    return made


def counts(made: dict[str, Any], steps: tuple[Any, ...]) -> bool:
    """Whether an outcome is one that a verdict rests on."""
    if "results" not in steps:
        return True
    each = made["verdicts"][steps[1]]["results"][steps[3]]
    bad = [
        other
        for other in made["verdicts"][steps[1]]["results"]
        if other["severity"] == "error" and not other["excepted"] and other["outcome"] != "pass"
    ]
    return each["severity"] == "error" and not each["excepted"] and bad in ([], [each])
