"""The real Terraform with the real hashicorp/aws, offline: from a provider mirror on this disk.

`TF_PLUGIN_MIRROR` names a filesystem mirror; without it, the disk is searched for one.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROVIDER = Path("registry.terraform.io", "hashicorp", "aws")
SEARCH_SECONDS = 5.0
SEARCH_DEPTH = 6
TERRAFORM_SECONDS = 300
SETTINGS = {
    "TF_IN_AUTOMATION": "1",
    "CHECKPOINT_DISABLE": "1",
    "GOGC": "400",  # a fifth of what a plan takes is the collecting of garbage
}
SETTING = re.compile(r'^\s*(?:path|plugin_cache_dir)\s*=\s*"([^"]+)"', re.MULTILINE)
NOT_SEARCHED = frozenset({".git", ".terraform", "__pycache__", "node_modules", "site-packages"})


class MissingError(Exception):
    """Terraform, or the mirror of its provider, is not on this machine."""


@dataclass(frozen=True, slots=True)
class Terraform:
    """Makes plans of the configurations in a folder of its own."""

    binary: str
    folder: Path
    environment: Mapping[str, str]

    def plan(self, configuration: str, variables: Mapping[str, Any]) -> bytes:
        """What `terraform show -json` says of a new plan."""
        values = {
            f"TF_VAR_{name}": value if isinstance(value, str) else json.dumps(value)
            for name, value in variables.items()
        }
        saved = self.saved(configuration)
        self._run(configuration, values, "plan", "-no-color", "-input=false", f"-out={saved}")
        return self._run(configuration, values, "show", "-no-color", "-json", str(saved))

    def saved(self, configuration: str) -> Path:
        """Where the last plan of a configuration lies."""
        return self.folder / f"{configuration}.tfplan"

    def apply(self, configuration: str) -> str | None:
        """Do what the last plan says; what Terraform told where it could not do all of that."""
        saved = str(self.saved(configuration))
        try:
            self._run(
                configuration, {}, "apply", "-no-color", "-input=false", "-parallelism=100", saved
            )
        except AssertionError as error:
            return str(error)
        return None

    def state(self, configuration: str) -> bytes:
        """What `terraform show -json` says of the state."""
        return self._run(configuration, {}, "show", "-no-color", "-json")

    def initialise(self, first: str, *others: str) -> None:
        """Install provider and modules for one configuration; the others take the same provider."""
        self._run(first, {}, "init", "-no-color", "-input=false", "-backend=false")
        for other in others:
            shutil.copy(self.folder / first / ".terraform.lock.hcl", self.folder / other)

    def _run(self, configuration: str, values: Mapping[str, str], *arguments: str) -> bytes:
        ended = subprocess.run(
            [self.binary, f"-chdir={self.folder / configuration}", *arguments],
            env={**self.environment, **values},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=TERRAFORM_SECONDS,
        )
        told = ended.stderr.decode(errors="replace")
        assert ended.returncode == 0, f"terraform {arguments[0]} of {configuration} failed:\n{told}"
        return ended.stdout


def locate(configurations: Path, home: Path) -> Terraform:
    """Terraform with a copy of `configurations`, both in the empty folder `home`.

    Raises `MissingError`, or `ValueError` when TF_PLUGIN_MIRROR names no mirror.
    """
    binary = shutil.which("terraform")
    if binary is None:
        raise MissingError("there is no `terraform` on PATH")
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        **SETTINGS,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    mirror = find_mirror(platform(binary, environment))
    if mirror is None:
        raise MissingError(
            f"no filesystem mirror of {PROVIDER} was found on this disk (make one with"
            " `terraform providers mirror`; TF_PLUGIN_MIRROR names it)"
        )
    folder = home / "configurations"
    shutil.copytree(configurations, folder, ignore=shutil.ignore_patterns(".terraform*"))
    settings = home / "terraform.rc"
    settings.write_text(
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n"
        "}\n",
        encoding="utf-8",
    )
    environment["TF_CLI_CONFIG_FILE"] = str(settings)
    environment["TF_DATA_DIR"] = str(home / "data")
    return Terraform(binary, folder, environment)


def platform(binary: str, environment: Mapping[str, str]) -> str:
    """What this Terraform calls the machine it runs on, for example `linux_amd64`."""
    ended = subprocess.run(
        [binary, "version", "-json"],
        env=dict(environment),
        capture_output=True,
        check=True,
        timeout=TERRAFORM_SECONDS,
    )
    return str(json.loads(ended.stdout)["platform"])


# --------------------------------------------------------------------------------- the mirror


def find_mirror(platform: str) -> Path | None:
    """A folder that serves as `filesystem_mirror`, from the likeliest place to the whole disk."""
    named = os.environ.get("TF_PLUGIN_MIRROR")
    if named is not None:
        if not _serves(Path(named), platform):
            raise ValueError(f"TF_PLUGIN_MIRROR holds no {PROVIDER} for {platform}")
        return Path(named).resolve()
    deadline = time.monotonic() + SEARCH_SECONDS
    for folder in (*_usual_places(), *_walk(deadline)):
        if _serves(folder, platform):
            return folder.resolve()
    return None


def _serves(folder: Path, platform: str) -> bool:
    """Whether the provider lies below, unpacked or as the archive that the registry gives out."""
    unpacked = (folder / PROVIDER).glob(f"*/{platform}/terraform-provider-aws*")
    packed = (folder / PROVIDER).glob(f"terraform-provider-aws_*_{platform}.zip")
    return any(unpacked) or any(packed)


def _usual_places() -> Iterator[Path]:
    """What the user's own CLI configuration names, and Terraform's implied local mirrors."""
    settings = Path(os.environ.get("TF_CLI_CONFIG_FILE", "~/.terraformrc")).expanduser()
    if settings.is_file():
        text = settings.read_text(encoding="utf-8", errors="replace")
        for path in SETTING.findall(text):
            yield Path(path).expanduser()
    if "TF_PLUGIN_CACHE_DIR" in os.environ:
        yield Path(os.environ["TF_PLUGIN_CACHE_DIR"])
    for implied in ("~/.terraform.d/plugins", "~/.local/share/terraform/plugins"):
        yield Path(implied).expanduser()
    for shared in ("/usr/local/share", "/usr/share"):
        yield Path(shared, "terraform", "plugins")


def _walk(deadline: float) -> Iterator[Path]:
    """Folders of the disks that hold `/` and the home, shallow ones first, until time is up.

    What is mounted from elsewhere (/proc, /sys, network shares) is another device, and left out.
    """
    for root in (Path.home(), Path(Path.home().anchor)):
        if not root.is_dir():
            continue
        device = root.stat().st_dev
        queue = deque([(str(root), 0)])
        while queue and time.monotonic() < deadline:
            folder, depth = queue.popleft()
            yield Path(folder)
            if depth < SEARCH_DEPTH:
                queue.extend((below, depth + 1) for below in _folders(folder, device))


def _folders(folder: str, device: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name in NOT_SEARCHED or not entry.is_dir(follow_symlinks=False):
                    continue
                if entry.stat(follow_symlinks=False).st_dev == device:
                    yield entry.path
    except OSError:
        return
