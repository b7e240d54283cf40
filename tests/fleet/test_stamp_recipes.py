"""The recipes for `assay stamp`, run: Packer's manifest, Terraform's module, Image Builder's recipe."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from tests.command import talking_to
from tests.emulator import Server, serve
from tests.fleet.test_stamp import DUBLIN, POLICY
from tests.worlds import PIPELINE, REGION, GoldenWorld

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / ".github" / "examples" / "stamp"
RUN, BEFORE = "ff7a6a3f-ac8a-4b2e-9c1d-0f3f8a0b7c11", "0e0a3c1e-6f6c-4d1a-8d86-96f7a2ad3b12"
KEY = f"{PIPELINE}:golden-web"


@pytest.fixture(name="world")
def _world() -> GoldenWorld:
    return GoldenWorld()


@pytest.fixture(name="server")
def _server(world: GoldenWorld) -> Iterator[Server]:
    with serve(world.world) as server:
        yield server


@pytest.fixture(name="around")
def _around(server: Server, tmp_path: Path) -> dict[str, str]:
    """A directory with the policy, where `assay` is on PATH."""
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "assay"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assay "$@"\n')
    program.chmod(0o755)
    return {
        **talking_to(server.url, PIPELINE),
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(tmp_path),
        "ASSAY_CACHE_DIR": str(tmp_path / "cache"),
    }


def made(world: GoldenWorld) -> str:
    builder = world.world.run_instance(PIPELINE, REGION, world.base)
    return world.world.create_image(PIPELINE, REGION, builder, name="golden-web-1795939200")


def build(artifact: str, run: str = RUN, type: str = "amazon-ebs") -> dict[str, Any]:
    """As Packer writes it: "manifest post-processor", the example's fields."""
    return {
        "name": "golden",
        "builder_type": type,
        "build_time": 1795939200,
        "files": None,
        "artifact_id": artifact,
        "packer_run_uuid": run,
        "custom_data": None,
    }


def packer(
    folder: Path, around: Mapping[str, str], *builds: dict[str, Any], text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The line of the template's post-processor, in a directory like a template's."""
    manifest = json.dumps({"builds": builds, "last_run_uuid": RUN}, indent=2)
    (folder / "packer-manifest.json").write_text(manifest if text is None else text)
    shutil.copy(EXAMPLES / "packer" / "stamp.py", folder)
    template = (EXAMPLES / "packer" / "golden.pkr.hcl").read_text()
    (line,) = re.findall(r'inline = \["(python3 .*)"\]', template)
    return subprocess.run(
        ["sh", "-ec", line],
        cwd=folder,
        env=around,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def marks(world: GoldenWorld, image: str, region: str = REGION) -> list[str]:
    found = world.world.image(region, image)
    return [each.key for each in found.watermarks]


def test_packers_images_are_marked_in_every_region(
    world: GoldenWorld, around: dict[str, str], server: Server, tmp_path: Path
) -> None:
    image = made(world)
    copy = world.world.copy_image(PIPELINE, DUBLIN, image, REGION, name="copy")
    older = world.home_made(PIPELINE)
    builds = (build(f"{REGION}:{older}", BEFORE), build(f"{DUBLIN}:{copy},{REGION}:{image}"))
    done = packer(tmp_path, around, *builds)
    assert done.returncode == 0, done.stderr
    assert marks(world, image) == marks(world, copy, DUBLIN) == [KEY]
    assert marks(world, older) == []
    again = packer(tmp_path, around, *builds)
    assert (again.returncode, again.stdout.count("present: ")) == (0, 2)
    written = [each.operation for each in server.requests].count("AttachImageWatermark")
    assert written == 2


def test_a_build_of_which_one_image_is_refused_fails_and_the_other_is_marked(
    world: GoldenWorld, around: dict[str, str], tmp_path: Path
) -> None:
    image, stray = made(world), world.home_made(PIPELINE)
    done = packer(tmp_path, around, build(f"{REGION}:{stray},{REGION}:{image}"))
    assert done.returncode == 1
    assert "refused: " in done.stdout
    assert (marks(world, image), marks(world, stray)) == ([KEY], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"builds": null, "last_run_uuid": null}',
        json.dumps({"builds": [], "last_run_uuid": RUN}),
        json.dumps({"builds": [build(f"{REGION}:ami-1", BEFORE)], "last_run_uuid": RUN}),
        json.dumps({"builds": [build("sha256:0", type="docker")], "last_run_uuid": RUN}),
        json.dumps({"builds": [build("us-east-1:ami-1;x")], "last_run_uuid": RUN}),
    ],
)
def test_a_manifest_without_images_is_no_success(
    text: str, around: dict[str, str], server: Server, tmp_path: Path
) -> None:
    done = packer(tmp_path, around, text=text)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert server.requests == []


def test_terraforms_module_marks_before_it_hands_the_id_on(
    world: GoldenWorld, around: dict[str, str], tmp_path: Path
) -> None:
    """Needs no provider but the one that is built in."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("NOT TESTED: there is no `terraform` on PATH")
    shutil.copy(EXAMPLES / "terraform" / "main.tf", tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [terraform, *arguments],
            cwd=tmp_path,
            env={**around, "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def applied(image: str) -> subprocess.CompletedProcess[str]:
        variables = {"ami_id": image, "region": REGION, "watermark": "golden-web"}
        (tmp_path / "terraform.tfvars.json").write_text(json.dumps(variables))
        return run("apply", "-auto-approve", "-input=false", "-no-color")

    assert run("init", "-input=false").returncode == 0
    assert run("fmt", "-check").returncode == 0
    image = made(world)
    done = applied(image)
    assert done.returncode == 0, done.stderr
    assert marks(world, image) == [KEY]
    assert run("output", "-raw", "ami_id").stdout == image
    refused = applied(world.home_made(PIPELINE))
    assert refused.returncode == 1
    assert run("output", "-raw", "ami_id").stdout in ("", image)


def test_image_builder_takes_the_recipe_of_the_page() -> None:
    """By botocore's model of CreateImageRecipe."""
    from botocore.validate import ParamValidator

    page = (ROOT / "docs" / "stamp.md").read_text()
    (recipe,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    model = botocore.session.Session().get_service_model("imagebuilder")
    shape = model.operation_model("CreateImageRecipe").input_shape
    given = {**json.loads(recipe), "clientToken": "0"}
    report = ParamValidator().validate(given, shape)
    assert not report.has_errors(), report.generate_report()
    assert "amiWatermarks" in given
