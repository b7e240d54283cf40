"""The code of one module directory, and the directories of the modules that it calls.

Facts: HashiCorp, "Files and Directories" (which files belong to a module, override files),
"Module Sources" (local paths), and the manifest `.terraform/modules/modules.json` that
`terraform init` writes.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from assay.digests import sha256
from assay.errors import InputError
from assay.inputs.terraform.project.files import (
    OPENTOFU,
    TERRAFORM,
    FileReader,
    ReadFile,
    Tool,
    read_by,
)
from assay.inputs.terraform.project.overrides import Placed, overridden, overrides
from assay.inputs.terraform.project.paths import folded, is_there, joined, value_names
from assay.inputs.terraform.project.refusals import Read, refusals
from assay.inputs.terraform.project.trees import Modules, Tree
from assay.inputs.terraform.syntax.blocks import Block, Comment, Written, plain_text
from assay.model.addresses import ModulePath

Key = tuple[str, str, str]
"""Mode, type and name of a resource."""


class PlacedText(NamedTuple):
    """An expression, and the file that contains it."""

    file: str
    written: Written


class CodeReader:
    """The modules of directories as one tool reads them, each read only once."""

    def __init__(self, files: FileReader, tool: Tool) -> None:
        self.tool = tool
        self._files = files
        self._directories: dict[str, ModuleCode] = {}

    def directory(self, path: str) -> "ModuleCode":
        """The code of the module in a directory; `path` is the form shown to users."""
        path = folded(path)
        found = self._directories.get(path)
        if found is None:
            found = self._directories[path] = self._directory(path)
        return found

    @property
    def read(self) -> "Iterable[ModuleCode]":
        """All modules that were requested so far."""
        return self._directories.values()

    def file(self, path: str) -> ReadFile:
        """One file; a broken file comes with the reason."""
        return self._files.file(path)

    def _directory(self, path: str) -> "ModuleCode":
        names = self._files.tree.names(path)
        ours = sorted(read_by(names, self.tool), key=lambda name: (overrides(name), name))
        other = read_by(names, TERRAFORM if self.tool == OPENTOFU else OPENTOFU)
        differing = (self.file(joined(path, name)) for name in {*ours} ^ {*other})
        files = [self.file(joined(path, name)) for name in ours]
        return ModuleCode(
            path,
            files,
            self._files.tree,
            is_there=bool(names),
            differs=any(each.declares for each in differing),
        )


class ModuleCode:
    """The blocks of one module directory by what they declare, with override files applied."""

    def __init__(
        self,
        path: str,
        files: list[ReadFile],
        tree: Tree,
        *,
        is_there: bool,
        differs: bool = False,
    ) -> None:
        """`differs` if the other tool reads other files here, `is_there` if any tool has code."""
        self.path = path
        self.files = files
        self._tree = tree
        self.is_there = is_there
        self.differs = differs
        self.variables: dict[str, Placed] = {}
        self.locals: dict[str, PlacedText] = {}
        self.resources: dict[Key, Placed] = {}
        self.actions: dict[tuple[str, str], Placed] = {}
        self.calls: dict[str, Placed] = {}
        self.outputs: dict[str, Placed] = {}
        self.providers: list[Placed] = []
        self.comments: dict[str, tuple[Comment, ...]] = {}
        self._has_backend = False
        for file in files:
            self.comments[file.path] = file.code.comments
            overriding = overrides(file.path)
            for block in file.code.blocks:
                self._add(Placed(file.path, block), overrides=overriding)

    @cached_property
    def refused(self) -> tuple[InputError, ...]:
        """Why files could not be read, and why Terraform rejects those that could."""
        broken = (file.broken for file in self.files if file.broken)
        found = refusals(Read(file.path, file.code) for file in self.files)
        return (*broken, *found)

    def file_of(self, block: Block) -> str:
        """The file of one of its resources or module calls, or of a block inside one."""
        tables: tuple[dict[Any, Placed], ...] = (self.resources, self.actions, self.calls)
        for table in tables:
            for placed in table.values():
                if _holds(placed.block, block):
                    return placed.file
        return self.path

    @property
    def stands_alone(self) -> bool:
        """Whether Terraform is run here even if other code calls this module: it has a backend,
        values of its own, or the lock file of `terraform init`.
        """
        names = (".terraform.lock.hcl", *value_names(self.path))
        return self._has_backend or any(is_there(Path(self.path, name)) for name in names)

    @property
    def configures(self) -> bool:
        """Whether it has provider blocks that do more than name what callers pass."""
        return any(
            placed.block.blocks or placed.block.attributes.keys() != {"alias"}
            for placed in self.providers
        )

    @cached_property
    def manifest(self) -> Modules:
        """What is installed for this root module."""
        return self._tree.modules(self.path)

    def called(self, code: "ModuleCode", path: ModulePath, call: Block) -> str | None:
        """For a root module: the directory of the module that `call` in `code` refers to, where
        `path` is its path in the configuration. None if it is missing, or named by an expression.

        It is where a plan had it, else beside its caller, else where `init` has installed it.
        """
        beside = self._tree.planned(path) or local_source(code.path, call)
        return beside or self.manifest.directory(".".join(path), call)

    def _add(self, placed: Placed, *, overrides: bool) -> None:
        block = placed.block
        table: dict[str, Placed]
        match block.type, block.labels:
            case "locals", ():
                for name, written in block.attributes.items():
                    self.locals[name] = PlacedText(placed.file, written)
                return
            case "terraform", ():
                kinds = {each.type for each in block.blocks}
                self._has_backend = self._has_backend or not kinds.isdisjoint(("backend", "cloud"))
                return
            case "provider", (_,):
                self._provider(placed, overrides=overrides)
                return
            case ("resource" | "data") as word, (kind, name):
                key = ("data" if word == "data" else "managed", kind, name)
                before = self.resources.get(key) if overrides else None
                self.resources[key] = overridden(before, placed)
                return
            case "action", (kind, name):
                self.actions[kind, name] = overridden(
                    self.actions.get((kind, name)) if overrides else None, placed
                )
                return
            case "variable", (name,):
                table = self.variables
            case "module", (name,):
                table = self.calls
            case "output", (name,):
                table = self.outputs
            case _:
                return
        table[name] = overridden(table.get(name) if overrides else None, placed)

    def _provider(self, placed: Placed, *, overrides: bool) -> None:
        """Add a provider configuration, or apply an override file to one."""
        for number, before in enumerate(self.providers if overrides else ()):
            if _named(before.block) == _named(placed.block):
                self.providers[number] = overridden(before, placed)
                return
        self.providers.append(placed)


def _holds(block: Block, wanted: Block) -> bool:
    return block is wanted or any(_holds(each, wanted) for each in block.blocks)


def _named(provider: Block) -> tuple[str, ...]:
    return (*provider.labels, plain_text(provider.attributes.get("alias")) or "")


def local_source(directory: str, call: Block) -> str | None:
    """The directory to which the local path in a module call leads."""
    text = plain_text(call.attributes.get("source")) or ""
    return joined(directory, text) if text.startswith(("./", "../")) else None


def digest_of(files: Iterable[ReadFile]) -> str:
    """One digest for several files, independent of their order."""
    lines = sorted(f"{file.digest} {file.path.rpartition('/')[2]}" for file in files)
    return sha256("\n".join(lines).encode())
