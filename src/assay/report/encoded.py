"""Documents as JSON text, also where a name holds what UTF-8 cannot."""

from typing import Any

import msgspec


def indented(document: Any) -> str:
    """The document for people and programs, ending in a newline."""
    return msgspec.json.format(encoded(document), indent=2).decode() + "\n"


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
