"""Renders saved plans as JSON with the Terraform or OpenTofu that wrote them: no other can.

The program runs in its own folder, on a copy of the bytes that are judged, with the lock file from
the plan. Of the repository it only gets the providers that `terraform init` installed there, which
define the plan's attributes. Only a plan stored in HCP Terraform is fetched from the directory of
its code, because that identifies its workspace.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from assay.errors import InputError
from assay.inputs.saved.archive import RENDER
from assay.inputs.saved.plan import LOCK, SavedPlan
from assay.inputs.terraform.project.committed import is_committed_below
from assay.run import program

if TYPE_CHECKING:
    from assay.run.host import Host

TERRAFORM, OPENTOFU = "terraform", "tofu"
_DATA, _PROVIDERS, _MODULES = ".terraform", "providers", "modules"
_OF_OPENTOFU = b"registry.opentofu.org/"
_LOCKED = re.compile(rb'^provider "([^"\s]+)" \{\s*version\s*=\s*"([^"\s]+)"', re.MULTILINE)
_OTHER_VERSION = re.compile(r"created by ([\w .+-]+?), but this is ([\w.+-]+)")
_PROVIDER = re.compile(r'(?:Error: |provider "?)([a-z0-9-]+\.[a-z0-9.-]+/[\w-]+/[\w-]+)')
_SUMMARY = re.compile(r"Error: ([\w ,'./-]{1,120})")
_INIT = (
    "run terraform init in the directory of its code, and name that directory with --source-root"
)


class Renderer(msgspec.Struct, frozen=True):
    """The program that renders a plan, and the directories it may come from, likeliest first."""

    host: "Host"
    named: str | None
    """The program, if the user names one."""
    roots: Sequence[str]

    def json(self, path: str, data: bytes, saved: SavedPlan) -> bytes:
        """Return the output of `terraform show -json` for a saved plan. Raises `InputError`."""
        binary = self._found(path, saved)
        try:
            with TemporaryDirectory(prefix="assay-") as folder:
                Path(folder, "tfplan").write_bytes(data)
                Path(folder, LOCK).write_bytes(saved.lock)
                ended = self._run(path, binary, saved, folder)
        except OSError as error:
            what = f"cannot be rendered by {binary}: {error.strerror or 'it cannot be run'}"
            raise InputError(what, where=path, hint=RENDER) from error
        if ended.late or ended.too_large or ended.code or not ended.content:
            raise _refusal(path, binary, ended, saved)
        return ended.content

    def _run(self, path: str, binary: str, saved: SavedPlan, folder: str) -> program.Ended:
        command = ["show", "-json", "-no-color", os.path.join(folder, "tfplan")]
        if saved.code is None:
            at = next(filter(self._data, self.roots), self.roots[0])
            _refuse_committed(path, self._data(at))
            own = program.surroundings(self.host.environment, None)
            return program.run([binary, f"-chdir={at}", *command], own)
        environment = program.surroundings(
            self.host.environment, self._providers(path, saved) or os.path.join(folder, _DATA)
        )
        if saved.code.of_opentofu:
            _require_opentofu(path, binary, environment)
        return program.run([binary, f"-chdir={folder}", *command], environment)

    def _found(self, path: str, saved: SavedPlan) -> str:
        """Return the program: the named one, or the one that matches the plan's providers."""
        search = self.host.environment.get("PATH", os.defpath)
        if self.named is not None:
            if os.path.dirname(self.named):
                return os.path.abspath(self.named)
            names: tuple[str, ...] = (self.named,)
        else:
            names = (TERRAFORM, OPENTOFU)
            names = names[::-1] if _OF_OPENTOFU in saved.lock else names
        found = program.find(search, names)
        if found is None:
            absent = "neither is" if self.named is None else "it is not"
            raise InputError(
                f"a saved plan, which needs {' or '.join(names)}, but {absent} on PATH",
                where=path,
                hint=f"name it with --terraform PATH, or {RENDER}",
            )
        return found

    def _data(self, root: str) -> str | None:
        """Return the data directory that `terraform init` created in a directory, if any."""
        name = self.host.environment.get("TF_DATA_DIR") or _DATA
        found = os.path.abspath(os.path.join(root, name))
        return found if os.path.isdir(found) else None

    def _providers(self, path: str, saved: SavedPlan) -> str | None:
        """Return the first data directory that has the plan's providers, or else any providers."""
        found = list(dict.fromkeys(filter(None, map(self._data, self.roots))))
        wanted = [
            os.path.join(_PROVIDERS, name.decode(), version.decode())
            for name, version in _LOCKED.findall(saved.lock)
        ]
        for needed in (wanted, [_PROVIDERS]):
            for data in found:
                if all(os.path.isdir(os.path.join(data, each)) for each in needed):
                    _refuse_committed(path, data)
                    return data
        return None


def _refuse_committed(path: str, data: str | None) -> None:
    """Refuse committed providers: they are programs, and may come with a pull request."""
    if data is not None and is_committed_below(Path(data), _MODULES):
        what = f"a saved plan whose providers are committed to the repository ({data})"
        hint = "remove them from the repository and run terraform init"
        raise InputError(what, where=path, hint=hint)


def _require_opentofu(path: str, binary: str, environment: dict[str, str]) -> None:
    """Refuse Terraform: it ignores files that only OpenTofu reads, and would render another plan."""
    ended = program.run([binary, "version"], environment)
    if not ended.content.startswith(b"OpenTofu "):
        raise InputError(
            f"a saved plan of OpenTofu, which {binary} is not",
            where=path,
            hint="name OpenTofu with --terraform PATH",
        )


def _refusal(path: str, binary: str, ended: program.Ended, saved: SavedPlan) -> InputError:
    """Say why a plan was not rendered, quoting no part of the output that may contain values."""

    def refusal(what: str, hint: str = RENDER) -> InputError:
        return InputError(what, where=path, hint=hint)

    if ended.late:
        return refusal(f"a saved plan that {binary} did not render in time")
    if ended.too_large:
        return refusal(f"a saved plan that renders to more than {program.RENDERED_MIB} MiB")
    if not ended.code:
        return refusal(f"a saved plan for which {binary} prints nothing")
    summary = _SUMMARY.search(ended.complaints)
    why = f"exit code {ended.code}: {summary[1].strip()}" if summary else f"exit code {ended.code}"
    if saved.code is None:
        return refusal(
            f"the bookmark of a plan that HCP Terraform keeps, and {binary} could not fetch it ({why})",
            f"run terraform login; {_INIT}",
        )
    other = _OTHER_VERSION.search(ended.complaints)
    if other:
        return refusal(
            f"a saved plan of {other[1]}, which {binary} ({other[2]}) cannot read",
            "name the program that made it with --terraform PATH",
        )
    provider = _PROVIDER.search(ended.complaints)
    if provider:
        what = f"a saved plan that cannot be rendered without {provider[1]}, as it was locked"
        return refusal(what, _INIT)
    return refusal(f"a saved plan that {binary} cannot render ({why})")
