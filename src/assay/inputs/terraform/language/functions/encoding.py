"""Terraform's functions that encode text: JSON, Base64, URLs and digests."""

import base64
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NoReturn

from assay.inputs.terraform.language.arguments import (
    CHARACTERS,
    Function,
    anything,
    read_number,
    settled,
    text_of,
)
from assay.inputs.terraform.language.values import UncertainError, require_small
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue

# Compiled only when a function that encodes is called.
_ESCAPED = '["\\\\\x00-\x1f<>&\u2028\u2029]'
_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"

# --------------------------------------------------------------------------------- JSON


def json_text(value: HclValue) -> str:
    """The value as JSON, character for character as Terraform writes it."""
    require_small(value)
    pieces: list[str] = []
    size = 0
    for piece in _json_pieces(value):
        pieces.append(piece)
        size += len(piece)
        if size > CHARACTERS:
            raise UncertainError
    return "".join(pieces)


def _json_pieces(value: HclValue) -> Iterator[str]:
    if isinstance(value, dict):
        for index, name in enumerate(sorted(value)):
            yield f"{',' if index else '{'}{_quoted(name)}:"
            yield from _json_pieces(value[name])
        yield "}" if value else "{}"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield "," if index else "["
            yield from _json_pieces(item)
        yield "]" if value else "[]"
    elif isinstance(value, str):
        yield _quoted(value)
    else:
        yield "null" if value is None else text_of(value)


def _quoted(text: str) -> str:
    if not settled(text):
        raise UncertainError
    return f'"{re.sub(_ESCAPED, _escape, text)}"'


def _escape(found: "re.Match[str]") -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


def _json_value(text: str) -> HclValue:
    import json

    if not text.strip(" \t\r\n"):
        raise FailedError
    try:
        value: HclValue = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=read_number,
            parse_float=_json_number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):  # Terraform is more lenient about what follows the value
        raise UncertainError from None
    require_small(value)
    require_settled(value)
    return value


def _object(pairs: list[tuple[str, HclValue]]) -> dict[str, HclValue]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise UncertainError
    return {name: made[name] for name in sorted(made)}


def _json_number(text: str) -> int | float:
    if len(text) > 30 or abs(Decimal(text).adjusted()) > 30:
        raise UncertainError
    return read_number(format(Decimal(text), "f"))


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def require_settled(value: HclValue) -> None:
    """Raise `UncertainError` if Terraform would normalise a text in it."""
    if isinstance(value, dict):
        for name, item in value.items():
            require_settled(name)
            require_settled(item)
    elif isinstance(value, list):
        for item in value:
            require_settled(item)
    elif isinstance(value, str) and not settled(value):
        raise UncertainError


# --------------------------------------------------------------------------------- others


def _from_base64(text: str) -> str:
    if not re.fullmatch(_BASE64, text):
        raise UncertainError if {"\r", "\n"} & set(text) else FailedError
    try:
        return base64.b64decode(text).decode()
    except UnicodeDecodeError:
        raise FailedError from None


def _to_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _for_url(text: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(text, safe="")


def _digest(algorithm: str) -> Callable[[str], str]:
    def digest(text: str) -> str:
        import hashlib  # imports OpenSSL

        return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()

    return digest


_TEXT = (text_of,)

TABLE: dict[str, Function] = {
    "base64decode": Function(_from_base64, _TEXT),
    "base64encode": Function(_to_base64, _TEXT),
    "jsondecode": Function(_json_value, _TEXT),
    "jsonencode": Function(json_text, (anything,)),
    "md5": Function(_digest("md5"), _TEXT),
    "sha1": Function(_digest("sha1"), _TEXT),
    "sha256": Function(_digest("sha256"), _TEXT),
    "sha512": Function(_digest("sha512"), _TEXT),
    "urlencode": Function(_for_url, _TEXT),
}
