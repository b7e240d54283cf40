"""`assay trace`: where one image comes from, without a plan."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import assay
from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Fault, Request, Server, World, serve
from tests.plans import dump, instance, plan
from tests.worlds import AMAZON, PIPELINE, REGION, STRANGER, WORKLOAD

REGIONAL = "333333333333"
IRELAND = "eu-west-1"
CI = "444444444444"
MISSING = "ami-0fffffffffffffff1"
HERE = ("--region", IRELAND)
HOSTILE = (
    """a"b'c`d]e)f}g>h""",
    "-->|end| n9[(x)] %% {{y}}",
    "style: x#35;y; classDef:#35;;",
    '"]:::golden',
    "\\",
    'x\\"]; evil [label="',
    "two\nlines",
    "<script>alert(1)</script>&amp;&quot;",
    "1. *list* _em_ www.example.com a@b.example",
    "\u202eright\u2066\u200b\u061c\u2060",
)


@dataclass
class Family:
    """In us-east-1 Amazon's base and the pipeline's golden image; in Ireland a copy of the golden
    one in the Region's own account, and the workload's copy of that."""

    world: World = field(default_factory=World)
    base: str = ""
    golden: str = ""
    copy: str = ""
    used: str = ""

    def __post_init__(self) -> None:
        world = self.world
        self.base = world.register_image(
            AMAZON, REGION, name="al2023", owner_alias="amazon", public=True
        )
        builder = world.run_instance(PIPELINE, REGION, self.base)
        self.golden = world.create_image(PIPELINE, REGION, builder, name="SECRET-NAME")
        world.attach_watermark(PIPELINE, REGION, self.golden, "golden-web")
        self.copy = world.copy_image(REGIONAL, IRELAND, self.golden, REGION, name="SECRET-NAME")
        self.used = world.copy_image(WORKLOAD, IRELAND, self.copy, IRELAND, name="SECRET-NAME")
        world.share(self.golden, REGION, WORKLOAD)
        world.share(self.copy, IRELAND, WORKLOAD)

    @property
    def line(self) -> list[str]:
        return [self.used, self.copy, self.golden, self.base]

    def hide(self, region: str, image_id: str) -> None:
        self.world.image(region, image_id).shared_with.clear()


@pytest.fixture
def family() -> Family:
    return Family()


@pytest.fixture
def server(family: Family) -> Iterator[Server]:
    with serve(family.world) as running:
        yield running


def trace(
    folder: Path, server: Server, image: str, *more: str | Path, account: str = WORKLOAD,
    **variables: str,
) -> command.Run:  # fmt: skip
    return command.assay(
        "trace", image, *more, cwd=folder, env=talking_to(server.url, account) | variables
    )


def schema() -> dict[str, Any]:
    path = Path(assay.__file__).parent / "report" / "lineage.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def document(run: command.Run) -> dict[str, Any]:
    """The JSON, held against its schema."""
    assert list(Draft7Validator(schema()).iter_errors(run.report)) == []
    return run.report


class TestText:
    def test_two_regions_and_three_accounts(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        run = trace(tmp_path, server, family.used, "--region", IRELAND)
        assert (
            re.sub(r", 20[0-9-]{8} [0-9:]{5} UTC", ", TIME", run.stdout)
            == f"""\
{family.used} in {WORKLOAD}/{IRELAND}

● {family.used}  {IRELAND}, owner {WORKLOAD}, created 2026-11-01
│   mark {PIPELINE}:golden-web (inherited)
│   evidence: ec2:DescribeImages ({WORKLOAD}/{IRELAND}, TIME)
│ made by CopyImage from
● {family.copy}  {IRELAND}, owner {REGIONAL}, created 2026-11-01
│   mark {PIPELINE}:golden-web (inherited)
│   evidence: ec2:DescribeImages ({WORKLOAD}/{IRELAND}, TIME)
│ made by CopyImage from
● {family.golden}  {REGION}, owner {PIPELINE}, created 2026-11-01
│   mark {PIPELINE}:golden-web (first attached here)
│   evidence: ec2:DescribeImages ({WORKLOAD}/{REGION}, TIME)
│ made by CreateImage from
● {family.base}  {REGION}, owner amazon, created 2026-11-01
│   evidence: ec2:DescribeImages ({WORKLOAD}/{REGION}, TIME)
╵ public provider: EC2's record ends at a public image of amazon

answers from: AWS (ec2:DescribeImages x4, sts:GetCallerIdentity x1)
the answers came from {server.url}, which is not AWS's own endpoint
"""
        )
        assert (run.code, run.stderr) == (0, "")

    def test_a_policy_tells_golden_marks_from_others(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        family.world.attach_watermark(WORKLOAD, IRELAND, family.used, "golden-web")
        (tmp_path / "assay.yaml").write_text(POLICY)
        run = trace(tmp_path, server, family.used, "--region", IRELAND)
        assert f"golden mark {PIPELINE}:golden-web (inherited)" in run.stdout
        assert f"│   mark {WORKLOAD}:golden-web (first attached here)" in run.stdout
        assert "policy: assay.yaml" in run.stdout

    def test_what_is_hidden_is_told_by_the_record(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        """Id, Region and date are in EC2's record of the ancestry; owner and marks are not."""
        family.hide(IRELAND, family.copy)
        run = trace(tmp_path, server, family.used, "--region", IRELAND)
        lines = [each for each in run.stdout.splitlines() if "evidence" not in each]
        assert lines[5:9] == [
            f"● {family.copy}  {IRELAND}, created 2026-11-01, not visible from here",
            "│ made in an unknown way from",
            f"● {family.golden}  {REGION}, owner {PIPELINE}, created 2026-11-01",
            f"│   mark {PIPELINE}:golden-web (first attached here)",
        ]
        assert "ec2:GetImageAncestry x1" in run.stdout
        assert run.code == 0

    def test_marks_of_what_is_gone_are_told_by_its_descendants(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        family.world.deregister(family.golden, REGION)
        run = trace(tmp_path, server, family.used, "--region", IRELAND)
        told = run.stdout[run.stdout.index(f"● {family.golden}") :].splitlines()
        assert told[0].endswith("not visible from here")
        assert told[1] == f"│   mark {PIPELINE}:golden-web (first attached here)"
        assert run.code == 0

    def test_a_detached_mark_is_told_by_its_descendants(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        family.world.detach_watermark(PIPELINE, REGION, family.golden, f"{PIPELINE}:golden-web")
        run = trace(tmp_path, server, family.used, "--region", IRELAND)
        assert f"mark {PIPELINE}:golden-web (first attached here, and detached since)" in run.stdout

    def test_a_mark_from_elsewhere_is_no_inheritance(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        world = family.world
        forged = world.register_image(WORKLOAD, REGION, name="home-made")
        world.image(REGION, forged).watermarks = list(world.image(REGION, family.golden).watermarks)
        run = trace(tmp_path, server, forged, "--region", REGION)
        source = f"{family.golden} in {REGION}"
        assert f"(first attached to {source}, which is not in this lineage)" in run.stdout
        assert "no recorded source: EC2 does not say what it was made from" in run.stdout

    def test_a_refused_record_leaves_the_end_open(self, family: Family, tmp_path: Path) -> None:
        family.hide(IRELAND, family.copy)
        family.world.deny(WORKLOAD, "GetImageAncestry")
        with serve(family.world) as server:
            run = trace(tmp_path, server, family.used, "--region", IRELAND)
        shown = " ".join(run.stdout.split())
        assert f"descends, according to a watermark, from ● {family.golden}" in shown
        between = f"the steps between {family.copy} and {family.golden} are not known"
        assert f"- {WORKLOAD}/{IRELAND}: {between}: ec2:GetImageAncestry" in shown
        assert "the reader needs ec2:GetImageAncestry" in shown
        assert "an image that is missing from it may still be an ancestor" in run.stdout
        assert run.code == 3

    @pytest.mark.parametrize(
        ("settings", "flags", "coloured"),
        [
            ({}, (), False),
            ({"FORCE_COLOR": "1"}, (), True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
            ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ],
    )
    def test_colour(
        self, family: Family, server: Server, tmp_path: Path, settings: dict[str, str],
        flags: tuple[str, ...], coloured: bool,
    ) -> None:  # fmt: skip
        run = trace(tmp_path, server, family.used, "--region", IRELAND, *flags, **settings)
        assert ("\x1b[" in run.stdout) is coloured

    def test_a_long_lineage_fits_a_hundred_columns(self, tmp_path: Path) -> None:
        family = Family()
        world, image = family.world, family.used
        for number in range(60):
            image = world.copy_image(WORKLOAD, IRELAND, image, IRELAND, name=f"copy {number}")
        world.deregister(world.image(IRELAND, image).source_image_id or "", IRELAND)
        with serve(world) as server:
            run = trace(tmp_path, server, image, "--region", IRELAND)
        assert run.stdout.count("● ami-") == 50
        assert "50-entry limit: EC2 lists at most 50 images" in run.stdout
        assert "an image that is missing from it may still be an ancestor" in run.stdout
        assert max(map(len, run.stdout.splitlines())) <= 100


class TestJson:
    def test_every_fact_and_no_name(self, family: Family, server: Server, tmp_path: Path) -> None:
        run = trace(tmp_path, server, family.used, "--region", IRELAND, "--format", "json")
        told = document(run)
        assert [step["image_id"] for step in told["lineage"]] == family.line
        assert told["lineage"][2] == {
            "image_id": family.golden,
            "region": REGION,
            "owner": PIPELINE,
            "how": "CreateImage",
            "end": None,
            "visible": True,
            "unseen": None,
            "watermarks": [f"{PIPELINE}:golden-web"],
            "creation_date": "2026-11-01T00:02:00Z",
            "state": "available",
            "marks": [
                {
                    "key": f"{PIPELINE}:golden-web",
                    "attached": "here",
                    "source_image_id": family.golden,
                    "source_image_region": REGION,
                    "carried": True,
                    "golden": None,
                }
            ],
            "edge": "recorded",
            "evidence": [
                {
                    "claim": claim,
                    "grade": "recorded",
                    "source": "ec2:DescribeImages",
                    "account": WORKLOAD,
                    "region": REGION,
                    "at": told["generated_at"],
                    "event": None,
                }
                for claim in ("image", "source")
            ],
        }
        assert (told["account"], told["region"], told["readable"]) == (WORKLOAD, IRELAND, True)
        assert told["end"]["reason"] == "public provider"
        assert told["end"]["complete"] is True
        assert "verdict" not in told
        assert "SECRET-NAME" not in run.stdout

    def test_steps_are_those_of_the_report(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        (tmp_path / "assay.yaml").write_text(POLICY)
        (tmp_path / "plan.json").write_bytes(
            dump(plan(instance("aws_instance.a", family.used), region=IRELAND))
        )
        report = command.assay(
            "check", "plan.json", "--format", "json",
            cwd=tmp_path, env=talking_to(server.url, WORKLOAD),
        ).report  # fmt: skip
        run = trace(tmp_path, server, family.used, "--region", IRELAND, "--format", "json")
        told = document(run)
        (verdict,) = report["verdicts"]
        assert verdict["lineage"] == [
            {key: step[key] for key in verdict["lineage"][0]} for step in told["lineage"]
        ]
        assert told["policy"] == report["policy"]
        assert told["lineage"][0]["marks"][0]["golden"] is True

    def test_the_schema_shares_the_reports_definitions(self) -> None:
        own = schema()
        Draft7Validator.check_schema(own)
        path = Path(assay.__file__).parent / "report" / "report.schema.json"
        report = json.loads(path.read_text())
        for name in ("outcome", "result", "exception"):
            assert own["definitions"][name] == report["definitions"][name]
        steps = own["definitions"]["step"]["properties"]
        assert report["definitions"]["step"]["properties"].items() <= steps.items()

    def test_two_runs_say_the_same(self, family: Family, server: Server, tmp_path: Path) -> None:
        family.hide(IRELAND, family.copy)
        options = ("--region", IRELAND, "--format", "json", "--as-of", "2026-11-21", "--no-cache")

        def told() -> str:
            """Without the times at which it was asked."""
            run = trace(tmp_path, server, family.used, *options)
            document(run)
            return re.sub(r'"(at|generated_at|seen_at)": "[^"]*"', "", run.stdout)

        assert told() == told()


class TestWhatCannotBeRead:
    def test_an_image_that_is_not_visible(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        family.world.deregistered = "unavailable"
        family.world.deregister(family.used, IRELAND)
        family.world.deny(WORKLOAD, "LookupEvents")
        run = trace(tmp_path, server, family.used, "--region", IRELAND)
        assert run.code == 3
        assert run.stdout.startswith(
            f"{family.used} in {WORKLOAD}/{IRELAND}\n\n"
            f"no lineage: EC2 shows no {family.used} to {WORKLOAD}/{IRELAND}\n"
            "  - it is deregistered\n    fix: use the image that replaces it\n"
        )
        assert max(map(len, run.stdout.splitlines())) <= 100

    def test_its_json_and_pictures(self, family: Family, server: Server, tmp_path: Path) -> None:
        """CloudTrail could tell of it, and may not be asked."""
        family.world.deny(WORKLOAD, "LookupEvents")
        run = trace(tmp_path, server, MISSING, "--region", IRELAND, "--format", "json")
        told = document(run)
        assert (run.code, told["readable"], told["lineage"]) == (3, False, [])
        assert told["end"]["reason"] == "not-visible"
        assert told["clues"][-1]["text"].startswith("possibly not shared")
        mermaid = trace(tmp_path, server, MISSING, "--region", IRELAND, "--format", "mermaid")
        assert mermaid.code == 3
        nodes, edges = read_mermaid(mermaid.stdout)
        assert nodes["n0"] == f"{MISSING}\n{IRELAND}"
        assert edges == [("why", "", "n0")]
        dot = trace(tmp_path, server, MISSING, "--region", IRELAND, "--format", "dot")
        assert dot.code == 3
        assert read_dot(dot.stdout)[0]["n0"] == f"{MISSING}\n{IRELAND}"

    def test_what_is_nowhere_is_an_error(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        run = trace(tmp_path, server, MISSING, "--region", IRELAND)
        assert (run.code, run.stdout) == (2, "")
        assert f"EC2 shows no {MISSING} to {WORKLOAD}/{IRELAND}; check the id" in run.stderr

    def test_a_denied_lookup(self, family: Family, tmp_path: Path) -> None:
        def deny(request: Request) -> Fault | None:
            refused = request.operation in ("DescribeImages", "LookupEvents")
            return Fault(403, "UnauthorizedOperation", "SECRET") if refused else None

        with serve(family.world, deny) as server:
            run = trace(tmp_path, server, family.used, "--region", IRELAND)
        assert run.code == 3
        assert "no lineage: ec2:DescribeImages" in run.stdout
        assert "the reader needs ec2:DescribeImages" in " ".join(run.stdout.split())
        assert "SECRET" not in run.stdout + run.stderr

    @pytest.mark.parametrize(
        ("image", "more", "told"),
        [
            ("ami-xyz", HERE, "'ami-xyz' is neither an AMI id nor an instance id"),
            ("resolve:ssm:/golden", HERE, "is neither an AMI id nor an instance id"),
            (MISSING, (), "no Region is set; name one with --region, ASSAY_REGION"),
            (MISSING, (), "AWS_REGION is not used"),
            (MISSING, ("--region", "../x"), "'../x' is not a Region such as us-east-1"),
            (MISSING, (*HERE, "--account", "12"), "is not an account of 12 digits"),
            (MISSING, (*HERE, "--format", "yaml"), "'yaml' is not one of"),
            (MISSING, (*HERE, "--policy", "none.yaml"), "none.yaml: cannot be read"),
            (MISSING, (*HERE, "--catalog", "none.json"), "none.json: cannot be read"),
            (MISSING, (*HERE, "--timeout", "0"), "is not more than 0 and at most 86400 seconds"),
        ],
    )
    def test_no_answer_at_all_is_one_line(
        self, tmp_path: Path, image: str, more: tuple[str, ...], told: str
    ) -> None:
        own = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
        run = command.assay("trace", image, *more, cwd=tmp_path, env=own)
        assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
        assert told in run.stderr

    def test_no_credentials(self, tmp_path: Path) -> None:
        run = command.assay("trace", MISSING, *HERE, cwd=tmp_path)
        assert (run.code, run.stdout) == (2, "")
        assert "no usable AWS credentials" in run.stderr


class TestPlaces:
    def test_a_flag_outranks_a_variable_outranks_the_policy(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        (tmp_path / "assay.yaml").write_text(POLICY + f"aws: {{region: {IRELAND}}}\n")

        family.world.deny(WORKLOAD, "LookupEvents")  # or it would be an error where it is nowhere

        def region(*flags: str, **variables: str) -> object:
            run = trace(tmp_path, server, family.used, "--format", "json", *flags, **variables)
            return document(run)["region"]

        assert region() == IRELAND
        assert region(AWS_REGION="us-west-2") == IRELAND
        assert region(ASSAY_REGION="eu-west-2") == "eu-west-2"
        assert region("--region", "eu-west-3", ASSAY_REGION="eu-west-2") == "eu-west-3"

    def test_the_policys_reader_looks_for_another_account(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        role = f'"{WORKLOAD}": {{role_arn: "arn:aws:iam::{WORKLOAD}:role/assay-reader"}}'
        (tmp_path / "assay.yaml").write_text(POLICY + f"aws: {{readers: {{{role}}}}}\n")
        options = ("--region", IRELAND, "--account", WORKLOAD)
        run = trace(tmp_path, server, family.used, *options, account=CI)
        assert run.code == 0
        assert run.stdout.startswith(f"{family.used} in {WORKLOAD}/{IRELAND}\n")
        looking = {call.account for call in server.calls("DescribeImages")}
        assert looking == {WORKLOAD}

    def test_an_account_without_a_reader_is_not_looked_at(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        options = ("--region", IRELAND, "--account", WORKLOAD)
        run = trace(tmp_path, server, family.used, *options, account=CI)
        assert run.code == 3
        assert f"no reader for account {WORKLOAD}" in run.stdout
        assert not server.calls("DescribeImages")


class TestRecordings:
    def record(self, folder: Path, server: Server, *accounts: str, image: str) -> dict[str, Any]:
        """What `assay record` writes in each account, in one file."""
        (folder / "plan.json").write_bytes(
            dump(plan(instance("aws_instance.a", image), region=IRELAND))
        )
        whole: dict[str, Any] = {}
        for account in accounts:
            done = command.assay(
                "record", "plan.json", "-o", "catalog.json",
                cwd=folder, env=talking_to(server.url, account),
            )  # fmt: skip
            assert done.code == 0
            found = json.loads((folder / "catalog.json").read_text())
            whole = {**found, "places": [*whole.get("places", ()), *found["places"]]}
        (folder / "catalog.json").write_text(json.dumps(whole))
        return whole

    def test_a_recording_tells_the_same(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        family.hide(IRELAND, family.copy)
        self.record(tmp_path, server, WORKLOAD, image=family.used)
        options = ("--region", IRELAND, "--format", "json", "--as-of", "2026-11-21")
        live = document(trace(tmp_path, server, family.used, *options))
        again = command.assay(
            "trace", family.used, *options, "--catalog", "catalog.json", cwd=tmp_path
        )
        told = document(again)
        assert again.code == 0
        # A recording has its own time, and neither calls nor CloudTrail
        other = {
            "catalog": None,
            "generated_at": None,
            "gaps": None,
            "places": None,
            "summary": None,
        }
        for step in (*told["lineage"], *live["lineage"]):
            del step["evidence"]
        assert told | other == live | other
        assert told["catalog"]["kind"] == "recorded"

    def test_the_account_is_the_one_that_was_asked(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        """Nobody's credentials are recorded for a place that a plan gave its account."""
        whole = self.record(tmp_path, server, WORKLOAD, image=family.used)
        for place in whole["places"]:
            place.pop("identity", None)
        (tmp_path / "catalog.json").write_text(json.dumps(whole))
        run = command.assay("trace", family.used, *HERE, "--catalog", "catalog.json", cwd=tmp_path)
        assert run.stdout.startswith(f"{family.used} in {WORKLOAD}/{IRELAND}\n")
        assert run.code == 0

    def test_one_of_several_accounts_must_be_named(
        self, family: Family, server: Server, tmp_path: Path
    ) -> None:
        self.record(tmp_path, server, WORKLOAD, STRANGER, image=family.used)
        options = (family.used, *HERE, "--catalog", "catalog.json")
        run = command.assay("trace", *options, cwd=tmp_path)
        assert (run.code, run.stdout) == (2, "")
        told = f"{family.used} was recorded for {WORKLOAD}, {STRANGER}; name one with --account"
        assert told in run.stderr
        named = [
            command.assay("trace", *options, "--account", account, cwd=tmp_path).code
            for account in (WORKLOAD, STRANGER)
        ]
        assert named == [0, 3]

    @pytest.mark.parametrize("name", ["text", "json", "mermaid", "dot"])
    def test_whoever_wrote_it_cannot_write_on_the_terminal(
        self, family: Family, server: Server, tmp_path: Path, name: str
    ) -> None:
        evil = "\x1b[2J\r\n\u202e"
        whole = self.record(tmp_path, server, WORKLOAD, image=family.used)
        whole["endpoint"] = evil
        (ireland,) = (place for place in whole["places"] if place["region"] == IRELAND)
        image = ireland["images"]["found"][family.used]
        image |= {"owner_id": evil, "state": evil, "source_image_region": evil}
        image["watermarks"][0] |= {"key": evil, "source_image_id": evil}
        (tmp_path / "catalog.json").write_text(json.dumps(whole))
        run = command.assay(
            "trace", family.used, *HERE, "--catalog", "catalog.json", "--format", name,
            cwd=tmp_path,
        )  # fmt: skip
        assert run.code == 3  # what is said to be its source is in no Region
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", run.stdout)
        assert "\u202e" not in run.stdout
        if name == "json":
            assert run.report["catalog"]["endpoint"] == evil
        assert run.stdout.count("\n") == len(run.stdout.splitlines())

    def test_what_was_never_asked_is_not_absent(self, tmp_path: Path) -> None:
        empty = {"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": []}
        (tmp_path / "catalog.json").write_text(json.dumps(empty))
        run = command.assay("trace", MISSING, *HERE, "--catalog", "catalog.json", cwd=tmp_path)
        assert run.code == 3
        assert "no lineage: not asked when the catalogue was recorded" in run.stdout


def hostile(family: Family) -> list[str]:
    """Marks that nobody should be able to make; the keys as they are shown."""
    copy = family.world.image(IRELAND, family.copy)
    mark = family.world.image(REGION, family.golden).watermarks[0]
    names = [f"{PIPELINE}:{name}" for name in HOSTILE]
    copy.watermarks = [
        replace(mark, key=key, source_image_id=family.copy, source_image_region=IRELAND)
        for key in names
    ]
    shown = "\n".join(names).replace("two\nlines", "two\\u000alines")
    for sign in "\u202e\u2066\u200b\u061c\u2060":
        shown = shown.replace(sign, f"\\u{ord(sign):04x}")
    return shown.split("\n")


_LABEL = r"(?:[A-Za-z0-9 ,-]|#[0-9]+;)*"
_MERMAID_NODE = re.compile(rf'  (why|n[0-9]+)\["({_LABEL})"\](?::::(golden|marked|hidden|note))?')
_MERMAID_EDGE = re.compile(rf'  (why|n[0-9]+) (?:-\.-|-->\|"({_LABEL})"\|) (n[0-9]+)')
_MERMAID_CLASS = re.compile(r"  classDef (golden|marked|hidden|note) [a-z0-9:,# -]+")


def read_mermaid(text: str) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Labels by node, and edges; nothing else may stand in the text."""
    first, *lines = text.splitlines()
    assert first == "flowchart TD"
    nodes: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    for line in lines:
        if node := _MERMAID_NODE.fullmatch(line):
            nodes[node[1]] = _characters(node[2])
        elif edge := _MERMAID_EDGE.fullmatch(line):
            edges.append((edge[1], _characters(edge[2] or ""), edge[3]))
        else:
            assert _MERMAID_CLASS.fullmatch(line), line
    return nodes, edges


def _characters(label: str) -> str:
    return re.sub(r"#([0-9]+);", lambda found: chr(int(found[1])), label)


_STRING = r'"(?:[^"\\]|\\["\\n])*"'
_VALUE = rf"(?:[a-z0-9]+|{_STRING})"
_DOT = re.compile(
    rf"  (?P<name>[a-z0-9]+)(?: -> (?P<to>n[0-9]+))? \[(?P<all>[a-z]+={_VALUE}(, [a-z]+={_VALUE})*)\];"
)


def read_dot(text: str) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Labels by node, and edges; nothing else may stand in the text."""
    first, *lines, last = text.splitlines()
    assert (first, last) == ("digraph lineage {", "}")
    nodes: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    for line in lines:
        found = _DOT.fullmatch(line)
        assert found, line
        label = re.search(rf"label=({_STRING})", found["all"])
        shown = _unescaped(label[1]) if label else ""
        if found["to"]:
            edges.append((found["name"], shown, found["to"]))
        else:
            nodes[found["name"]] = shown
    return nodes, edges


def _unescaped(string: str) -> str:
    signs = {"n": "\n", '"': '"', "\\": "\\"}
    text = re.sub(r"\\(.)", lambda found: signs[found[1]], string[1:-1])
    return text.replace("&amp;", "&")


class TestPictures:
    EDGES = (("why", "", "n3"), ("n3", "CreateImage", "n2"), ("n2", "CopyImage", "n1"))

    @pytest.mark.parametrize(("name", "read"), [("mermaid", read_mermaid), ("dot", read_dot)])
    def test_every_image_and_how_it_was_made(
        self, family: Family, server: Server, tmp_path: Path, name: str, read: Any
    ) -> None:
        run = trace(tmp_path, server, family.used, *HERE, "--format", name)
        nodes, edges = read(run.stdout)
        assert nodes["n0"].split("\n") == [
            family.used, IRELAND, f"owner {WORKLOAD}", f"marked {PIPELINE}:golden-web",
        ]  # fmt: skip
        assert nodes["n2"].endswith(f"first marked {PIPELINE}:golden-web")
        assert nodes["why"].startswith("public provider: ")
        assert edges == [*self.EDGES, ("n1", "CopyImage", "n0")]
        assert (run.code, run.stderr) == (0, "")

    @pytest.mark.parametrize("name", ["mermaid", "dot"])
    def test_only_the_policy_makes_an_origin_golden(
        self, family: Family, server: Server, tmp_path: Path, name: str
    ) -> None:
        def styled() -> list[str]:
            run = trace(tmp_path, server, family.used, *HERE, "--format", name)
            lines = [line for line in run.stdout.splitlines() if "n2[" in line or "n2 [" in line]
            return [word for word in (":::golden", ":::marked", "filled") if word in lines[0]]

        assert styled() == ([":::marked"] if name == "mermaid" else [])
        (tmp_path / "assay.yaml").write_text(POLICY)
        assert styled() == ([":::golden"] if name == "mermaid" else ["filled"])
        (tmp_path / "assay.yaml").write_text(POLICY.replace(PIPELINE, STRANGER))
        assert styled() == ([":::marked"] if name == "mermaid" else [])

    @pytest.mark.parametrize("name", ["mermaid", "dot"])
    def test_what_is_hidden_is_dashed(
        self, family: Family, server: Server, tmp_path: Path, name: str
    ) -> None:
        family.hide(IRELAND, family.copy)
        run = trace(tmp_path, server, family.used, *HERE, "--format", name)
        (line,) = (each for each in run.stdout.splitlines() if each.startswith(("  n1[", "  n1 [")))
        assert "not visible" in line
        assert ":::hidden" in line or "style=dashed" in line
        nodes, edges = (read_mermaid if name == "mermaid" else read_dot)(run.stdout)
        assert nodes["n1"] == f"{family.copy}\n{IRELAND}\nnot visible"
        assert ("n2", "unknown", "n1") in edges

    @pytest.mark.parametrize(("name", "read"), [("mermaid", read_mermaid), ("dot", read_dot)])
    def test_hostile_marks_break_no_picture(
        self, family: Family, tmp_path: Path, name: str, read: Any
    ) -> None:
        marks = hostile(family)
        with serve(family.world) as server:
            run = trace(tmp_path, server, family.used, *HERE, "--format", name)
        nodes, edges = read(run.stdout)
        assert nodes["n1"].split("\n")[3:] == [f"first marked {key}" for key in marks]
        assert sorted(nodes) == sorted(
            ["n0", "n1", "n2", "n3", "why", *(["node", "edge"] if name == "dot" else [])]
        )
        assert len(edges) == 4

    @pytest.mark.parametrize("name", ["text", "json"])
    def test_hostile_marks_cannot_write_on_the_terminal(
        self, family: Family, tmp_path: Path, name: str
    ) -> None:
        marks = hostile(family)
        with serve(family.world) as server:
            run = trace(tmp_path, server, family.used, *HERE, "--format", name)
        if name == "json":
            shown = [mark["key"] for mark in document(run)["lineage"][1]["marks"]]
            assert shown == [f"{PIPELINE}:{each}" for each in HOSTILE]
        else:
            for key in marks:
                assert f"│   mark {key} (first attached here)\n" in run.stdout
            assert not re.search(
                r"[\x00-\x09\x0b-\x1f\x7f\u202e\u2066\u200b\u061c\u2060]", run.stdout
            )
