"""The command as a user meets it, against the emulator and against files."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import assay
from assay.run.formats import FORMATS
from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Fault, Request, Server, serve
from tests.plans import dump, instance, plan, resource
from tests.worlds import REGION, STRANGER, WORKLOAD, GoldenWorld

MISSING = "ami-0fffffffffffffff1"
RECORDING: dict[str, Any] = {
    "assay_catalog": 2,
    "recorded_at": "2026-11-21T00:00:00Z",
    "places": [],
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    return tmp_path


def write(folder: Path, document: dict[str, Any], name: str = "plan.json") -> Path:
    path = folder / name
    path.write_bytes(dump(document))
    return path


class TestVerdicts:
    def check(self, here: Path, server: Server, *more: str) -> command.Run:
        return command.assay(
            "check", "plan.json", "--format", "json", *more,
            cwd=here, env=talking_to(server.url, WORKLOAD),
        )  # fmt: skip

    def test_golden_copied_and_derived_images_pass(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        copy = golden.copy()
        images = {"golden": golden.golden, "copy": copy, "derived": golden.derived(copy)}
        write(here, plan(*(instance(f"aws_instance.{n}", id) for n, id in images.items())))
        run = self.check(here, server)
        assert set(run.outcomes().values()) == {"pass"}
        assert run.code == 0
        assert run.stderr == ""
        derived = next(v for v in run.report["verdicts"] if v["address"].endswith("derived"))
        assert [step["image_id"] for step in derived["lineage"]] == [
            images["derived"],
            copy,
            golden.golden,
            golden.base,
        ]
        assert derived["lineage"][0]["how"] == "CreateImage"
        assert derived["lineage"][0]["owner"] == WORKLOAD
        assert derived["lineage"][-1] == {
            "image_id": golden.base,
            "region": REGION,
            "owner": "amazon",
            "how": None,
            "end": "public provider",
            "visible": True,
            "unseen": None,
            "watermarks": [],
        }

    def test_home_made_forged_and_disabled_images_fail(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        world = golden.world
        stranger = world.register_image(STRANGER, REGION, name="golden-web")
        world.attach_watermark(STRANGER, REGION, stranger, "golden-web")
        world.share(stranger, REGION, WORKLOAD)
        disabled = golden.copy()
        world.disable(disabled, REGION)
        forged = golden.home_made()
        marks = world.image(REGION, golden.golden).watermarks
        world.image(REGION, forged).watermarks = list(marks)
        write(
            here,
            plan(
                instance("aws_instance.home_made", golden.home_made()),
                instance("aws_instance.stranger", stranger),
                instance("aws_instance.disabled", disabled),
                instance("aws_instance.forged", forged),
            ),
        )
        run = self.check(here, server)
        assert run.rules() == {
            "aws_instance.home_made": ["unmarked"],
            "aws_instance.stranger": ["unmarked"],
            "aws_instance.disabled": ["not-launchable"],
            "aws_instance.forged": ["lineage-mismatch"],
        }
        assert run.code == 1

    def test_what_cannot_be_told_is_undetermined(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        write(
            here,
            plan(
                instance("aws_instance.missing", MISSING),
                instance("aws_instance.unknown", None, unknown={"ami": True}),
                instance("aws_instance.rubbish", "hunter2"),
            ),
        )
        run = self.check(here, server)
        assert run.rules("undetermined") == {
            "aws_instance.missing": ["not-visible"],
            "aws_instance.unknown": ["unresolved"],
            "aws_instance.rubbish": ["unresolved"],
        }
        assert run.code == 3
        assert "hunter2" not in run.stdout + run.stderr

    def test_a_failure_outranks_what_is_undetermined(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        write(
            here,
            plan(
                instance("aws_instance.missing", MISSING),
                instance("aws_instance.home_made", golden.home_made()),
            ),
        )
        run = self.check(here, server)
        assert run.report["outcome"] == "fail"
        assert run.code == 1

    def test_templates_and_aliases_are_followed_and_reported_as_unpinned(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        world = golden.world
        copy, home_made = golden.copy(), golden.home_made()
        template = world.create_launch_template(WORKLOAD, REGION, "web", copy)
        world.create_launch_template_version(template, home_made)
        world.put_parameter(WORKLOAD, REGION, "/golden/web", copy)
        world.create_launch_template(WORKLOAD, REGION, "by-alias", "resolve:ssm:/golden/web")

        def through(name: str, version: str) -> dict[str, Any]:
            block = {"name": name, "version": version}
            return {"launch_template": [block], "ami": None}

        write(
            here,
            plan(
                resource("aws_instance.default", through("web", "$Default")),
                resource("aws_instance.latest", through("web", "$Latest")),
                resource("aws_instance.pinned", through("web", "1")),
                resource("aws_autoscaling_group.alias", through("by-alias", "1")),
                resource("aws_instance.none", through("nobody", "1")),
                resource("aws_launch_template.ssm", {"image_id": "resolve:ssm:/golden/web"}),
                resource("aws_launch_template.v1", {"image_id": "resolve:ssm:/golden/web:1"}),
            ),
        )
        run = self.check(here, server)
        assert run.outcomes() == {
            "aws_instance.default": "pass",
            "aws_instance.latest": "fail",
            "aws_instance.pinned": "pass",
            "aws_autoscaling_group.alias": "pass",
            "aws_instance.none": "undetermined",
            "aws_launch_template.ssm": "pass",
            "aws_launch_template.v1": "pass",
        }
        moving = {
            verdict["address"]
            for verdict in run.report["verdicts"]
            for result in verdict["results"]
            if result["rule"] == "unpinned" and result["outcome"] == "fail"
        }
        assert moving == {
            "aws_instance.default",
            "aws_instance.latest",
            "aws_autoscaling_group.alias",
            "aws_launch_template.ssm",
        }

    def test_two_hundred_images_of_a_place_are_one_call(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        ids = golden.many_copies(200)
        write(here, plan(*(instance(f"aws_instance.i{n}", id) for n, id in enumerate(ids))))
        run = self.check(here, server)
        assert run.code == 0
        assert run.report["catalog"]["api_calls"]["ec2:DescribeImages"] == 1
        assert len(server.calls("DescribeImages")) == 1

    def test_a_denied_ancestry_is_undetermined_with_the_permission_to_give(
        self, golden: GoldenWorld, here: Path
    ) -> None:
        derived = golden.derived(golden.copy())
        golden.world.deregister(golden.world.image(REGION, derived).source_image_id or "", REGION)
        write(here, plan(instance("aws_instance.a", derived)))

        def deny(request: Request) -> Fault | None:
            denied = request.operation == "GetImageAncestry"
            return Fault(403, "UnauthorizedOperation", "SECRET") if denied else None

        with serve(golden.world, deny) as server:
            run = self.check(here, server)
        assert run.code == 3
        assert "lookup-failed" in run.rules("undetermined")["aws_instance.a"]
        assert "the reader needs ec2:GetImageAncestry" in run.stdout
        assert "SECRET" not in run.stdout + run.stderr

    def test_one_pass_writes_every_report_the_same(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        write(here, plan(instance("aws_instance.a", golden.golden)))
        wanted = [word for name in FORMATS for word in ("-o", f"{name}=report.{name}")]
        run = self.check(here, server, *wanted)
        assert (here / "report.json").read_text() == run.stdout
        assert "PASS aws_instance.a" in (here / "report.text").read_text()
        asked = [request.params["Filters"][0]["Values"] for request in server.requests[1:]]
        assert asked == [[golden.golden], [golden.base]]
        assert sorted(path.name for path in here.iterdir()) == [
            "assay.yaml", "plan.json", *sorted(f"report.{name}" for name in FORMATS),
        ]  # fmt: skip

    def test_a_recording_gives_the_same_verdicts_without_aws(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        write(
            here,
            plan(
                instance("aws_instance.good", golden.copy()),
                instance("aws_instance.bad", golden.home_made()),
                instance("aws_instance.missing", MISSING),
            ),
        )
        live = self.check(here, server)
        recorded = command.assay(
            "record", "plan.json", "-o", "catalog.json",
            cwd=here, env=talking_to(server.url, WORKLOAD),
        )  # fmt: skip
        assert recorded.code == 0
        again = command.assay(
            "check", "plan.json", "--catalog", "catalog.json", "--format", "json", cwd=here
        )
        assert again.report["verdicts"] == live.report["verdicts"]
        assert again.code == live.code == 1
        assert again.report["catalog"]["kind"] == "recorded"
        assert again.report["catalog"]["endpoint"] == server.url

    def test_the_report_fits_its_schema(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        path = Path(assay.__file__).parent / "report" / "report.schema.json"
        schema = json.loads(path.read_text())
        Draft7Validator.check_schema(schema)
        write(
            here,
            plan(
                instance("aws_instance.good", golden.copy()),
                instance("aws_instance.bad", golden.home_made()),
                instance("aws_instance.unknown", None, unknown={"ami": True}),
                instance("aws_instance.hidden", golden.golden, sensitive={"ami": True}),
                instance("aws_instance.kept", golden.golden, actions=["no-op"]),
            ),
        )
        report = self.check(here, server).report
        assert list(Draft7Validator(schema).iter_errors(report)) == []
        assert report["summary"] == {
            "references": 4,
            "pass": 2,
            "fail": 1,
            "undetermined": 1,
            "excepted": 0,
            "not_judged": {"unchanged": 1},
        }

    @pytest.mark.parametrize("kind", ["json", "text"])
    def test_a_sensitive_image_is_checked_and_hidden(
        self, golden: GoldenWorld, server: Server, here: Path, kind: str
    ) -> None:
        hidden = golden.home_made()
        write(here, plan(instance("aws_instance.hidden", hidden, sensitive={"ami": True})))
        run = command.assay(
            "check", "plan.json", "--format", kind,
            cwd=here, env=talking_to(server.url, WORKLOAD),
        )  # fmt: skip
        assert run.code == 1
        assert "(sensitive)" in run.stdout
        assert hidden not in run.stdout + run.stderr


class TestExitCodes:
    def test_no_reference_is_a_pass_that_says_so(self, here: Path) -> None:
        write(here, plan())
        run = command.assay("check", "plan.json", cwd=here)
        assert run.code == 0
        assert "no AMI reference" in run.stdout

    def test_offline_is_undetermined(self, here: Path) -> None:
        write(here, plan(instance("aws_instance.a", MISSING)))
        run = command.assay("check", "plan.json", "--offline", cwd=here)
        assert run.code == 3
        assert "not checked (offline)" in run.stdout
        assert "answers from: nobody (offline)" in run.stdout
        assert "UNDETERMINED 1 AMI reference: 1 undetermined" in run.stdout

    def test_the_policy_may_tolerate_what_is_undetermined(self, here: Path) -> None:
        (here / "assay.yaml").write_text(POLICY + "undetermined: warning\n")
        write(here, plan(instance("aws_instance.a", MISSING)))
        run = command.assay("check", "plan.json", "--offline", "--format", "json", cwd=here)
        assert run.code == 0
        assert run.report["outcome"] == "undetermined"
        assert run.report["summary"]["undetermined"] == 1

    def test_exit_zero_covers_verdicts_and_never_errors(self, here: Path) -> None:
        write(here, plan(instance("aws_instance.a", MISSING)))
        assert command.assay("check", "plan.json", "--offline", "--exit-zero", cwd=here).code == 0
        assert command.assay("check", "none.json", "--offline", "--exit-zero", cwd=here).code == 2

    def test_no_credentials_is_no_verdict(self, here: Path) -> None:
        write(here, plan(instance("aws_instance.a", MISSING)))
        run = command.assay("check", "plan.json", cwd=here)
        assert run.code == 2
        assert run.stdout == ""
        assert run.stderr.count("\n") == 1
        assert "no usable AWS credentials" in run.stderr
        assert "; commands with --catalog FILE or --offline can do without" in run.stderr

    def test_good_news_is_cut_short_and_nothing_else(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        good, bad = golden.golden, golden.home_made()
        write(
            here,
            plan(
                *(instance(f"aws_instance.good[{n}]", good) for n in range(60)),
                *(instance(f"aws_instance.bad[{n}]", bad) for n in range(60)),
            ),
        )
        run = command.assay("check", "plan.json", cwd=here, env=talking_to(server.url, WORKLOAD))
        assert run.stdout.count("PASS aws_instance.good[") == 50
        assert run.stdout.count("FAIL aws_instance.bad[") == 60
        assert "and 10 more that pass: -v lists them" in run.stdout
        assert "120 AMI references: 60 fail, 60 pass" in run.stdout

    def test_standard_input_and_several_plans(self, here: Path) -> None:
        one = write(here, plan(instance("aws_instance.a", MISSING)), "one.json")
        two = dump(plan(instance("aws_instance.b", MISSING), instance("aws_instance.c", MISSING)))
        run = command.assay("check", one, "-", "--offline", "--format", "json", cwd=here, stdin=two)
        assert [(i["path"], i["references"]) for i in run.report["inputs"]] == [
            (str(one), 1),
            ("-", 2),
        ]


class TestErrors:
    """Exit 2, nothing on standard output, one line that names the file and the cure."""

    def failed(self, here: Path, *arguments: str, stdin: bytes = b"") -> str:
        run = command.assay(*arguments, cwd=here, stdin=stdin)
        assert run.code == 2
        assert run.stdout == ""
        assert run.stderr.startswith("assay: ")
        assert run.stderr.count("\n") == 1
        assert "Traceback" not in run.stderr
        return run.stderr

    def test_a_file_that_is_not_there(self, here: Path) -> None:
        assert "none.json: cannot be read" in self.failed(here, "check", "none.json")

    def test_a_directory(self, here: Path) -> None:
        assert "a directory" in self.failed(here, "check", ".")

    def test_empty_standard_input(self, here: Path) -> None:
        assert "assay: standard input: empty" in self.failed(here, "check", "-")

    def test_standard_input_twice(self, here: Path) -> None:
        assert "only once" in self.failed(here, "check", "-", "-")

    def test_one_bad_plan_among_good_ones(self, here: Path) -> None:
        write(here, plan())
        (here / "bad.json").write_text("{")
        assert "bad.json: " in self.failed(here, "check", "plan.json", "bad.json", "--offline")

    def test_no_policy(self, tmp_path: Path) -> None:
        write(tmp_path, plan())
        assert "no policy" in self.failed(tmp_path, "check", "plan.json")

    def test_a_policy_with_a_mistake(self, here: Path) -> None:
        (here / "assay.yaml").write_text(POLICY + "requires: {}\n")
        write(here, plan())
        line = self.failed(here, "check", "plan.json")
        assert "assay.yaml:5:1: unknown key 'requires'" in line
        assert "did you mean 'require'?" in line

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            '{"assay_catalog": 9, "recorded_at": "2026-11-21T00:00:00Z", "places": []}',
            '{"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00", "places": []}',
            json.dumps(RECORDING | {"surprise": 1}),
            json.dumps(RECORDING | {"places": [{"region": "us-east-1"}] * 2}),
            json.dumps(
                RECORDING
                | {
                    "places": [
                        {
                            "region": "us-east-1",
                            "images": {"absent": ["a"], "found": {"a": {"id": "a"}}},
                        }
                    ]
                }
            ),
        ],
    )
    def test_a_damaged_recording(self, here: Path, text: str) -> None:
        (here / "catalog.json").write_text(text)
        write(here, plan(instance("aws_instance.a", MISSING)))
        line = self.failed(here, "check", "plan.json", "--catalog", "catalog.json")
        assert "catalog.json" in line

    def test_wrong_usage(self, here: Path) -> None:
        assert "no such option --formt; did you mean '--format'?" in self.failed(
            here, "check", "plan.json", "--formt", "json"
        )
        assert "Missing argument" in self.failed(here, "check")
        assert "not a date" in self.failed(here, "check", "plan.json", "--as-of", "soon")
        assert "FORMAT=FILE" in self.failed(here, "check", "plan.json", "-o", "report.json")

    def test_a_report_that_cannot_be_written_costs_no_other(self, here: Path) -> None:
        write(here, plan())
        run = command.assay(
            *("check", "plan.json", "-o", "json=none/report.json", "-o", "sarif=report.sarif"),
            cwd=here,
        )
        assert run.code == 2
        assert run.stdout.startswith("PASS no AMI reference")
        assert "none/report.json: cannot be written" in run.stderr
        assert json.loads((here / "report.sarif").read_text())["version"] == "2.1.0"

    def test_nothing_is_written_over_an_input_or_another_report(self, here: Path) -> None:
        write(here, plan())
        before = (here / "plan.json").read_bytes()
        assert "would overwrite plan.json" in self.failed(
            here, "check", "plan.json", "-o", "json=./plan.json"
        )
        assert (here / "plan.json").read_bytes() == before
        line = self.failed(here, "check", "plan.json", "-o", "json=a", "-o", "sarif=a")
        assert "-o a would overwrite another output; name another file" in line

    def test_a_device_is_written_to_and_not_replaced(self, here: Path) -> None:
        write(here, plan())
        os.mkfifo(here / "pipe")
        with ThreadPoolExecutor(1) as pool:
            read = pool.submit((here / "pipe").read_bytes)
            run = command.assay("check", "plan.json", "-o", "json=pipe", cwd=here)
            assert run.code == 0
            assert json.loads(read.result())["outcome"] == "pass"
        assert (here / "pipe").is_fifo()

    def test_debug_shows_the_traceback(self, here: Path) -> None:
        run = command.assay("check", "none.json", "--debug", cwd=here)
        assert run.code == 2
        assert "Traceback" in run.stderr


class TestSettings:
    def test_a_flag_outranks_a_variable_outranks_the_policy_file(self, here: Path) -> None:
        (here / "assay.yaml").write_text(POLICY + "aws: {region: eu-west-1}\n")
        write(here, plan(instance("aws_instance.a", MISSING), region=None))

        def region(*flags: str, **variables: str) -> str:
            run = command.assay(
                "check", "plan.json", "--offline", "--format", "json", *flags,
                cwd=here, env=variables,
            )  # fmt: skip
            found: str = run.report["verdicts"][0]["region"]
            return found

        assert region() == "eu-west-1"
        assert region(ASSAY_REGION="eu-west-2") == "eu-west-2"
        assert region("--region", "eu-west-3", ASSAY_REGION="eu-west-2") == "eu-west-3"

    def test_the_callers_own_region_is_never_taken_by_accident(self, here: Path) -> None:
        write(here, plan(instance("aws_instance.a", MISSING), region=None))
        run = command.assay(
            "check", "plan.json", "--offline", "--format", "json",
            cwd=here, env={"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"},
        )  # fmt: skip
        assert run.rules("undetermined") == {"aws_instance.a": ["unresolved"]}
        assert run.report["verdicts"][0]["region"] is None

    def test_as_of_moves_the_time_of_the_check(
        self, golden: GoldenWorld, server: Server, here: Path
    ) -> None:
        (here / "assay.yaml").write_text(
            POLICY.rstrip() + "\n      max_days_since_watermark_created: 30\n"
        )
        write(here, plan(instance("aws_instance.a", golden.golden)))

        def code(moment: str) -> int:
            return command.assay(
                "check", "plan.json", "--as-of", moment,
                cwd=here, env=talking_to(server.url, WORKLOAD),
            ).code  # fmt: skip

        assert code("2026-11-30T00:00:00Z") == 0
        assert code("2027-03-01") == 1

    @pytest.mark.parametrize(
        ("flags", "variables", "coloured"),
        [
            ((), {}, False),
            ((), {"FORCE_COLOR": "1"}, True),
            ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
            (("--color", "always"), {"NO_COLOR": "1"}, True),
            (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        ],
    )
    def test_colour(
        self, here: Path, flags: tuple[str, ...], variables: dict[str, str], coloured: bool
    ) -> None:
        write(here, plan(instance("aws_instance.a", MISSING)))
        run = command.assay("check", "plan.json", "--offline", *flags, cwd=here, env=variables)
        assert ("\x1b[" in run.stdout) is coloured

    def test_addresses_cannot_write_on_the_terminal(self, here: Path) -> None:
        hostile = 'aws_instance.a["\x1b[2J\u202e\r\n::error::x"]'
        write(here, plan(instance(hostile, MISSING)))
        run = command.assay("check", "plan.json", "--offline", cwd=here)
        assert "\x1b" not in run.stdout
        assert "\u202e" not in run.stdout
        assert "\n::error" not in run.stdout


class TestPolicyCommands:
    def test_validate(self, here: Path) -> None:
        run = command.assay("policy", "validate", "assay.yaml", cwd=here)
        assert (run.code, run.stdout) == (0, "assay.yaml: valid\n")

    def test_validate_explains(self, here: Path) -> None:
        (here / "assay.yaml").write_text("version: 1\ngolden: {watermarks: []}\n")
        run = command.assay("policy", "validate", "assay.yaml", cwd=here)
        assert run.code == 2
        assert "assay.yaml:2:22: golden.watermarks is empty" in run.stderr

    def test_schema(self, here: Path) -> None:
        run = command.assay("policy", "schema", cwd=here)
        Draft7Validator.check_schema(json.loads(run.stdout))


def test_version(here: Path) -> None:
    assert command.assay("--version", cwd=here).stdout == f"assay {assay.__version__}\n"


def test_an_input_counts_the_references_that_have_verdicts(tmp_path: Path) -> None:
    """A rule that is off takes the verdict on the whole plan away; readers count on the numbers."""
    case = Path(__file__).parents[1] / "fixtures" / "deferred"
    for severity in ("error", "off"):
        policy = tmp_path / f"{severity}.yaml"
        policy.write_text(f"{POLICY}rules: {{incomplete-plan: {severity}}}\n")
        run = command.assay(
            *("check", case / "plan.json", "--catalog", case / "catalog.json"),
            *("--policy", policy, "--format", "json"),
            cwd=tmp_path,
        )
        addresses = [verdict["address"] for verdict in run.report["verdicts"]]
        assert ("(whole plan)" in addresses) is (severity == "error")
        assert [each["references"] for each in run.report["inputs"]] == [len(addresses)]
