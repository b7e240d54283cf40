"""Saved plans of the real Terraform: the code in them is the code that was planned."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.errors import InputError
from assay.inputs.saved.plan import read_saved_plan

CODE = {
    "main.tf": """
        module "web" { source = "./modules/web" }
        module "many" {
          for_each = toset(["a", "b.c"])
          source   = "./modules/web"
        }
        module "outside" { source = "../shared" }
        """,
    "more.tf.json": '{"resource": {"terraform_data": {"json": {}}}}',
    "main_override.tf": 'resource "terraform_data" "json" { input = 1 }',
    ".hidden.tf": "not code",
    "left.tf~": "not code",
    "terraform.tfvars": "",
    "modules/web/main.tf": 'module "disk" { source = "./disk dir" }',
    "modules/web/disk dir/é.tf": 'resource "terraform_data" "disk" {}',
    "../shared/shared.tf": 'resource "terraform_data" "shared" {}',
}


@pytest.fixture(scope="session")
def planned(terraform_alone: Callable[..., int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with CODE and `tfplan`, the plan of it."""
    root = tmp_path_factory.mktemp("saved") / "root"
    for name, text in CODE.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert terraform_alone(root, "init") == 0
    assert terraform_alone(root, "plan", "-out=tfplan") == 0
    return root


def test_the_code_is_the_code_that_was_planned(planned: Path) -> None:
    saved = read_saved_plan("tfplan", (planned / "tfplan").read_bytes())
    assert saved is not None
    assert saved.code is not None
    assert set(saved.code.modules) == {
        (), ("web",), ("web", "disk"), ("many",), ("many", "disk"), ("outside",)
    }  # fmt: skip
    files = dict(each for module in saved.code.modules for each in saved.code.of(module))
    wanted = {name: text for name, text in CODE.items() if name.endswith((".tf", ".json"))}
    assert {name: data.decode() for name, data in files.items()} == {
        name: text for name, text in wanted.items() if name != ".hidden.tf"
    }
    assert b"terraform init" in saved.lock


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
