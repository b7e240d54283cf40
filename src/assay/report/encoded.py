"""Documents as JSON text, also where a name holds what UTF-8 cannot."""

import json
import re
from typing import Any

import msgspec

# `##[error]` orders GitHub's runner about anywhere in a line, `##vso[…]` Azure's agent: within a string
# of JSON the second `#` can be written by its number.
_ORDERS = re.compile(r"(?<=#)#(?=(?:vso)?\[)")
_NOT_SEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)


def indented(document: Any) -> str:
    """The document for people and programs, ending in a newline."""
    return harmless(msgspec.json.format(encoded(document), indent=2).decode()) + "\n"


def harmless(text: str) -> str:
    """The same JSON, with what terminals and logs of CI services obey by its number.

    As `safe` has it; a reader of JSON finds in the strings what was in them.
    """
    if not text.isascii():
        text = _NOT_SEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return _ORDERS.sub(r"\\u0023", text) if "##" in text else text


def encoded(document: Any) -> bytes:
    r"""The document on one line.

    A lone surrogate, as the name of a file may hold one, is spelled out: `\udc80`.
    """
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        return msgspec.json.encode(_spelled(msgspec.to_builtins(document)))


def _spelled(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_spelled(key): _spelled(each) for key, each in value.items()}
        case list() | tuple():
            return [_spelled(each) for each in value]
    return value
