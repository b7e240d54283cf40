"""Judges from npm, and a headless Chromium: `make node` installs the former, apt the latter.

Without them the tests that need them skip, and say so.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / ".node"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def package(name: str) -> Path:
    """Where a package of package.json is installed, or a loud skip."""
    found = HOME / "node_modules" / name
    if not (HOME / "ready").exists() or not found.is_dir():
        pytest.skip(f"{name} is not installed: make node")
    return found


def node(script: Path, *arguments: str | Path, timeout: float = 120) -> str:
    """What a script prints, which may require() every installed package. Fails where it fails."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not on PATH")
    done = subprocess.run(
        [program, str(script), *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(HOME / "node_modules"), "HOME": "/tmp"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def chromium() -> str:
    """The browser's path, or a loud skip."""
    for name in _CHROMIUM:
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on PATH: install Debian's package chromium")
