"""The action's first step: install assay, and tell the later steps where it is.

It installs the commit that the action is pinned to, so that there is one pin and not two that may
differ. The dependencies are pinned by hash in requirements.txt.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PIP = ("-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps")

SOURCES = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS"),
    *("PIP_CERT", "PIP_PROXY", "PIP_TRUSTED_HOST"),
)


def main() -> int:
    """Write the output `assay`, or report why there is none."""
    version = os.environ.get("GATE_VERSION", "").strip()
    if version == "installed":
        program = shutil.which("assay")
        if program is None:
            return _refuse("version is `installed`, but assay is not on PATH")
    elif version:
        return _refuse("version must be empty or `installed`: pin the action to choose a version")
    elif sys.version_info < (3, 11):
        return _refuse("assay needs Python 3.11 or newer: set python-version")
    else:
        try:
            program = str(_install(Path(os.environ["GITHUB_ACTION_PATH"]).resolve()))
        except (OSError, subprocess.CalledProcessError) as error:
            return _refuse(f"assay could not be installed, see the log: {type(error).__name__}")
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as outputs:
        outputs.write(f"assay={program}\n")
    return 0


def _install(action: Path) -> Path:
    """Install assay into a virtual environment and return the path of the program.

    The environment is new for each use: an earlier step of the job may have put files into the
    runner's temporary directory, and `terraform plan` runs what a pull request wrote.
    """
    home = Path(tempfile.mkdtemp(prefix="assay-program-", dir=os.environ["RUNNER_TEMP"]))
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    _run(sys.executable, "-I", "-m", "venv", str(home))
    python = str(programs / "python")
    requirements = str(action / ".github" / "action" / "requirements.txt")
    _run(python, *PIP, "--require-hashes", "--only-binary=:all:", "-r", requirements)
    _run(python, *PIP, "--no-build-isolation", str(action))
    return programs / ("assay.exe" if os.name == "nt" else "assay")


def _run(*command: str) -> None:
    """Run a command without pip's settings, which could install other files, or install ours elsewhere.

    Variables may say where packages come from, because hashes determine their content.
    """
    environment = {
        name: text
        for name, text in os.environ.items()
        if name in SOURCES or not name.startswith(("PIP_", "PYTHON"))
    }
    environment["PIP_CONFIG_FILE"] = os.devnull
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=True)


def _refuse(why: str) -> int:
    print(f"::error title=assay::{why}", flush=True)
    if os.environ.get("GATE_SUMMARY", "").strip() != "false":
        with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as summary:
            summary.write(f"## ❗ assay: error\n\nThere is no verdict (exit code 2): {why}.\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
