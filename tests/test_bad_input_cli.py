"""What is given wrongly comes to one line that names it and says what to do, and exit code 2."""

from pathlib import Path

import pytest

from assay import cli
from assay.run import formats
from tests.command import POLICY, assay
from tests.plans import dump, plan
from tests.saved import archive, members

FORMATS = ", ".join(f"'{name}'" for name in formats.FORMATS)
NO_VALUES = "none.tfvars: is not there; --var-file names a file of values, such as prod.tfvars"
TABLE = [
    (("check", "plan.json", "--var-file", "none.tfvars"), NO_VALUES),
    (("check", "plan.json", "--source-root", ".", "--var-file", "none.tfvars"), NO_VALUES),
    (("check", ".", "--offline", "--var-file", "none.tfvars"), NO_VALUES),
    (("record", "plan.json", "-o", "made", "--var-file", "none.tfvars"), NO_VALUES),
    (("check", "-", "--var-file", "none.tfvars"), NO_VALUES),
    (("check", "tfplan", "--var-file", "none.tfvars"), NO_VALUES),
    (("check", "main.tf", "--offline", "--var-file", "none.tfvars"), NO_VALUES),
    (("check", "plan.json", "--source-root", "nope"), "nope: is not a directory; name the root module's directory with --source-root"),
    (("check", "plan.json", "--source-root", "assay.yaml"), "assay.yaml: is not a directory; name"),
    (("check", "plan.json", "--source-root", "folder"), "folder: contains no Terraform code; name"),
    (("check", "plan.json", "--var-file", "folder"), "folder: is a directory; --var-file names a file of values"),
    (("check", "plan.json", "--policy", "-"), "assay: standard input: empty; a policy starts with: version: 1"),
    (("check", "-", "--policy", "-"), "assay: standard input can be read only once"),
    (("check", "plan.json", "--policy", "-", "--catalog", "-"), "assay: standard input can be read only once"),
    (("record", "-", "--policy", "-", "-o", "made"), "assay: standard input can be read only once"),
    (("check", "plan.json", "--catalog", "main.tf"), "main.tf: not a recorded catalogue: empty; write one with: assay record"),
    (("check", "plan.json", "--var-file", ""), "--var-file names nothing; is a variable not set?"),
    (("check", "tfplan", "--terraform", ""), "assay: --terraform names nothing; is a variable not set?"),
    (("check", "tfplan", "--terraform", "tf-1"), "a saved plan, which needs tf-1, but it is not on PATH; name it with"),
    (("check", "plan.json", "--timeout", "0"), "'0' is not more than 0 and at most 86400 seconds, such as 60"),
    (("check", "plan.json", "--timeout", "nan"), "'nan' is not more than 0 and at most 86400 seconds, such as 60"),
    (("check", "plan.json", "--timeout", "soon"), "'--timeout': 'soon' is not a number of seconds, such as 60"),
    (("inventory", "--timeout", ""), "'--timeout': '' is not a number of seconds, such as 60"),
    (("check", "plan.json", "-o", "json=assay.yaml"), "-o assay.yaml would overwrite assay.yaml; name another file"),
    (("check", "plan.json", "--record", "plan.json"), "would overwrite plan.json; name another file"),
    (("check", "plan.json", "--policy", "tab.yaml"), "tab.yaml:3:1: not valid YAML: "),
    (("check", "plan.json", "--policy", "tab.yaml"), "there is a tab: indent YAML with spaces"),
    (("check", "plan.json", "--policy", "text.yaml"), "text.yaml:1:1: the document must be a mapping; for example version: 1"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "told"), TABLE)
def test_one_line_says_what_is_wrong_and_what_to_do(
    line: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "tab.yaml").write_text("version: 1\ngolden:\n\twatermarks: x\n")
    (tmp_path / "text.yaml").write_text("just text\n")
    (tmp_path / "main.tf").write_text("")
    (tmp_path / "tfplan").write_bytes(archive(members()))
    (tmp_path / "folder").mkdir()
    (tmp_path / "plan.json").write_bytes(dump(plan()))
    run = assay(*line, cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert told in run.stderr


@pytest.mark.parametrize("name", ["assay.yml", ".assay.json"])
def test_a_policy_of_a_similar_name_is_pointed_out(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(POLICY)
    (tmp_path / "plan.json").write_bytes(dump(plan()))
    run = assay("check", "plan.json", cwd=tmp_path)
    what = f"there is no policy: assay.yaml is not in this directory, but {name} is"
    assert (run.code, run.stderr) == (2, f"assay: {what}; use --policy {name}\n")


def test_a_current_directory_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert cli.run(["check", ".", "--policy", f"{tmp_path}/assay.yaml"]) == 2
    told = "assay: the current directory has been removed; change to another one\n"
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ASSAY_QUIET", "maybe", "'maybe' is neither 1 nor 0"),
        ("ASSAY_TIMEOUT", "0", "'0' is not more than 0 and at most 86400 seconds, such as 60"),
        ("ASSAY_REGION", "here", "'here' is not a Region such as us-east-1"),
        ("ASSAY_FORMAT", "jsn", f"'jsn' is not one of {FORMATS}. Did you mean 'json'?"),
        ("ASSAY_AS_OF", "soon", "'soon' is not a date or time such as 2026-11-21T00:00:00Z"),
    ],
)
def test_a_variable_is_named_and_not_the_option_that_nobody_wrote(
    name: str, value: str, told: str, tmp_path: Path
) -> None:
    run = assay("check", "plan.json", cwd=tmp_path, env={name: value})
    assert (run.code, run.stderr) == (2, f"assay: Invalid value for {name}: {told}\n")
