"""`assay explain`: a rule's page, or why an image passes or does not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import assay
from assay.policy.rules import RULES
from assay.policy.rules.rule import Rule
from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Server
from tests.plans import dump, instance, plan
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

ROOT = Path(__file__).resolve().parent.parent
MISSING = "ami-0fffffffffffffff1"
SECTIONS = ["What it does", "Why it matters", "Example", "How to fix", "Reads", "Offline"]
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
EXCEPTION = """\
exceptions:
  - match: {%s}
    rules: [unmarked]
    reason: a vendor's appliance
    approved_by: platform-security
    ticket: SEC-1421
    expires: "2027-01-31"
"""


class TestRules:
    @EACH
    def test_every_page_is_shown_without_its_marks(self, rule: Rule, tmp_path: Path) -> None:
        run = command.assay("explain", rule.id, cwd=tmp_path)
        lines = run.stdout.splitlines()
        assert lines[0] == f"{rule.id} ({rule.by_default} by default)"
        assert [line for line in lines[1:] if line and not line.startswith("  ")] == SECTIONS
        assert "**" not in run.stdout
        assert max(map(len, lines)) <= 100
        assert words(run.stdout) == words(rule.page, rule.by_default)
        assert (run.code, run.stderr) == (0, "")

    @EACH
    def test_markdown_is_the_page(self, rule: Rule, tmp_path: Path) -> None:
        run = command.assay("explain", rule.id, "--format", "markdown", cwd=tmp_path)
        assert run.stdout == rule.page
        assert run.stdout.startswith(f"# {rule.id}\n\n**What it does.** ")
        assert re.findall(r"^\*\*(.+?)\.\*\*", run.stdout, re.MULTILINE) == SECTIONS
        assert max(map(len, run.stdout.splitlines())) <= 100

    def test_json(self, tmp_path: Path) -> None:
        run = command.assay("explain", "unmarked", "--format", "json", cwd=tmp_path)
        assert json.loads(run.stdout) == {
            "schema_version": 1,
            "rule": "unmarked",
            "by_default": "error",
            "summary": RULES[0].summary,
            "page": RULES[0].page,
        }

    def test_colour_stands_where_the_marks_stood(self, tmp_path: Path) -> None:
        run = command.assay("explain", "unmarked", "--color", "always", cwd=tmp_path)
        assert "\x1b[1mWhy it matters\x1b[0m" in run.stdout
        assert "\x1b[36m`golden.watermarks`\x1b[0m" in run.stdout
        plain = command.assay("explain", "unmarked", cwd=tmp_path)
        assert re.sub(r"\x1b\[[0-9]+m", "", run.stdout) == plain.stdout

    @pytest.mark.parametrize(
        ("what", "hint"),
        [
            ("unmarkd", "did you mean 'unmarked'?"),
            ("too_deep", "did you mean 'too-deep'?"),
            ("Revoked", "did you mean 'revoked'?"),
            ("UNMARKED", "did you mean 'unmarked'?"),
            ("i-0123456789abcdef0", "for an instance: assay trace i-0123456789abcdef0"),
            ("zzz", "`assay rules` lists the rules"),
            ("", "`assay rules` lists the rules"),
            ("\x1b[2J\n", "`assay rules` lists the rules"),
        ],
    )
    def test_no_such_rule_is_one_line(self, tmp_path: Path, what: str, hint: str) -> None:
        run = command.assay("explain", what, cwd=tmp_path)
        assert (run.code, run.stdout) == (2, "")
        assert run.stderr == f"assay: {what!r} is neither a rule nor an AMI id; {hint}\n"

    def test_pages_say_which_rules_speak_offline(self) -> None:
        """Of every plan of the fixtures, what is said of it with nobody to ask.

        A plan holds what an image lookup has found: of lookups themselves only code tells.
        """
        plans = sorted((ROOT / "fixtures").glob("*/plan.json"))
        run = command.assay(
            "check", *plans, "--offline", "--format", "json",
            "--policy", ROOT / "fixtures" / "demo" / "policy.yaml", cwd=ROOT,
        )  # fmt: skip
        speaking = {result["rule"] for each in run.report["verdicts"] for result in each["results"]}
        offline = {
            rule.id
            for rule in RULES
            if re.search(r"^\*\*Offline\.\*\* (Yes|In part):", rule.page, re.MULTILINE)
        }
        silent = {rule.id for rule in RULES if "**Offline.** No: " in rule.page}
        assert speaking == offline - {"open-lookup", "ignored-changes", "uncatalogued"}
        assert silent == {rule.id for rule in RULES} - offline


def words(text: str, by_default: str = "") -> list[str]:
    """What is written, without what gives it its form."""
    heading, _, rest = text.partition("\n\n")
    if by_default:
        heading = f"{heading.removeprefix('# ')} ({by_default} by default)"
        rest = re.sub(r"^\*\*(.+?)\.\*\*", r"\1", rest, flags=re.MULTILINE)
    return [*heading.split(), *rest.split()]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    return tmp_path


class TestImages:
    def explain(self, here: Path, server: Server, image: str, *more: str) -> command.Run:
        return command.assay(
            "explain", image, "--region", REGION, *more,
            cwd=here, env=talking_to(server.url, WORKLOAD),
        )  # fmt: skip

    def told(self, here: Path, server: Server, image: str, *more: str) -> dict[str, Any]:
        """The JSON, held against its schema."""
        run = self.explain(here, server, image, "--format", "json", *more)
        path = Path(assay.__file__).parent / "report" / "lineage.schema.json"
        assert list(Draft7Validator(json.loads(path.read_text())).iter_errors(run.report)) == []
        return run.report

    def test_why_it_passes(self, golden: GoldenWorld, server: Server, here: Path) -> None:
        copy = golden.copy()
        run = self.explain(here, server, copy)
        asked = f"ec2:DescribeImages {copy} ({WORKLOAD}/{REGION})"
        assert run.stdout.startswith(
            f"PASS {copy}  if it were launched in {WORKLOAD}/{REGION}\n"
            f"  pass unmarked: marked {PIPELINE}:golden-web\n"
            f"    {asked}\n"
            "  pass lineage-mismatch: the watermark's source image is in the recorded ancestry\n"
        )
        assert f"  pass not-launchable: available\n    {asked}\n" in run.stdout
        assert f"\nlineage\n  ● {copy}  {REGION}, owner {WORKLOAD}" in run.stdout
        assert "\npolicy: assay.yaml\n" in run.stdout
        assert (run.code, run.stderr) == (0, "")

    def test_why_it_fails(self, golden: GoldenWorld, server: Server, here: Path) -> None:
        image = golden.home_made()
        golden.world.disable(image, REGION)
        run = self.explain(here, server, image)
        first, *others = run.stdout.splitlines()
        assert first == f"FAIL {image}  if it were launched in {WORKLOAD}/{REGION}"
        assert others[0] == f"  fail unmarked: {image} carries no golden watermark"
        assert others[2].startswith("    fix: use an image of the golden pipeline")
        words = [line.split()[0] for line in others if re.match(r"  [a-z]+ [a-z-]+: ", line)]
        assert words == ["fail", "fail", "pass", "pass"]
        assert "disabled" in run.stdout
        assert run.code == 1

    def test_it_says_what_check_says(self, golden: GoldenWorld, server: Server, here: Path) -> None:
        image = golden.derived(golden.copy())
        golden.world.deprecate(image, REGION)
        (here / "plan.json").write_bytes(dump(plan(instance("aws_instance.a", image))))
        checked = command.assay(
            "check", "plan.json", "--format", "json", "--as-of", "2026-11-21",
            cwd=here, env=talking_to(server.url, WORKLOAD),
        ).report  # fmt: skip
        told = self.told(here, server, image, "--as-of", "2026-11-21")
        (verdict,) = checked["verdicts"]
        for key in ("outcome", "results", "exception"):
            assert told["verdict"][key] == verdict[key]
        assert told["as_of"] == checked["as_of"]
        assert told["policy"] == checked["policy"]

    def test_a_warning_is_not_called_a_failure(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        image = golden.copy()
        golden.world.deprecate(image, REGION)
        run = self.explain(here, server, image)
        assert run.code == 0
        assert "\n  warning deprecated: deprecated since " in run.stdout

    def test_what_cannot_be_read_is_undetermined(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        run = self.explain(here, server, MISSING)
        assert run.code == 3
        assert run.stdout.startswith(
            f"UNDETERMINED {MISSING}  if it were launched in {WORKLOAD}/{REGION}\n"
            f"  undetermined not-visible: EC2 shows no {MISSING} to {WORKLOAD}/{REGION}: possibly"
        )
        assert "\nlineage\n" not in run.stdout
        told = self.told(here, server, MISSING)
        assert (told["verdict"]["outcome"], told["readable"]) == ("undetermined", False)

    def test_the_policy_may_tolerate_that(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        (here / "assay.yaml").write_text(POLICY + "undetermined: warning\n")
        assert self.explain(here, server, MISSING).code == 0

    def test_without_a_policy_the_lineage_alone(
        self, golden: GoldenWorld, server: Server, tmp_path: Path
    ) -> None:
        image = golden.home_made()
        run = self.explain(tmp_path, server, image)
        assert run.code == 0
        assert run.stdout.startswith(f"{image} in {WORKLOAD}/{REGION}\n\n● {image}")
        assert "unmarked" not in run.stdout
        assert "verdict" not in self.told(tmp_path, server, image)
        assert self.explain(tmp_path, server, MISSING).code == 3

    def test_allowed_amis_are_asked_only_for_a_policy_that_needs_them(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        image = golden.golden
        golden.world.allowed_images(
            WORKLOAD, REGION, "audit-mode", [{"ImageProviders": ["amazon"]}]
        )
        self.explain(here, server, image)
        assert not server.calls("GetAllowedImagesSettings")
        (here / "assay.yaml").write_text(POLICY + "require: {allowed_amis: predict}\n")
        run = self.explain(here, server, image)
        assert "\n  fail not-allowed: Allowed AMIs is in audit mode, and would" in run.stdout
        assert run.code == 1

    def test_exceptions_for_the_image_apply(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        image = golden.home_made()
        (here / "assay.yaml").write_text(POLICY + EXCEPTION % f"image: {{id: {image}}}")
        run = self.explain(here, server, image, "--as-of", "2026-11-21")
        assert run.code == 0
        assert "\n  by exception: a vendor's appliance (SEC-1421, approved by " in run.stdout
        assert f"\n  excepted unmarked: {image} carries no golden watermark\n" in run.stdout
        assert "without a plan" not in run.stdout

    def test_exceptions_for_addresses_do_not_and_it_says_so(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        image = golden.home_made()
        (here / "assay.yaml").write_text(POLICY + EXCEPTION % "module: module.firewall")
        run = self.explain(here, server, image)
        assert run.code == 1
        note = "scopes and exceptions that name addresses, modules"
        assert note in run.stdout
        assert self.told(here, server, image)["verdict"]["notes"][0].startswith(note)

    @pytest.mark.parametrize(
        ("what", "more", "told"),
        [
            ("ami-123", ("--region", REGION), "'ami-123' is not an AMI id"),
            (MISSING, (), "no Region is set"),
            (MISSING, ("--region", REGION, "--format", "markdown"), "use text or json"),
            (MISSING, ("--region", REGION), "no usable AWS credentials"),
        ],
    )
    def test_no_answer_at_all_is_one_line(
        self, here: Path, what: str, more: tuple[str, ...], told: str
    ) -> None:
        run = command.assay("explain", what, *more, cwd=here)
        assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
        assert told in run.stderr
