"""Saved plans of the real Terraform: the code in them is the code that was planned."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.errors import InputError
from assay.inputs.saved.plan import read_saved_plan
from assay.inputs.terraform.as_plan.lines import Locator
from assay.inputs.terraform.project.files import OPENTOFU, FileReader
from assay.inputs.terraform.project.modules import CodeReader
from assay.inputs.terraform.project.paths import joined
from assay.inputs.terraform.project.trees import Planned
from assay.kept import Kept

CODE = {
    "main.tf": """
        module "web" { source = "./modules/web" }
        module "many" {
          for_each = toset(["a", "b.c"])
          source   = "./modules/web"
        }
        module "outside" { source = "../shared" }
        module "linked" { source = "./linked" }
        module "far" {
          source = "git::file://HERE/far//inner"
        }
        """,
    "more.tf.json": '{"resource": {"terraform_data": {"json": {}}}}',
    "main_override.tf": 'resource "terraform_data" "json" { input = 1 }',
    ".hidden.tf": "not code",
    "left.tf~": "not code",
    "terraform.tfvars": "",
    "modules/web/main.tf": 'module "disk" { source = "./disk dir" }',
    "modules/web/disk dir/é.tf": """
        resource "terraform_data" "disk" {
          # assay:ignore[unmarked] reason="a lab"
          input = 1
        }
        """,
    "../shared/shared.tf": 'resource "terraform_data" "shared" {}',
}
FAR = 'resource "terraform_data" "far" { input = 1 }'
"""The code of a module that is fetched."""


@pytest.fixture(scope="session")
def planned(terraform_alone: Callable[..., int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with CODE and `tfplan`, the plan of it."""
    top = tmp_path_factory.mktemp("saved")
    root, far = top / "root", top / "far"
    for name, text in {**CODE, "../far/inner/far.tf": FAR}.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("HERE", str(top)), encoding="utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    (root / "linked").symlink_to("modules/web/disk dir")
    for arguments in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "far")):
        subprocess.run(["git", *arguments], cwd=far, check=True)
    assert terraform_alone(root, "init") == 0
    assert terraform_alone(root, "plan", "-out=tfplan") == 0
    return root


def test_the_code_is_the_code_that_was_planned(planned: Path) -> None:
    saved = read_saved_plan("tfplan", (planned / "tfplan").read_bytes())
    assert saved is not None
    assert saved.code is not None
    assert set(saved.code.modules) == {
        (), ("web",), ("web", "disk"), ("many",), ("many", "disk"), ("outside",), ("far",), ("linked",)
    }  # fmt: skip
    files = dict(each for module in saved.code.modules for each in saved.code.of(module))
    wanted = {name: text for name, text in CODE.items() if name.endswith((".tf", ".json"))}
    assert files.pop(".terraform/modules/far/inner/far.tf").decode() == FAR
    assert {name: data.decode() for name, data in files.items()} == {
        name: text.replace("HERE", str(planned.parent))
        for name, text in wanted.items()
        if name != ".hidden.tf"
    }
    assert b"terraform init" in saved.lock


@pytest.mark.parametrize("root", [".", "live/prod"])
def test_lines_are_found_without_a_file_of_the_code(planned: Path, root: str) -> None:
    """A line of a module that was fetched is nobody's to change: the call is what counts."""
    saved = read_saved_plan("tfplan", (planned / "tfplan").read_bytes())
    assert saved is not None
    assert saved.code is not None
    reader = CodeReader(FileReader(Kept(None), Planned(saved.code, root)), OPENTOFU)
    locator = Locator(reader, root)
    wanted = {
        "module.web.module.disk.terraform_data.disk": ("modules/web/disk dir/é.tf", 4),
        'module.many["b.c"].module.disk.terraform_data.disk': ("modules/web/disk dir/é.tf", 4),
        "module.outside.terraform_data.shared": ("../shared/shared.tf", 1),
        "terraform_data.json": ("main_override.tf", 1),
        "module.far.terraform_data.far": ("main.tf", 9),
        "module.linked.terraform_data.disk": ("modules/web/disk dir/é.tf", 4),
    }
    for address, (file, line) in wanted.items():
        found = locator.find(address, "input")
        assert found is not None, address
        assert found.spot == (joined(root, file), line), address
    file = joined(root, "modules/web/disk dir/é.tf")
    assert [each.text for each in locator.comments(file)]
    assert locator.find("module.none.terraform_data.x", "input") is None


def test_members_are_read_as_zipfile_reads_them(planned: Path) -> None:
    data = (planned / "tfplan").read_bytes()
    saved = read_saved_plan("tfplan", data)
    assert saved is not None
    assert saved.code is not None
    with zipfile.ZipFile(io.BytesIO(data)) as referee:
        theirs = {name: referee.read(name) for name in referee.namelist()}
    for module, directory in saved.code.modules.items():
        for name, content in saved.code.files[directory].items():
            assert theirs.pop(f"tfconfig/m-{'.'.join(module)}/{name}") == content
    assert theirs.keys() == {
        "tfplan", "tfstate", "tfstate-prev", "tfconfig/modules.json", ".terraform.lock.hcl"
    }  # fmt: skip


def test_no_cut_plan_is_read(planned: Path) -> None:
    data = (planned / "tfplan").read_bytes()
    for end in range(2, len(data)):
        with pytest.raises(InputError):
            read_saved_plan("tfplan", data[:end])
