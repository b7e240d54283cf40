"""The errors that assay raises on purpose.

    AssayError                   no verdict is possible: exit code 2, one line
    ├── InputError               a plan or source cannot be read
    │   └── NotAPlanError        it is a different kind of document, which the message names
    ├── PolicyError              the policy document is wrong
    ├── StoreError               the store of an inventory cannot be read or written
    └── CatalogError             AWS, or a recorded catalogue, cannot be asked at all
        ├── RecordingError       the recorded catalogue is damaged or of an unknown form
        ├── SdkError             the AWS SDK is too old to see watermarks
        ├── ConfigurationError   the AWS SDK is configured in a way that it cannot use
        └── CredentialsError     there are no usable AWS credentials

A single unanswered question is not an exception but an `Unavailable` answer (`catalog.interface`).
"""

from collections.abc import Iterable


class AssayError(Exception):
    """What went wrong, where, and what to do about it, on one line.

    `where` names the file (with line and column if known), `hint` the cure.
    """

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        where = self.where
        if where is not None and where.partition(":")[0] == "-":
            where = f"standard input{where[1:]}"
        line = f"{where}: {self.what}" if where else self.what
        return f"{line}; {self.hint}" if self.hint else line


class InputError(AssayError):
    """A plan or source file cannot be read."""


class NotAPlanError(InputError):
    """The document is recognised as something other than a Terraform plan."""


class PolicyError(AssayError):
    """The policy document is malformed, contradicts itself or has a part that can never apply."""


class StoreError(AssayError):
    """The store of an inventory cannot be read or written."""


class CatalogError(AssayError):
    """The catalogue as a whole cannot answer."""


class RecordingError(CatalogError):
    """A recorded catalogue is damaged, or has a format that this version does not know."""


class SdkError(CatalogError):
    """The installed AWS SDK would silently drop watermarks."""


class ConfigurationError(CatalogError):
    """An AWS SDK setting, from an environment variable or a file, cannot be used."""


class CredentialsError(CatalogError):
    """No AWS credentials were found, or those found cannot be used."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the known word most like an unknown one; None if no known word is similar."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else None
