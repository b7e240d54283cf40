"""The action's first step: puts assay where the next one finds it, and says where.

What is installed is the commit that the action is used at: one pin, not two that may differ. Its
dependencies are pinned by hash in requirements.txt.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PIP = ("-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps")


def main() -> int:
    """Write the output `assay`, or say why not."""
    version = os.environ.get("GATE_VERSION", "").strip()
    if version == "installed":
        program = shutil.which("assay")
        if program is None:
            return _refuse("version is `installed`, but there is no assay on PATH")
    elif version:
        return _refuse("version is empty or `installed`: pin the action itself to choose a version")
    elif sys.version_info < (3, 11):
        return _refuse("assay needs Python 3.11 or newer: set python-version")
    else:
        program = str(_install(Path(os.environ["GITHUB_ACTION_PATH"]).resolve()))
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as outputs:
        outputs.write(f"assay={program}\n")
    return 0


def _install(action: Path) -> Path:
    """The program, in an environment of its own that later uses in this job share."""
    mark = hashlib.sha256(f"{action}\0{sys.version}".encode()).hexdigest()[:12]
    home = Path(os.environ["RUNNER_TEMP"], f"assay-{mark}")
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    ready = home / "ready"
    if not ready.exists():
        _run(sys.executable, "-I", "-m", "venv", "--clear", str(home))
        python = str(programs / "python")
        requirements = str(action / ".github" / "action" / "requirements.txt")
        _run(python, *PIP, "--require-hashes", "--only-binary=:all:", "-r", requirements)
        _run(python, *PIP, "--no-build-isolation", str(action))
        ready.touch()
    return programs / ("assay.exe" if os.name == "nt" else "assay")


def _run(*command: str) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)


def _refuse(why: str) -> int:
    print(f"::error title=assay::{why}")
    return 2


if __name__ == "__main__":
    sys.exit(main())
