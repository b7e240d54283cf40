"""The code of one module directory, and where the modules that it calls stand.

Facts: HashiCorp, "Files and Directories" (which files belong to a module, override files),
"Module Sources" (local paths), and the manifest `.terraform/modules/modules.json` that
`terraform init` leaves behind; OpenTofu, "Files and Directories" (a `.tofu` file is read instead of
the `.tf` file of the same name).
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec

from assay.errors import InputError
from assay.kept import Kept
from assay.sources.code.blocks import (
    Block,
    BrokenCodeError,
    CodeFile,
    Comment,
    Written,
    locate,
    plain_text,
)
from assay.sources.code.manifest import Installed, read_manifest
from assay.sources.code.overrides import Placed, overridden, overrides
from assay.sources.code.paths import VALUES, code_names, folded, joined, value_names
from assay.sources.stray import AMI_IDS

_FORMAT = "3"
"""Changes whenever what is kept of a file changes its shape."""

_MATTERS = re.compile(rb"\b(?:resource|variable|module|provider|data|output|locals|terraform)\b")  # fmt: skip

Explain = Callable[[str], tuple[int, int, str] | None]
"""Line, column and reason of the first syntax error in a text."""
Key = tuple[str, str, str]
"""Mode, type and name of a resource."""


class PlacedText(NamedTuple):
    """An expression, and the file in which it stands."""

    file: str
    written: Written


class CodeReader:
    """Reads files once; what was located in a file is kept by the digest of its content."""

    def __init__(self, kept: Kept, syntax_error: "Explain") -> None:
        """`syntax_error` says more exactly than the locating grammar what is wrong in a file."""
        self._kept = kept
        self._syntax_error = syntax_error
        self._directories: dict[str, ModuleCode] = {}
        self._read: dict[str, ReadFile] = {}
        self._decoder = msgspec.msgpack.Decoder(_Located)

    def directory(self, path: str) -> "ModuleCode":
        """The code of the module in a directory; `path` is as people shall read it."""
        path = folded(path)
        found = self._directories.get(path)
        if found is None:
            files = list(self._files(path))
            found = self._directories[path] = ModuleCode(path, files, self._aside(path))
        return found

    def file(self, path: str) -> "ReadFile":
        """One file; of a broken one, why."""
        found = self._read.get(path)
        if found is None:
            found = self._read[path] = self._file(path)
        return found

    def _file(self, path: str) -> "ReadFile":
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            broken = InputError(f"cannot be read: {error.strerror}", where=path)
            return ReadFile(path, "", CodeFile(), broken)
        digest = hashlib.sha256(data).hexdigest()
        if not _matters(path, data):
            return ReadFile(path, digest, CodeFile(), None)
        syntax = "json" if path.endswith(".json") else "hcl"
        name = f"{_FORMAT}-{digest}-{syntax}{'-values' if path.endswith(VALUES) else ''}"
        kept = self._kept.read(name)
        if kept is not None:
            try:
                return ReadFile(path, digest, self._decoder.decode(kept).code, None)
            except (msgspec.DecodeError, UnicodeDecodeError):
                pass  # damaged: made anew
        try:
            code = _located(path, data)
        except BrokenCodeError as error:
            return ReadFile(path, digest, CodeFile(), self._told(path, data, error))
        self._kept.write(name, msgspec.msgpack.encode(_Located(code)))
        return ReadFile(path, digest, code, None)

    def _told(self, path: str, data: bytes, error: BrokenCodeError) -> InputError:
        native = not path.endswith(".json") and not error.certain
        found = self._syntax_error(data.decode()) if native else None
        line, column, reason = found or (error.line, error.column, error.reason)
        return InputError(
            f"is not valid Terraform code: {reason}",
            where=f"{path}:{line}:{column}",
            hint="terraform validate says more",
        )

    def _aside(self, path: str) -> list[str]:
        """The shadowed files that declare anything an image could come from."""
        names = code_names(path)
        paths = (joined(path, name) for name in sorted(shadowed(names).intersection(names)))
        return [each for each in paths if self._declares(self.file(each))]

    def _declares(self, file: "ReadFile") -> bool:
        return file.broken is not None or any(
            block.type != "terraform" for block in file.code.blocks
        )

    def _files(self, path: str) -> Iterator["ReadFile"]:
        names = code_names(path)
        aside = shadowed(names)
        for name in sorted(names, key=_order):
            if name not in aside:
                yield self.file(joined(path, name))


def shadowed(names: Iterable[str]) -> set[str]:
    """The files that OpenTofu leaves aside for others of their name."""
    found: set[str] = set()
    for name in names:
        for ours, theirs in ((".tofu", ".tf"), (".tofu.json", ".tf.json")):
            if name.endswith(ours):
                found.add(f"{name.removesuffix(ours)}{theirs}")
    return found


class _Located(msgspec.Struct):
    """What is kept of a file: nothing in it has a default, so that nothing can be left out."""

    code: CodeFile


class ReadFile(NamedTuple):
    """A file's code, or why it has none."""

    path: str
    digest: str
    code: CodeFile
    broken: InputError | None


class ModuleCode:
    """The blocks of one module directory by what they declare; override files have won already."""

    def __init__(self, path: str, files: list[ReadFile], aside: Sequence[str] = ()) -> None:
        """`aside` are files that Terraform reads, and OpenTofu leaves aside for others."""
        self.path = path
        self.files = files
        self.aside = aside
        self.variables: dict[str, Placed] = {}
        self.locals: dict[str, PlacedText] = {}
        self.resources: dict[Key, Placed] = {}
        self.calls: dict[str, Placed] = {}
        self.outputs: dict[str, Placed] = {}
        self.providers: list[Placed] = []
        self.comments: dict[str, tuple[Comment, ...]] = {}
        self._has_backend = False
        for file in files:
            self.comments[file.path] = file.code.comments
            for block in file.code.blocks:
                self._add(Placed(file.path, block), overrides=overrides(file.path))

    @property
    def broken(self) -> list[InputError]:
        """The files that could not be read."""
        return [file.broken for file in self.files if file.broken]

    @property
    def stands_alone(self) -> bool:
        """Whether somebody runs Terraform here, whoever else calls it: it has a backend, values of
        its own, or what `terraform init` writes down.
        """
        names = (".terraform.lock.hcl", *value_names(self.path))
        return self._has_backend or any(Path(self.path, name).exists() for name in names)

    @property
    def configures(self) -> bool:
        """Whether it has provider blocks that say anything."""
        return any(placed.block.attributes or placed.block.blocks for placed in self.providers)

    @cached_property
    def _installed(self) -> Mapping[str, Installed]:
        return read_manifest(self.path)

    def installed(self, path: str, call: Block) -> str | None:
        """Of a root module: where the module at a path, `a.b`, is installed for this call of it."""
        found = self._installed.get(path)
        return joined(self.path, found.Dir) if found and found.answers(call) else None

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
        """A configuration of its own, or what an override file changes of one."""
        for number, before in enumerate(self.providers if overrides else ()):
            if _named(before.block) == _named(placed.block):
                self.providers[number] = overridden(before, placed)
                return
        self.providers.append(placed)


def _matters(path: str, data: bytes) -> bool:
    """Whether a file can have to do with images; JSON is not searched, since it may escape words."""
    if path.endswith((".json", *VALUES)):
        return True
    return bool(_MATTERS.search(data) or AMI_IDS.search(data))


def _order(name: str) -> tuple[bool, str]:
    return overrides(name), name


def _named(provider: Block) -> tuple[str, ...]:
    return (*provider.labels, plain_text(provider.attributes.get("alias")) or "")


def _located(path: str, data: bytes) -> CodeFile:
    if path.endswith(".json"):
        from assay.sources.code.json_syntax import locate_json

        return locate_json(data, values=path.endswith(VALUES))
    return locate(data)


def uncalled(directories: Sequence[str], reader: CodeReader) -> list[str]:
    """The module directories that none of the others calls: those that are roots.

    A module that configures providers itself cannot be called with `count` or `for_each` (HashiCorp,
    "Providers Within Modules"), so that such a call, of no instances perhaps, says nothing of it.
    """
    called = {
        target
        for directory in directories
        for call in reader.directory(directory).calls.values()
        if (target := local_source(directory, call.block)) not in (None, folded(directory))
        and not (
            {"count", "for_each"} & call.block.attributes.keys()
            and reader.directory(target).configures
        )
    }
    return [
        each
        for each in directories
        if folded(each) not in called or reader.directory(each).stands_alone
    ] or list(directories)


def local_source(directory: str, call: Block) -> str | None:
    """The directory that a module call names by a local path."""
    text = plain_text(call.attributes.get("source")) or ""
    return joined(directory, text) if text.startswith(("./", "../")) else None


def digest_of(files: Iterable[ReadFile]) -> str:
    """One digest for several files, whatever their order."""
    lines = sorted(f"{file.digest} {file.path.rpartition('/')[2]}" for file in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
