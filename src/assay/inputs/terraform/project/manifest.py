"""Compares what `terraform init` has installed (`.terraform/modules/modules.json`) with the code.

Terraform makes no plan if a call asks for a source other than the manifest's, or for a version that
the installed one does not satisfy ("Module source has changed").
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from assay.inputs.terraform.project.committed import is_committed
from assay.inputs.terraform.project.module_addresses import recorded, satisfies
from assay.inputs.terraform.project.paths import joined
from assay.inputs.terraform.syntax.blocks import Block, plain_text

_MODULES = ".terraform/modules"
_INIT = "run terraform init first"
_AGAIN = "run terraform init again"


class Installed(msgspec.Struct):
    """An entry of the manifest that `terraform init` writes."""

    Key: str
    Dir: str
    Source: str = ""
    Version: str = ""

    def answers(self, call: Block) -> bool:
        """Whether it matches what a call asks for now: the code may have changed since init."""
        source = plain_text(call.attributes.get("source"))
        if source is None or self.Source not in recorded(source):
            return False
        if "version" not in call.attributes:
            return True
        constraints = plain_text(call.attributes["version"])
        return constraints is not None and satisfies(self.Version, constraints)


class _Manifest(msgspec.Struct):
    Modules: list[Installed] = []


class Manifest:
    """The modules installed for a root module, by their path: `a.b`."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._entries = _entries(root)
        self._committed = bool(self._entries) and is_committed(Path(root, _MODULES, "modules.json"))

    def directory(self, path: str, call: Block) -> str | None:
        """The directory of the module installed at a path, if it is what the call asks for."""
        found = self._entries.get(path)
        return joined(self._root, found.Dir) if found and not self.cure(path, call) else None

    def cure(self, path: str, call: Block) -> str | None:
        """What to do so that the module at a path can be read; None if it can be read."""
        found = self._entries.get(path)
        name = f"module.{path.replace('.', '.module.')}"
        if found is None:
            return _INIT
        if self._committed:
            return (
                "remove .terraform from the repository and run terraform init: what is committed there"
                " does not prove where it comes from"
            )
        if not found.answers(call):
            return f"{_AGAIN}: a different source or version of {name} is installed"
        if not self._is_inside(found.Dir):
            return f"{_AGAIN}: {name} is installed outside {_MODULES}"
        return None

    def _is_inside(self, directory: str) -> bool:
        """Whether init would put modules into a directory, after following links."""
        home = Path(self._root, _MODULES).resolve()
        try:
            there = Path(self._root, directory).resolve()
        except (OSError, ValueError):  # not a path: a NUL, an unpaired surrogate
            return False
        below = joined(".", directory).startswith(f"{_MODULES}/")
        return below and there != home and there.is_relative_to(home)


def _entries(root: str) -> Mapping[str, Installed]:
    """The entries; none if the manifest cannot be read or has two entries for one module."""
    try:
        path = Path(root, _MODULES, "modules.json")
        if not path.is_file():  # a link may lead to an endless file
            return {}
        manifest = msgspec.json.decode(path.read_bytes(), type=_Manifest)
    except (OSError, ValueError, RecursionError):
        return {}
    found = {each.Key: each for each in manifest.Modules}
    return found if len(found) == len(manifest.Modules) else {}
