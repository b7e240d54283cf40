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
from msgspec.structs import replace

from assay.errors import InputError
from assay.kept import Kept
from assay.sources.code.blocks import Block, BrokenCodeError, CodeFile, Comment, Written, locate
from assay.sources.code.paths import SUFFIXES, VALUES, code_names, folded, joined
from assay.sources.stray import AMI_IDS

_FORMAT = "2"
"""Changes whenever what is kept of a file changes its shape."""

_MATTERS = re.compile(rb"\b(?:resource|variable|module|provider|data|output|locals)\b")  # fmt: skip

Explain = Callable[[str], tuple[int, int, str] | None]
"""Line, column and reason of the first syntax error in a text."""
Key = tuple[str, str, str]
"""Mode, type and name of a resource."""


class Placed(NamedTuple):
    """A block, and the file in which it stands."""

    file: str
    block: Block


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
            found = self._directories[path] = ModuleCode(path, list(self._files(path)))
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

    def _files(self, path: str) -> Iterator["ReadFile"]:
        names = code_names(path)
        tofu = {name.replace(".tofu", ".tf") for name in names if ".tofu" in name}
        for name in sorted(names, key=_order):
            if name not in tofu:
                yield self.file(joined(path, name))


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

    def __init__(self, path: str, files: list[ReadFile]) -> None:
        self.path = path
        self.files = files
        self.variables: dict[str, Placed] = {}
        self.locals: dict[str, PlacedText] = {}
        self.resources: dict[Key, Placed] = {}
        self.calls: dict[str, Placed] = {}
        self.outputs: dict[str, Placed] = {}
        self.providers: list[Placed] = []
        self.comments: dict[str, tuple[Comment, ...]] = {}
        for file in files:
            self.comments[file.path] = file.code.comments
            for block in file.code.blocks:
                self._add(Placed(file.path, block), overrides=_overrides(file.path))

    @property
    def broken(self) -> list[InputError]:
        """The files that could not be read."""
        return [file.broken for file in self.files if file.broken]

    @property
    def configures(self) -> bool:
        """Whether it has provider blocks that say anything."""
        return any(placed.block.attributes or placed.block.blocks for placed in self.providers)

    @cached_property
    def installed(self) -> Mapping[str, str]:
        """Of a root module: the directory of each module that `terraform init` has installed."""
        try:
            data = Path(joined(self.path, ".terraform/modules/modules.json")).read_bytes()
            manifest = msgspec.json.decode(data, type=_Manifest)
        except (OSError, ValueError, RecursionError):
            return {}
        return {each.Key: joined(self.path, each.Dir) for each in manifest.Modules}

    def _add(self, placed: Placed, *, overrides: bool) -> None:
        block = placed.block
        table: dict[str, Placed]
        match block.type, block.labels:
            case "locals", ():
                for name, written in block.attributes.items():
                    self.locals[name] = PlacedText(placed.file, written)
                return
            case "provider", (_,):
                self._provider(placed, overrides=overrides)
                return
            case ("resource" | "data") as word, (kind, name):
                key = ("data" if word == "data" else "managed", kind, name)
                before = self.resources.get(key) if overrides else None
                self.resources[key] = _overridden(before, placed)
                return
            case "variable", (name,):
                table = self.variables
            case "module", (name,):
                table = self.calls
            case "output", (name,):
                table = self.outputs
            case _:
                return
        table[name] = _overridden(table.get(name) if overrides else None, placed)

    def _provider(self, placed: Placed, *, overrides: bool) -> None:
        """A configuration of its own, or what an override file changes of one."""
        for number, before in enumerate(self.providers if overrides else ()):
            if _named(before.block) == _named(placed.block):
                self.providers[number] = _overridden(before, placed)
                return
        self.providers.append(placed)


class _Installed(msgspec.Struct):
    Key: str
    Dir: str


class _Manifest(msgspec.Struct):
    Modules: list[_Installed] = []


def _matters(path: str, data: bytes) -> bool:
    """Whether a file can have to do with images; JSON is not searched, since it may escape words."""
    if path.endswith((".json", *VALUES)):
        return True
    return bool(_MATTERS.search(data) or AMI_IDS.search(data))


def _order(name: str) -> tuple[bool, str]:
    return _overrides(name), name


def _named(provider: Block) -> tuple[str, ...]:
    alias = provider.attributes.get("alias")
    return (*provider.labels, alias.text.strip().strip('"') if alias else "")


def _overrides(path: str) -> bool:
    name = path.rpartition("/")[2]
    stem = next((name.removesuffix(end) for end in SUFFIXES[::-1] if name.endswith(end)), name)
    return stem == "override" or stem.endswith("_override")


def _overridden(before: Placed | None, by: Placed) -> Placed:
    """A block with what an override file says in place of its own arguments and nested blocks."""
    if before is None:
        return by
    old, new = before.block, by.block
    replaced = {_type(block) for block in new.blocks}
    kept = (block for block in old.blocks if _type(block) not in replaced)
    block = Block(
        old.type,
        old.labels,
        old.line,
        {
            **old.attributes,
            **{name: replace(each, file=by.file) for name, each in new.attributes.items()},
        },
        (*kept, *(replace(each, file=by.file) for each in new.blocks)),
    )
    return Placed(before.file, block)


def _type(block: Block) -> str:
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


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
    return [each for each in directories if folded(each) not in called] or list(directories)


def local_source(directory: str, call: Block) -> str | None:
    """The directory that a module call names by a local path."""
    source = call.attributes.get("source")
    text = source.text.strip('"') if source else ""
    return joined(directory, text) if text.startswith(("./", "../")) else None


def digest_of(files: Iterable[ReadFile]) -> str:
    """One digest for several files, whatever their order."""
    lines = sorted(f"{file.digest} {file.path.rpartition('/')[2]}" for file in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
