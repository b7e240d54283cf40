"""Code files, each read once, and which of a directory's files Terraform or OpenTofu reads.

Facts: OpenTofu, "Files and Directories", "Override Files" (a `.tofu` file replaces the `.tf` file
of the same name, `.tofu.json` replaces `.tf.json`); Terraform ignores both.
"""

import re
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from assay.digests import sha256
from assay.errors import InputError
from assay.inputs.terraform.project.paths import VALUES
from assay.inputs.terraform.project.trees import Tree
from assay.inputs.terraform.syntax.blocks import BrokenCodeError, CodeFile, locate
from assay.kept import Kept

_FORMAT = "7"
"""Changes whenever the cached form of a file changes, or whether a file is refused."""

Tool: TypeAlias = Literal["terraform", "opentofu"]
TERRAFORM: Tool = "terraform"
OPENTOFU: Tool = "opentofu"
_TOFU = ((".tofu", ".tf"), (".tofu.json", ".tf.json"))
_MOST, _MOST_OF_JSON = 2_000_000, 20_000_000
"""The most bytes of one file. Locating its contents takes up to 300 bytes of memory per byte."""
_BLANK = re.compile(rb"(?:\s+|(?:#|//)[^\n]*\n?)*+")

_At: TypeAlias = tuple[int, int, str]
"""Line, column and reason of the first syntax error in a text."""


class ReadFile(NamedTuple):
    """A file's code, or why it has none."""

    path: str
    digest: str
    code: CodeFile
    broken: InputError | None

    @property
    def declares(self) -> bool:
        """Whether it concerns more than Terraform's own settings."""
        return self.broken is not None or any(
            block.type != "terraform" for block in self.code.blocks
        )


class FileReader:
    """Reads files once; what was located in a file, or its error, is cached by its digest."""

    def __init__(self, kept: Kept, tree: Tree) -> None:
        self.tree = tree
        self._kept = kept
        self._read: dict[str, ReadFile] = {}
        self._decoder = msgspec.msgpack.Decoder(_Located)

    def file(self, path: str) -> ReadFile:
        """One file; a broken file comes with the reason."""
        found = self._read.get(path)
        if found is None:
            found = self._read[path] = self._file(path)
        return found

    def _file(self, path: str) -> ReadFile:
        most = _MOST_OF_JSON if path.endswith(".json") else _MOST
        try:
            data = self.tree.read(path, most + 1)
        except OSError as error:
            broken = InputError(f"cannot be read: {error.strerror}", where=path)
            return ReadFile(path, "", CodeFile(), broken)
        if len(data) > most:
            what = f"is larger than {most // 10**6} MB, the most that assay reads of a file of code"
            broken = InputError(what, where=path, hint="move the data into a file of its own")
            return ReadFile(path, "", CodeFile(), broken)
        digest = sha256(data)
        if not path.endswith(".json") and _BLANK.fullmatch(data):
            return ReadFile(path, digest, CodeFile(), None)
        syntax = "json" if path.endswith(".json") else "hcl"
        name = f"{_FORMAT}-{digest}-{syntax}{'-values' if path.endswith(VALUES) else ''}"
        located = self._kept_of(name)
        if located is None:
            located = _located(path, data)
            self._kept.write(name, msgspec.msgpack.encode(located))
        return ReadFile(path, digest, located.code, _input_error(path, located.broken))

    def _kept_of(self, name: str) -> "_Located | None":
        kept = self._kept.read(name)
        if kept is None:
            return None
        try:
            return self._decoder.decode(kept)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None  # damaged: located again


class _Located(msgspec.Struct):
    """The cached form of a file. No field has a default, so none can be left out."""

    code: CodeFile
    broken: _At | None


def _located(path: str, data: bytes) -> _Located:
    try:
        return _Located(_code(path, data), None)
    except BrokenCodeError as error:
        found = _first_error(data) if not path.endswith(".json") and not error.certain else None
        return _Located(CodeFile(), found or (error.line, error.column, error.reason))


def _first_error(data: bytes) -> _At | None:
    from assay.inputs.terraform.syntax.strict import syntax_error

    return syntax_error(data.decode())


def _input_error(path: str, broken: _At | None) -> InputError | None:
    if broken is None:
        return None
    line, column, reason = broken
    return InputError(
        f"is not valid Terraform code: {reason}",
        where=f"{path}:{line}:{column}",
        hint="run terraform validate to see more",
    )


def _code(path: str, data: bytes) -> CodeFile:
    values = path.endswith(VALUES)
    _require_utf8(data)
    if path.endswith(".json"):
        from assay.inputs.terraform.syntax.json_syntax import locate_json

        return locate_json(data, values=values)
    found = locate(data)
    if values and found.blocks:
        raise BrokenCodeError(found.blocks[0].line, 1, "a file of values cannot contain blocks")
    return found


def _require_utf8(data: bytes) -> None:
    """Reject UTF-16, which Windows editors write; without a mark, every other byte is zero."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:2]:
        raise BrokenCodeError(1, 1, "it is UTF-16 and must be UTF-8")


def read_by(names: Collection[str], tool: Tool) -> list[str]:
    """Those of a directory's code files that a tool reads."""
    if tool == TERRAFORM:
        return [name for name in names if not name.endswith((".tofu", ".tofu.json"))]
    aside = _shadowed(names)
    return [name for name in names if name not in aside]


def _shadowed(names: Iterable[str]) -> set[str]:
    """The files that OpenTofu ignores because a `.tofu` file replaces them."""
    return {
        f"{name.removesuffix(ours)}{theirs}"
        for name in names
        for ours, theirs in _TOFU
        if name.endswith(ours)
    }
