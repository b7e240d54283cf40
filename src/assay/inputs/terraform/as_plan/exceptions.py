"""Exceptions in comments: `# assay:ignore[unmarked] reason="vendor appliance"`.

A directive may follow other text and extends to the end of its line. A malformed attempt at one is
an error: an exception that has no effect should say so where it is written.
"""

import re
from datetime import date

from assay.errors import InputError, did_you_mean
from assay.inputs.terraform.syntax.blocks import Comment
from assay.model import CodeException
from assay.model.times import day

_WORD = "ignore"
_KEYS = ("reason", "expires", "ticket")
_LIKE_THIS = 'write assay:ignore[unmarked] reason="vendor appliance"'
_IN_QUOTES = 'put text with spaces in double quotes: reason="vendor appliance"'

_MARK = re.compile(r"(?<![\w-])assay:([ \t]*)([\w-]*)([ \t]*\[)?")
# Compiled only when the code has an exception.
_RULE = r"[A-Za-z0-9_-]{1,64}"
_KEY = r"\s+([A-Za-z0-9_-]{1,64})="
_VALUE = r'(?:"([^"]*)"|([\w.:/#@+-]+))(?!\S)'
_TEXT = r"[^\x00-\x1f\x7f]{1,500}"


def read_exception(comment: Comment, file: str) -> CodeException | None:
    """The exception in a comment; None for prose. Raises `InputError`."""
    text = comment.text.removesuffix("*/") if comment.text.startswith("/*") else comment.text
    found = [
        (mark, f"{file}:{line}", line)
        for line, words in enumerate(text.split("\n"), start=comment.line)
        for mark in _MARK.finditer(words)
        if _is_meant(mark)
    ]
    if not found:
        return None
    if len(found) > 1:
        hint = "name all rules in one, or give each a comment of its own"
        raise InputError("two directives in one comment", where=found[1][1], hint=hint)
    [(mark, where, line)] = found
    if mark.groups() != ("", _WORD, "["):
        raise InputError("not quite an exception", where=where, hint=_LIKE_THIS)
    names, closed, rest = mark.string[mark.end() :].partition("]")
    rules = tuple(name.strip() for name in names.split(","))
    if not closed or not all(re.fullmatch(_RULE, rule) for rule in rules):
        what = "assay:ignore needs a list of rules in brackets"
        raise InputError(what, where=where, hint=_LIKE_THIS)
    fields = _fields(rest.rstrip(), where)
    if "reason" not in fields:
        raise InputError("an exception without a reason", where=where, hint=_LIKE_THIS)
    expires = _day(fields["expires"], where) if "expires" in fields else None
    return CodeException(rules, fields["reason"], file, line, expires, fields.get("ticket"))


def _is_meant(mark: re.Match[str]) -> bool:
    """Whether it is a directive or an attempt at one: prose has a space and no brackets."""
    from difflib import get_close_matches

    gap, word, bracket = mark.groups()
    if not gap and (word == _WORD or bracket == "["):
        return True
    return bool((not gap or bracket) and get_close_matches(word.lower(), [_WORD], cutoff=0.7))


def _fields(text: str, where: str) -> dict[str, str]:
    """The `key=value` pairs to the end of the line."""
    fields: dict[str, str] = {}
    at = 0
    while at < len(text):
        key = re.compile(_KEY).match(text, at)
        if key is None:
            what = "something after the brackets is not key=value"
            raise InputError(what, where=where, hint=_IN_QUOTES)
        name = key[1]
        if name not in _KEYS:
            hint = did_you_mean(name, _KEYS) or f"the keys are {', '.join(_KEYS)}"
            raise InputError(f"unknown key {name!r}", where=where, hint=hint)
        if name in fields:
            raise InputError(
                f"the key {name!r} appears twice", where=where, hint="remove one of them"
            )
        value = re.compile(_VALUE).match(text, key.end())
        if value is None:
            what = f"{name} is neither one word nor text in double quotes"
            raise InputError(what, where=where, hint=_IN_QUOTES)
        fields[name] = _readable(name, value[1] or value[2] or "", where)
        at = value.end()
    return fields


def _readable(name: str, text: str, where: str) -> str:
    seen = any(sign.isprintable() and not sign.isspace() for sign in text)
    if not seen or not re.fullmatch(_TEXT, text):
        what = f"{name} must be one line of text, 1 to 500 characters"
        raise InputError(what, where=where, hint=_LIKE_THIS if not seen else None)
    return text


def _day(text: str, where: str) -> date:
    try:
        return day(text)
    except ValueError:  # 2027-02-30
        hint = "write it as expires=2027-01-31, the last day on which the exception applies"
        what = "expires is not a valid date"
        raise InputError(what, where=where, hint=hint) from None
