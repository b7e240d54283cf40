"""Encodes documents as JSON text, including names that are not valid UTF-8."""

import json
import re
from typing import Any

import msgspec

# GitHub's runner obeys `##[error]` anywhere in a line, and Azure's agent `##vso[…]`. In a JSON string,
# the second `#` can be escaped by its number.
_ORDERS = re.compile(r"(?<=#)#(?=(?:vso)?\[)")
_NOT_SEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)


def indented(document: Any) -> str:
    """The document as indented JSON, ending in a newline."""
    return harmless(msgspec.json.format(encoded(document), indent=2).decode()) + "\n"


def harmless(text: str) -> str:
    """The same JSON, with everything escaped that terminals or the logs of CI services would obey.

    It escapes what `safe` does; a JSON parser still reads the original strings.
    """
    if not text.isascii():
        text = _NOT_SEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return _ORDERS.sub(r"\\u0023", text) if "##" in text else text


def encoded(document: Any) -> bytes:
    r"""The document on one line.

    A lone surrogate, which a file name may contain, is spelled out: `\udc80`.
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
