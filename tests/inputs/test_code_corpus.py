"""The code of real projects, read as it stands: no traceback, nothing silent, and every line right.

The corpus lies beside this repository, not in it. What must be told of is found by a pattern of this
file, which knows how resources begin and how braces balance, and no HCL.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.errors import InputError
from assay.inputs.plan.plan import Source
from assay.inputs.terraform.directory import Code
from assay.kept import Kept
from assay.model import AmiId, AmiReference, Incomplete, Kind
from tests.command import POLICY
from tests.inputs.test_corpus import run_here

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
FOLDERS = sorted(
    {path.parent for name in ("hcl", "local") for path in (CORPUS / name).rglob("*.tf")}
)

pytestmark = pytest.mark.skipif(
    not FOLDERS, reason="NOT TESTED with the corpus: shared/corpus is not on this machine"
)

NAMED = {
    "aws_instance": "ami",
    "aws_spot_instance_request": "ami",
    "aws_launch_template": "image_id",
    "aws_launch_configuration": "image_id",
    "aws_ami_copy": "source_ami_id",
    "awscc_ec2_instance": "image_id",
}
"""The types whose image is an argument of their own."""


REFUSED = {
    "example": ("example.tf:236:3", "invalid.tf:1:"),
    "awscc_autoscaling_auto_scaling_group": ("example1.tf:", "example2.tf:"),
}
"""Folders that Terraform refuses: what is no code, and examples of one folder that name one thing twice."""


@pytest.fixture(scope="module")
def code() -> Code:
    return Code(Kept(None))


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policy") / "assay.yaml"
    path.write_text(POLICY)
    return path


def read(code: Code, folder: Path) -> Source:
    return code.source(str(folder), kinds=list(Kind), region=None)


def name_of(folder: Path) -> str:
    return str(folder.relative_to(CORPUS))


each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=name_of)


@each_folder
def test_code_is_read_and_only_broken_files_are_errors(code: Code, folder: Path) -> None:
    source = read(code, folder)
    broken = REFUSED.get(folder.name, ())
    assert all(isinstance(error, InputError) for error in source.errors)
    found = [str(error.where).rpartition("/")[2] for error in source.errors]
    assert all(any(name.startswith(each) for each in broken) for name in found), found
    assert source.facts.references == len(source.references)


@each_folder
def test_the_command_ends_with_a_report(
    folder: Path,
    policy: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
    done = run_here("check", "--offline", "--policy", policy, "--format", "json", folder)
    assert done.code in range(4)
    assert "Traceback" not in done.stdout + done.stderr
    assert "internal error" not in done.stderr
    assert done.report["schema_version"] == 1
    assert (done.code == 2) == (folder.name in REFUSED)
    if done.report["verdicts"]:
        assert done.code != 0  # offline nothing can be proven


@each_folder
def test_each_reference_stands_at_the_line_that_says_it(code: Code, folder: Path) -> None:
    for reference in read(code, folder).references:
        if reference.address.startswith("("):
            continue
        assert reference.file is not None, reference.address
        assert reference.line is not None, reference.address
        lines = Path(reference.file).read_text(encoding="utf-8").splitlines()
        assert says(lines[reference.line - 1], reference), (
            reference.address,
            reference.file,
            reference.line,
        )


def says(line: str, reference: AmiReference) -> bool:
    """Whether a line begins with a word of the attribute's path, or with the block around it."""
    path = [re.sub(r"\[.*?\]", "", step) for step in reference.attribute.split(".")]
    words = {*path, "resource", "module", "dynamic"}
    found = re.match(r'\s*"?([\w-]+)', line)
    if found is None or found[1] not in words:
        return False
    if found[1] in ("resource", "module"):
        name = re.sub(r"\[.*?\]", "", reference.address)
        return any(f'"{step}"' in line or f" {step} " in line for step in name.split("."))
    return True


@each_folder
def test_each_literal_image_is_told_of_with_its_line(code: Code, folder: Path) -> None:
    """An AMI id that stands in the argument where a resource has its image is in the references."""
    source = read(code, folder)
    if any(str(error.where).startswith(str(folder)) for error in source.errors):
        return
    told = {
        (reference.file, reference.line, str(reference.value))
        for reference in source.references
        if isinstance(reference.value, AmiId)
    }
    expected = {
        (str(path), line, image)
        for path in folder.glob("*.tf")
        for line, image in literals(path.read_text(encoding="utf-8"))
    }
    assert not expected - told


def literals(text: str) -> Iterator[tuple[int, str]]:
    """The line and the AMI id of each plain image in a resource that has one instance."""
    for head in re.finditer(
        r'^resource "(\w+)" "[\w-]+" \{\n((?:(?!^\}).*\n)*)', text, re.MULTILINE
    ):
        wanted = NAMED.get(head[1])
        if wanted is None or re.search(r"^\s*(count|for_each)\s*=", head[2], re.MULTILINE):
            continue
        for found in re.finditer(rf'^  {wanted}\s*=\s*"(ami-(?:[0-9a-f]{{17}}|[0-9a-f]{{8}}))"$', head[2], re.MULTILINE):  # fmt: skip
            yield text.count("\n", 0, head.start(2) + found.start()) + 1, found[1]


@each_folder
def test_each_resource_that_launches_has_a_reference(code: Code, folder: Path) -> None:
    """Of a resource with an image of its own, something is told: silence would be a pass."""
    source = read(code, folder)
    if any(str(error.where).startswith(str(folder)) for error in source.errors):
        return
    told = {re.sub(r"\[.*?\]", "", reference.address) for reference in source.references}
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.tf"))
    for head in re.finditer(
        r'^resource "(\w+)" "([\w-]+)" \{\n((?:(?!^\}).*\n)*)', text, re.MULTILINE
    ):
        wanted = NAMED.get(head[1])
        if wanted and re.search(rf"^  {wanted}\s*=", head[3], re.MULTILINE):
            counted = re.search(r"^  (count|for_each)\s*=", head[3], re.MULTILINE)
            assert counted or f"{head[1]}.{head[2]}" in told, head[2]


def test_modules_whose_code_is_not_there_are_told_of(code: Code) -> None:
    incomplete = 0
    for folder in FOLDERS:
        text = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.tf"))
        references = read(code, folder).references
        told = [
            name.strip("., ")
            for each in references
            if isinstance(each.value, Incomplete)
            for name in (each.address, *each.value.reason.split())
        ]
        one_for_all = [each for each in references if each.attribute == "source"]
        assert len(one_for_all) <= 1
        if folder.name == "example":
            continue
        for name, source in re.findall(r'^module "?([\w-]+)"? \{\n(?:\s*#.*\n)*\s*source\s*=\s*"([^".][^"]*)"', text, re.MULTILINE):  # fmt: skip
            assert f"module.{name}" in told, (folder, source)
            incomplete += 1
    assert incomplete > 20


def test_reading_again_from_what_was_kept_says_the_same(code: Code, tmp_path: Path) -> None:
    for folder in FOLDERS:
        first = read(code, folder)
        for _ in ("cold", "warm"):
            again = Code(Kept(tmp_path / "kept"))
            again.expressions = code.expressions
            source = read(again, folder)
            assert (source.facts, source.references) == (first.facts, first.references)


def test_the_corpus_has_what_these_tests_are_about(code: Code) -> None:
    references = [each for folder in FOLDERS for each in read(code, folder).references]
    assert len(FOLDERS) > 35
    assert sum(isinstance(each.value, AmiId) for each in references) > 30
    assert len({each.resource_type for each in references}) > 15
    assert len({each.file for each in references}) > 30
