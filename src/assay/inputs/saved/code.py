"""The planned code in a saved plan: all modules, including those from registries.

    tfconfig/modules.json         [{"Key": "", "Dir": "."}, {"Key": "web.disk", "Source": "./disk", "Dir": "modules/web/disk"}]
    tfconfig/m-/main.tf           a file of the root module
    tfconfig/m-web.disk/main.tf   a file of `module.web.module.disk`

Facts: HashiCorp, terraform, internal/plans/planfile/config_snapshot.go, which writes and reads
them, and internal/configs/configload/loader_snapshot.go, which looks up a module's files by its
directory.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping

import msgspec

from assay.errors import InputError
from assay.inputs.saved.archive import RENDER
from assay.model.addresses import ModulePath

PREFIX = "tfconfig/"
_MANIFEST = f"{PREFIX}modules.json"
_FILE = re.compile(rf"{PREFIX}m-([^/]*)/([^/]+)")
_TOFU = (".tofu", ".tofu.json")
_KEY = re.compile(r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*")


class PlannedCode(msgspec.Struct, frozen=True):
    """The code files from which a plan was made, in memory."""

    modules: Mapping[ModulePath, str]
    """The directory of each module by the names of the calls that lead to it, `("web", "disk")`. It
    is relative to the root module's directory, which is `.`. A module that is not local is below
    `.terraform/modules`. The path may contain `..`, and is absolute if TF_DATA_DIR was. Several
    calls of one local module share a directory."""
    files: Mapping[str, Mapping[str, bytes]]
    """The files of each directory by name."""

    @property
    def of_opentofu(self) -> bool:
        """Whether any of them is a file that Terraform ignores."""
        return any(name.endswith(_TOFU) for directory in self.files.values() for name in directory)

    def of(self, module: ModulePath) -> Iterator[tuple[str, bytes]]:
        """The files of a module with paths relative to the root module. Raises `KeyError`."""
        directory = self.modules[module]
        for name, content in self.files[directory].items():
            yield posixpath.normpath(posixpath.join(directory, name)), content


class _Module(msgspec.Struct, forbid_unknown_fields=True):
    """An entry of the manifest."""

    Key: str
    Dir: str
    Source: str = ""
    Version: str = ""

    @property
    def path(self) -> ModulePath:
        return tuple(self.Key.split(".")) if self.Key else ()


def read_code(path: str, members: Mapping[str, bytes]) -> PlannedCode:
    """The code in an archive's members. Raises `InputError` if Terraform would not write it so."""
    by_key: dict[str, dict[str, bytes]] = {}
    for name, content in members.items():
        found = _FILE.fullmatch(name)
        if found:
            by_key.setdefault(found[1], {})[found[2]] = content
        elif name.startswith(PREFIX) and name != _MANIFEST:
            raise _disagrees(path, "contains something that is not a file of a module")
    modules: dict[ModulePath, str] = {}
    files: dict[str, dict[str, bytes]] = {}
    for module in _manifest(path, members.get(_MANIFEST)):
        if module.path in modules or (module.Key and not _KEY.fullmatch(module.Key)):
            raise _disagrees(path, "names a module twice, or has an invalid name for one")
        directory = _folded(module.Dir)
        own = by_key.pop(module.Key, {})
        if files.setdefault(directory, own) != own:
            raise _disagrees(path, "has two versions of the files of one directory")
        modules[module.path] = directory
    if modules.get(()) not in (None, "."):
        raise _disagrees(path, "is in a different directory from the one in which it was planned")
    if by_key or () not in modules or any(each[:-1] not in modules for each in modules if each):
        raise _disagrees(path, "has modules, or files of modules, that nothing leads to")
    return PlannedCode(modules, files)


def _folded(directory: str) -> str:
    """One path per directory as Terraform sees it: if two still differ, so do the directories."""
    # Windows writes backslashes. These paths are shown to users, and no file is opened with them
    folded = posixpath.normpath(directory.replace("\\", "/") or ".")
    return folded[1:] if folded.startswith("//") else folded


def _manifest(path: str, content: bytes | None) -> list[_Module]:
    if content is None:
        raise _disagrees(path, "has no list of its modules")
    try:
        return msgspec.json.decode(content, type=list[_Module])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _disagrees(path, "has a list of modules that cannot be read") from None


def _disagrees(path: str, what: str) -> InputError:
    return InputError(f"a saved plan whose code {what}", where=path, hint=RENDER)
