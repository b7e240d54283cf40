"""`assay record` as a user runs it: what it writes, and for whose eyes."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import Server, serve
from tests.emulator.faults import Refusing
from tests.plans import dump, instance, plan
from tests.worlds import REGION, WORKLOAD, GoldenWorld

SECRET = "hunter2"


@pytest.fixture
def here(tmp_path: Path, golden: GoldenWorld) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    put(tmp_path, golden.golden)
    return tmp_path


@pytest.fixture
def open_handed() -> Iterator[None]:
    """What is made is anybody's to read and to write, unless its maker says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def put(here: Path, *images: str) -> None:
    """A plan that launches these images."""
    resources = [instance(f"aws_instance.i{n}", image) for n, image in enumerate(images)]
    (here / "plan.json").write_bytes(dump(plan(*resources)))


def assay(here: Path, server: Server, *arguments: str, **variables: str) -> Run:
    environment = talking_to(server.url, WORKLOAD) | {"AWS_MAX_ATTEMPTS": "1"} | variables
    return command.assay(*arguments, cwd=here, env=environment)


def record(here: Path, server: Server, *arguments: str, **variables: str) -> Run:
    return assay(here, server, "record", "plan.json", "-o", "c.json", *arguments, **variables)


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


# --------------------------------------------------------------------------------- private


def test_a_parameter_that_is_no_image_is_not_written_down(
    golden: GoldenWorld, server: Server, here: Path
) -> None:
    golden.world.put_parameter(WORKLOAD, REGION, "/prod/db/password", SECRET)
    put(here, "resolve:ssm:/prod/db/password", golden.golden)
    assert record(here, server).code == 0
    assert server.calls("GetParameters")
    assert SECRET not in (here / "c.json").read_text()
    live = assay(here, server, "check", "plan.json", "--format", "json")
    again = assay(here, server, "check", "plan.json", "--format", "json", "--catalog", "c.json")
    assert again.report["verdicts"] == live.report["verdicts"]
    assert again.outcomes() == {"aws_instance.i0": "undetermined", "aws_instance.i1": "pass"}
    assert "/prod/db/password does not contain an AMI id" in again.stdout
    assert SECRET not in live.stdout + live.stderr + again.stdout + again.stderr


@pytest.mark.usefixtures("open_handed")
def test_a_recording_is_its_owners_alone_and_a_report_is_the_next_steps(
    here: Path, server: Server
) -> None:
    (here / "c.json").write_text("an earlier one, for all to read")
    assert mode(here / "c.json") == "0o666"
    assert record(here, server, ASSAY_CACHE_DIR=str(here / "cache")).code == 0
    assert mode(here / "c.json") == "0o600"
    kept = [path for path in (here / "cache").rglob("*") if path.is_file()]
    assert kept
    assert {mode(path) for path in kept} == {"0o600"}
    assert {mode(path.parent) for path in kept} == {"0o700"}
    assert assay(here, server, "check", "plan.json", "-o", "json=report.json").code == 0
    assert mode(here / "report.json") == "0o666"
    assert sorted(path.name for path in here.iterdir()) == [
        "assay.yaml", "c.json", "cache", "plan.json", "report.json",
    ]  # fmt: skip


def test_what_cannot_be_written_leaves_no_part_of_it(here: Path, server: Server) -> None:
    (here / "c.json" / "in the way").mkdir(parents=True)
    run = record(here, server)
    assert run.code == 2
    assert "c.json: cannot be written" in run.stderr
    assert sorted(path.name for path in here.iterdir()) == ["assay.yaml", "c.json", "plan.json"]


# ------------------------------------------------------------------ questions without an answer


@pytest.fixture
def refusing() -> Refusing:
    return Refusing()


@pytest.fixture
def unsure(golden: GoldenWorld, refusing: Refusing) -> Iterator[Server]:
    """A server that may refuse."""
    with serve(golden.world, refusing) as running:
        yield running


def test_a_recording_says_how_many_questions_were_answered(here: Path, server: Server) -> None:
    run = record(here, server)
    assert (run.code, run.stdout) == (0, "")
    # Who asks, the image, its base, and Allowed AMIs.
    assert run.stderr == "assay: c.json: 4 questions, all of them answered\n"
    put(here)
    run = record(here, server)
    assert (run.code, run.stderr) == (0, "assay: c.json: 0 questions, all of them answered\n")


def test_questions_without_an_answer_are_counted_and_told(
    here: Path, unsure: Server, refusing: Refusing
) -> None:
    refusing.operations = {"GetAllowedImagesSettings"}
    run = record(here, unsure)
    assert (run.code, run.stdout) == (3, "")
    assert run.stderr.splitlines() == [
        "assay: c.json: 1 of 4 questions got no answer",
        (
            "assay: 1 got no answer: ec2:GetAllowedImagesSettings in us-east-1: denied "
            "(UnauthorizedOperation); the reader needs ec2:GetAllowedImagesSettings"
        ),
    ]
    again = assay(here, unsure, "check", "plan.json", "--catalog", "c.json")
    assert again.code == 0, "this policy does not ask for these settings"


def test_where_nothing_is_answered_there_is_no_recording_to_speak_of(
    here: Path, unsure: Server, refusing: Refusing
) -> None:
    refusing.operations = {
        "GetCallerIdentity", "DescribeImages", "GetImageAncestry", "GetAllowedImagesSettings",
    }  # fmt: skip
    run = record(here, unsure)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith("assay: c.json: none of 2 questions got an answer\n")
    again = assay(here, unsure, "check", "plan.json", "--catalog", "c.json")
    assert again.code == 3
    assert "denied (UnauthorizedOperation)" in again.stdout, "it says why, and nothing else"
    refusing.operations = set()
    assert record(here, unsure).code == 0
    good = (here / "c.json").read_bytes()
    refusing.operations = {"GetCallerIdentity", "DescribeImages", "GetAllowedImagesSettings"}
    run = record(here, unsure)
    assert run.code == 2
    assert "c.json was not replaced" in run.stderr
    assert (here / "c.json").read_bytes() == good


def test_a_good_recording_is_not_replaced_by_a_worse_one_without_force(
    golden: GoldenWorld, here: Path, unsure: Server, refusing: Refusing
) -> None:
    assert record(here, unsure).code == 0
    good = (here / "c.json").read_bytes()
    for refused in ({"DescribeImages"}, {"GetCallerIdentity"}, {"GetAllowedImagesSettings"}):
        refusing.operations = refused
        run = record(here, unsure)
        assert run.code == 3, refused
        assert "c.json was not replaced, because it has " in run.stderr
        assert "use --force to replace it" in run.stderr
        assert (here / "c.json").read_bytes() == good
    forced = record(here, unsure, "--force")
    assert forced.code == 3
    assert "kept as it was" not in forced.stderr
    assert (here / "c.json").read_bytes() != good


def test_credentials_that_answer_nothing_leave_a_recording_as_it_is(
    here: Path, server: Server
) -> None:
    assert record(here, server).code == 0
    good = (here / "c.json").read_bytes()
    run = record(here, server, "--force", AWS_ACCESS_KEY_ID="", AWS_EC2_METADATA_DISABLED="true")
    assert run.code == 2
    assert "no usable AWS credentials" in run.stderr
    assert (here / "c.json").read_bytes() == good


def test_what_is_not_worse_takes_its_place(
    golden: GoldenWorld, here: Path, unsure: Server, refusing: Refusing
) -> None:
    refusing.operations = {"GetAllowedImagesSettings"}
    assert record(here, unsure).code == 3
    put(here, golden.copy())  # another plan, of which as little is known
    run = record(here, unsure)
    assert run.code == 3
    assert "kept as it was" not in run.stderr
    refusing.operations = set()
    put(here)  # one that asks nothing any more
    assert record(here, unsure).code == 0
    put(here, golden.golden)
    refusing.operations = {"GetAllowedImagesSettings"}
    assert "kept as it was" not in record(here, unsure).stderr, "it answers more than before"


@pytest.mark.parametrize("there", ["no recording", '{"assay_catalog": 9, "places": []}', ""])
def test_what_is_no_recording_has_no_answers_to_lose(
    here: Path, unsure: Server, refusing: Refusing, there: str
) -> None:
    (here / "c.json").write_text(there)
    refusing.operations = {"GetAllowedImagesSettings"}
    assert record(here, unsure).code == 3
    assert assay(here, unsure, "check", "plan.json", "--catalog", "c.json").code == 0


# ------------------------------------------------------------------------------------- age


@pytest.fixture
def dated(here: Path, server: Server) -> Callable[[str], Path]:
    """A recording as of some time."""
    assert record(here, server).code == 0

    def at(time: str) -> Path:
        content = json.loads((here / "c.json").read_text())
        (here / "c.json").write_text(json.dumps(content | {"recorded_at": time}))
        return here

    return at


def by_recording(here: Path, *arguments: str, **variables: str) -> Run:
    line = ("check", "plan.json", "--catalog", "c.json", *arguments)
    return command.assay(*line, cwd=here, env=variables)


RECORDED = "2026-11-21T00:00:00Z"


@pytest.mark.parametrize(
    ("as_of", "max_age", "passes"),
    [
        ("2026-11-28T00:00:00Z", "7d", True),
        ("2026-11-28T00:00:01Z", "7d", False),
        ("2026-11-28T00:00:01Z", "1w", False),
        ("2026-11-21T12:00:00Z", "12h", True),
        ("2026-11-21T12:01:00Z", "719m", False),
        ("2026-11-21T00:01:01Z", "60s", False),
        ("2027-11-21T00:00:00Z", "", True),
        ("2026-11-20T23:57:00Z", "7d", True),
        ("2026-11-20T23:54:00Z", "7d", False),
        ("2026-11-20T23:54:00Z", "", True),
    ],
)
def test_a_recording_that_is_too_old_is_refused(
    dated: Callable[[str], Path], as_of: str, max_age: str, passes: bool
) -> None:
    here = dated(RECORDED)
    variables = {"ASSAY_MAX_AGE": "1s"} if max_age.endswith("d") else {}
    flags = ("--max-age", max_age) if max_age else ()
    run = by_recording(here, "--as-of", as_of, *flags, **variables)
    assert run.code == (0 if passes else 2)
    if not passes:
        assert run.stdout == ""
        word = "expired" if as_of > RECORDED else "from-the-future"
        assert run.stderr.startswith(f"assay: c.json: {word}: recorded 2026-11-21 00:00 UTC, ")
        assert "assay record" in run.stderr
        assert len(run.stderr.splitlines()) == 1


def test_the_limit_can_stand_in_the_environment(dated: Callable[[str], Path]) -> None:
    here = dated(RECORDED)
    for as_of, code in (("2026-11-27", 0), ("2026-11-29", 2)):
        assert by_recording(here, "--as-of", as_of, ASSAY_MAX_AGE="7d").code == code


def test_other_commands_that_read_a_recording_hold_to_it(
    golden: GoldenWorld, dated: Callable[[str], Path]
) -> None:
    here = dated("2020-01-01T00:00:00Z")
    for line in (("trace", golden.golden), ("explain", golden.golden)):
        place = (*line, "--region", REGION, "--catalog", "c.json")
        assert command.assay(*place, cwd=here).code == 0
        assert "expired" in command.assay(*place, "--max-age", "7d", cwd=here).stderr


@pytest.mark.parametrize(
    ("as_of", "age"),
    [
        ("2026-11-21T00:00:59Z", "less than a minute old"),
        ("2026-11-21T00:01:00Z", "1 minute old"),
        ("2026-11-21T05:59:00Z", "5 hours old"),
        ("2026-11-24T00:00:00Z", "3 days old"),
        ("2026-11-18T00:00:00Z", "3 days later than the time of judgement"),
    ],
)
def test_the_age_is_shown(dated: Callable[[str], Path], as_of: str, age: str) -> None:
    here = dated("2026-11-21T01:00:00+01:00")
    run = by_recording(here, "--as-of", as_of, "--color", "never")
    assert f"answers from: a catalogue recorded 2026-11-21 00:00 UTC, {age} (SHA-256 " in run.stdout


def test_a_recording_of_the_future_is_told(dated: Callable[[str], Path]) -> None:
    here = dated("2999-01-01T00:00:00Z")
    run = by_recording(here)
    assert run.code == 0
    assert run.stderr.startswith("assay: c.json: recorded 2999-01-01 00:00 UTC, ")
    assert run.stderr.endswith(" later than the time of judgement; check the clock\n")
    assert by_recording(here, "--max-age", "9999w").code == 2


@pytest.mark.parametrize(
    "text", ["", "7", "d", "0d", "-1d", "1.5d", "7 days", "7D", "٣d", "999999999d"]
)
def test_what_is_no_duration_is_refused(here: Path, text: str) -> None:
    run = by_recording(here, "--max-age", text)
    assert run.code == 2
    assert "--max-age" in run.stderr
