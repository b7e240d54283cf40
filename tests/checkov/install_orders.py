"""checkov and python-hcl2 in one environment, in three orders: why checkov has one of its own.

Not part of `make test`: every row installs checkov from the index, a minute or two each.
`make checkov-orders`, or `python -m pytest tests/checkov/install_orders.py`.

Both distributions, python-hcl2 and bc-python-hcl2, own the package `hcl2`, and pip finds nothing
wrong with that. checkov pins boto3 1.35.49, which drops watermarks without a word.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.checkov.environment import CHECKOV, CONSTRAINTS

HCL2, SDK = "python-hcl2>=8.1,<8.2", "boto3"
PINNED = "1.35.49"
START = "import checkov.main"
WATERMARKS = (
    "import botocore.session as s; "
    "print('ImageWatermarks' in s.get_session().get_service_model('ec2').shape_for('Image').members)"
)


class Environment(NamedTuple):
    """A virtual environment in which something was installed in some order."""

    python: Path

    def run(self, code: str) -> tuple[bool, str]:
        done = subprocess.run(
            [self.python, "-c", code], capture_output=True, text=True, check=False
        )
        return done.returncode == 0, (done.stdout + done.stderr).strip()

    def version(self, name: str) -> str:
        return self.run(f"from importlib.metadata import version; print(version({name!r}))")[1]

    def complains(self) -> str:
        done = subprocess.run(
            [self.python, "-m", "pip", "check"], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()


@pytest.fixture
def install(tmp_path: Path) -> Callable[..., Environment]:
    def made(*steps: list[str]) -> Environment:
        python = tmp_path / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for step in steps:
            constraint = ["--constraint", str(CONSTRAINTS)] if CHECKOV in step else []
            done = subprocess.run(
                [*pip, *constraint, *step], capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.skip(f"NOT TESTED: {done.stderr.strip().rpartition(chr(10))[2]}")
        return Environment(python)

    return made


def test_all_at_once(install: Callable[..., Environment]) -> None:
    """The fork lies over the half of python-hcl2: checkov works, reading code does not."""
    environment = install([CHECKOV, HCL2, SDK])
    assert environment.run(START)[0]
    works, why = environment.run("import hcl2; hcl2.parses")
    assert not works
    assert "AttributeError" in why
    drops_watermarks(environment)
    assert environment.complains() == "No broken requirements found."


def test_checkov_first(install: Callable[..., Environment]) -> None:
    """checkov does not start any more."""
    environment = install([CHECKOV], [HCL2])
    works, why = environment.run(START)
    assert not works
    assert "cannot import name 'START_LINE' from 'hcl2'" in why
    drops_watermarks(environment)
    assert environment.complains() == "No broken requirements found."


def test_checkov_last(install: Callable[..., Environment]) -> None:
    """checkov takes both away: the parser, and the SDK that knows watermarks."""
    environment = install([HCL2, SDK], [CHECKOV])
    assert environment.run(START)[0]
    assert not environment.run("import hcl2; hcl2.parses")[0]
    drops_watermarks(environment)
    assert environment.complains() == "No broken requirements found."


def drops_watermarks(environment: Environment) -> None:
    assert environment.version("boto3") == PINNED
    assert environment.run(WATERMARKS) == (True, "False")
