"""Installed modules: read where they are what the code asks for, and else said to be not there."""

import subprocess
from pathlib import Path

import pytest

from assay.inputs.terraform.project.committed import is_committed_below
from tests.inputs.manifests import ADMITTED, CHANGED, EXCLUDED, REGISTRY, SAME, call, manifest
from tests.inputs.test_code import ONE, Read, check, instance, told

JSON = ".terraform/modules/modules.json"
CODE = ".terraform/modules/m/main.tf"
GIT = "git::https://example.com/web.git?ref=v1"
HERE = {"module.m.aws_instance.a ami": ONE}
AWAY = {"module.m source": "incomplete"}


def files(called: str, recorded: str) -> dict[str, str]:
    return {"main.tf": called, JSON: recorded, CODE: instance("a", f'"{ONE}"')}


@pytest.mark.parametrize(("source", "recorded"), SAME)
def test_a_module_is_read_where_its_source_is_the_one_that_was_installed(
    read: Read, source: str, recorded: str
) -> None:
    assert told(read(files(call(source), manifest(recorded)))) == HERE


@pytest.mark.parametrize(("source", "recorded"), CHANGED)
def test_of_another_source_the_code_is_not_there(read: Read, source: str, recorded: str) -> None:
    assert told(read(files(call(source), manifest(recorded)))) == AWAY


@pytest.mark.parametrize(("constraint", "version"), ADMITTED)
def test_a_version_that_the_call_lets_through_is_read(
    read: Read, constraint: str | None, version: str
) -> None:
    code = files(call("a/b/aws", constraint), manifest(REGISTRY, version))
    assert told(read(code)) == HERE


@pytest.mark.parametrize(("constraint", "version"), EXCLUDED)
def test_of_another_version_the_code_is_not_there(
    read: Read, constraint: str, version: str
) -> None:
    code = files(call("a/b/aws", constraint), manifest(REGISTRY, version))
    assert told(read(code)) == AWAY


@pytest.mark.parametrize(
    "recorded",
    [
        "",
        "{}",
        '{"Modules": []}',
        '{"Modules": [{"Key": "", "Source": "", "Dir": "."}]}',
        manifest(GIT).replace('"m"', '"n"'),
        manifest(GIT).replace("]}", ', {"Key": "m", "Source": "x", "Dir": "."}]}'),
        manifest(GIT, directory="elsewhere"),
        manifest(GIT, directory=".terraform/modules/../../elsewhere"),
        manifest(GIT, directory=".terraform/modules/link"),
        manifest(GIT, directory=".terraform/modules"),
        manifest(GIT, directory="/"),
    ],
)
def test_a_manifest_that_proves_nothing_is_none(read: Read, tmp_path: Path, recorded: str) -> None:
    code = files(call(GIT), recorded)
    for name in ("elsewhere", ".terraform/modules"):
        code[f"{name}/main.tf"] = instance("a", f'"{ONE}"')
    (tmp_path / ".terraform" / "modules").mkdir(parents=True)
    (tmp_path / ".terraform" / "modules" / "link").symlink_to(tmp_path / "elsewhere")
    words = told(read(code))
    assert words["module.m source"] == "incomplete"
    assert "module.m.aws_instance.a ami" not in words


def test_the_cure_says_what_is_wrong(read: Read) -> None:
    read(files(call(f"{GIT}2"), manifest(GIT)))
    [verdict] = check(".").report["verdicts"]
    [result] = verdict["results"]
    assert "run terraform init again" in result["fix"]
    assert "a different source or version" in result["fix"]


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("where", ["", "live/prod"])
def test_a_manifest_that_somebody_has_committed_proves_nothing(
    read: Read, tmp_path: Path, version: str, where: str
) -> None:
    root = where or "."
    code = {f"{root}/{name}": text for name, text in files(call(GIT), manifest(GIT)).items()}
    code["other/.terraform/modules/modules.json"] = "{}"
    assert told(read(code, root)) == HERE

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-f", "other", f"{root}/main.tf")
    git("update-index", "--index-version", version)
    assert told(read({}, root)) == HERE
    git("add", "-f", f"{root}/{JSON}")
    if version == "3":  # which git writes only where an entry needs it
        git("add", "-N", "-f", f"{root}/{CODE}")
    assert told(read({}, root)) == AWAY


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_what_is_committed_below_a_directory_is_found(tmp_path: Path, version: str) -> None:
    names = ("code/.terraform/modules/a", "other/code/.terraform/p", "code/.terraformed/p", "z")
    provider = "code/.terraform/providers/aws/program"
    for name in (*names, provider):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    def below(directory: str = "code/.terraform") -> bool:
        return is_committed_below(tmp_path / directory, "modules")

    assert not below()
    git("init", "-q")
    git("add", *names)
    git("update-index", "--index-version", version)
    assert not below()
    assert below("other/code/.terraform")
    git("add", *(("-N",) if version == "3" else ()), provider)
    assert below()
    git("rm", "-q", "-r", "--cached", "code/.terraform")
    assert not below()
    (tmp_path / "link").symlink_to("code/.terraform")
    assert not below("link")
    git("add", "link")
    assert below("link")


@pytest.mark.parametrize("directory", ["\0", ".terraform/modules/m\0", "\ud800", "m" * 5000])
def test_a_manifest_that_names_no_directory_is_no_proof(read: Read, directory: str) -> None:
    assert told(read(files(call(GIT), manifest(GIT, directory=directory)))) == AWAY


ENDLESS = Path("/dev/zero")


@pytest.mark.skipif(not ENDLESS.exists(), reason="nothing here has no end")
def test_a_manifest_without_an_end_is_none(read: Read) -> None:
    Path(JSON).parent.mkdir(parents=True)
    Path(JSON).symlink_to(ENDLESS)
    assert told(read(call(GIT))) == AWAY


@pytest.mark.skipif(not ENDLESS.exists(), reason="nothing here has no end")
def test_a_file_of_values_without_an_end_is_refused(read: Read) -> None:
    Path("terraform.tfvars").symlink_to(ENDLESS)
    [broken] = read(instance("a", f'"{ONE}"')).errors
    assert "is larger than 2 MB" in str(broken)
