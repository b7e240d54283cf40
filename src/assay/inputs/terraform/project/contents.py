"""The files that code reads with `file()` and `templatefile()`: only below a given directory.

Facts: HashiCorp, "file Function", "templatefile Function", "Filesystem and Workspace Info".

A file is not read if a link leads out of the directory, if it is not a regular file, or if it is
large: the code may come from anybody.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from assay.digests import sha256
from assay.inputs.terraform.language.arguments import CHARACTERS, settled
from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.functions.table import call
from assay.inputs.terraform.language.values import is_known, unknown_of
from assay.inputs.terraform.syntax.expressions import (
    Expression,
    FailedError,
    HclValue,
    UnknownValue,
)

FUNCTIONS = ("file", "templatefile")
_MOST = 20_000_000
"""The most bytes of all files together."""


class Contents:
    """Reads files for one root module, each file only once."""

    def __init__(
        self, root: str, boundary: str | None, template: Callable[[str], Expression]
    ) -> None:
        """`boundary` is the directory below which files may be read (None: no file may be read);
        `template` parses a template.
        """
        self._root = Path(root)
        self._boundary = Path(boundary).resolve() if boundary else None
        self._template = template
        self._room = _MOST
        self._texts: dict[str, str | None] = {}
        self.digests: dict[str, str] = {}
        """The digests of the files that were read, by the path shown to users."""

    def text(self, path: str) -> str | None:
        """The text of a file, named as Terraform does from the root module; None if unreadable."""
        if path not in self._texts:
            self._texts[path] = self._text(path)
        return self._texts[path]

    def _text(self, path: str) -> str | None:
        if self._boundary is None:
            return None
        try:
            real = (self._root / path).resolve()
            if not real.is_relative_to(self._boundary) or not real.is_file():
                return None
            size = real.stat().st_size
            if size > CHARACTERS or size > self._room:
                return None
            self._room -= size
            data = real.read_bytes()
            self.digests[(self._root / path).as_posix()] = sha256(data)
            return data.decode()
        except (OSError, ValueError):
            return None

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        """The value of a call of one of `FUNCTIONS`; unknown if anything is in doubt."""
        match name, *arguments:
            case "file", str(path):
                text = self.text(path)
            case "templatefile", str(path), dict(variables) if is_known(variables):
                text = self._rendered(path, variables)
            case _:
                text = None
        return unknown_of(*arguments) if text is None or not settled(text) else text

    def _rendered(self, path: str, variables: dict[str, HclValue]) -> str | None:
        text = self.text(path)
        if text is None:
            return None
        try:
            found = evaluate(self._template(text), _Variables(), variables)
        except (FailedError, RecursionError):
            return None
        return found if isinstance(found, str) and len(found) <= CHARACTERS else None


class _Variables:
    """The names that a template can use: only the variables passed to it."""

    def lookup(self, name: str) -> HclValue:
        raise FailedError(f"{name} is not given")

    def member(self, name: str, attribute: str) -> HclValue:
        raise FailedError(f"{name}.{attribute} is not given")

    def settle(self, value: UnknownValue) -> HclValue:
        return value

    def is_text(self, variable: str) -> bool:
        del variable
        return False

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        return UnknownValue() if name in FUNCTIONS else call(name, arguments)
