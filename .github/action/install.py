"""The action's first step: puts assay where the next one finds it, and says where.

What is installed is the commit that the action is used at: one pin, not two that may differ. Its
dependencies are pinned by hash in requirements.txt.
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
        try:
            program = str(_install(Path(os.environ["GITHUB_ACTION_PATH"]).resolve()))
        except (OSError, subprocess.CalledProcessError) as error:
            return _refuse(f"assay could not be installed, see the log: {type(error).__name__}")
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as outputs:
        outputs.write(f"assay={program}\n")
    return 0


def _install(action: Path) -> Path:
    """The program, in an environment of its own.

    It is new for each use: what stands in the runner's temporary directory already, an earlier step
    of the job may have put there, and `terraform plan` runs what a pull request wrote.
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
    """A command without pip's settings, which could put other files in, or ours elsewhere.

    Where packages come from may be set by variable, since hashes say what they are.
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
