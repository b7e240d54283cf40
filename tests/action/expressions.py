"""GitHub's expressions, as far as action.yml uses them; anything else is refused, not guessed.

GitHub Docs, "Evaluate expressions in workflows and actions": names of contexts, strings in single
quotes, `!`, `==`, `!=`, `&&`, `||`, and the functions success, failure and always.
"""

import re
from collections.abc import Callable, Mapping

Names = Mapping[str, str]
"""What is known: `inputs.plan`, `steps.check.outputs.verdict`, … What is not there is empty."""

_TOKEN = re.compile(
    r"\s*(?:('(?:[^']|'')*')|([a-z_]+(?:\.[A-Za-z0-9_-]+)*(?:\(\))?)|(==|!=|&&|\|\||!|[()]))"
)
_CONTEXTS = ("inputs.", "steps.", "github.", "matrix.")
_STATUS = ("success()", "failure()", "always()")


def filled_in(text: str, names: Names) -> str:
    """A value of action.yml, with its `${{ }}` replaced."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], names)), text)


def holds(condition: str | None, names: Names, *, failed: bool) -> bool:
    """Whether a step runs: a condition that asks for no status means `success()` as well."""
    condition = condition or "success()"
    status = {"success()": not failed, "failure()": failed, "always()": True}
    implied = not any(name in condition for name in _STATUS)
    return not (implied and failed) and bool(evaluate(condition, names, status))


def evaluate(text: str, names: Names, status: Mapping[str, bool] | None = None) -> str | bool:
    """The value of an expression without its braces."""
    tokens = _tokens(text)
    value = _joined(tokens, names, status or {})
    assert not tokens, f"{text!r}: not understood from {tokens} on"
    return value


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found, f"{text!r}: not understood from {text[at:]!r} on"
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


def _joined(tokens: list[str], names: Names, status: Mapping[str, bool]) -> str | bool:
    """`||` binds least, then `&&`, then comparisons."""

    def level(operator: str, lower: Callable[[], str | bool]) -> str | bool:
        value = lower()
        while tokens and tokens[0] == operator:
            tokens.pop(0)
            other = lower()
            value = (value or other) if operator == "||" else (value and other)
        return value

    def compared() -> str | bool:
        value = _single(tokens, names, status)
        if tokens and tokens[0] in ("==", "!="):
            equal = tokens.pop(0) == "=="
            return (value == _single(tokens, names, status)) is equal
        return value

    return level("||", lambda: level("&&", compared))


def _single(tokens: list[str], names: Names, status: Mapping[str, bool]) -> str | bool:
    token = tokens.pop(0)
    if token == "!":
        return not _single(tokens, names, status)
    if token == "(":
        value = _joined(tokens, names, status)
        assert tokens.pop(0) == ")"
        return value
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token.endswith("()"):
        return status[token]
    assert token.startswith(_CONTEXTS), f"unknown name {token}"
    return names.get(token, "")
