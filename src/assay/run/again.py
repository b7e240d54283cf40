"""Compares a report with what the same inputs, policy and answers lead to now."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Any

import msgspec

from assay.errors import InputError
from assay.model import Report
from assay.model.times import moment
from assay.report.formats.json import document
from assay.run.cures import SUGGESTED

_NOT_COMPARED = ("generated_at", "tool", "catalog")
"""Time and version of the report, and who answered: `notes` and `_grounds` deal with these."""
_NAMED = ("address", "attribute", "input", "root", "rule", "path", "image_id", "name")
"""The fields that tell the members of a list apart."""


def report_at(path: str, content: bytes) -> dict[str, Any]:
    """Read a JSON report, schema version 1. Raises `InputError`."""
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InputError("is not JSON", where=path, hint="write one with -o json=FILE") from None
    if not isinstance(found, dict) or "verdicts" not in found or "as_of" not in found:
        raise InputError(
            "is not a report of assay check", where=path, hint="write one with -o json=FILE"
        )
    if found.get("kind") == "audit":
        hint = "audit that night again and compare the two: assay audit --night DATE"
        raise InputError("is an audit, whose inputs cannot be judged again", where=path, hint=hint)
    if found.get("schema_version") != 1:
        raise InputError("is in a schema version other than 1", where=path)
    return found


def as_of(path: str, told: Mapping[str, Any]) -> datetime:
    """The time as of which the report was judged. Raises `InputError`."""
    try:
        return moment(told["as_of"])
    except (TypeError, ValueError):
        raise InputError(
            "as_of is not a date or time", where=path, hint="write one with -o json=FILE"
        ) from None


def policy_of(told: Mapping[str, Any]) -> str | None:
    """The path of the policy file that the report names."""
    path = _part(told, "policy").get("path")
    return path if isinstance(path, str) else None


def differences(told: Mapping[str, Any], report: Report) -> list[str]:
    """Return the differences, one line each: inputs, policy and answers first, then the rest."""
    made = _as_written(report)
    told = _without_suggestions(told)
    lines = list(_grounds(told, made))
    for name in dict.fromkeys((*told, *made)):
        if name not in _NOT_COMPARED and name not in ("policy", "inputs"):
            lines += _differ(name, told.get(name), made.get(name))
    return lines


def notes(told: Mapping[str, Any], report: Report) -> Iterator[str]:
    """Yield what the comparison cannot prove."""
    if not _part(told, "catalog").get("sha256"):
        yield (
            "the report contains no digest of its answers, so nothing proves that these are the same; "
            "a report of assay check --catalog or --record contains one"
        )
    if _without_suggestions(told) != told:
        yield "the report suggests images, which these answers do not cover: the suggestions are not compared"
    version = _part(told, "tool").get("version")
    mine = _as_written(report)["tool"]["version"]
    if version != mine:
        by = f"by assay {version}" if isinstance(version, str) else "by an unknown version"
        yield f"the report was made {by}; this is {mine}"


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object of the report; empty if the report has something else there."""
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _without_suggestions(told: Any) -> Any:
    """Remove what `--suggest` added to fixes: no recording has the lists that it uses."""
    if isinstance(told, list):
        return [_without_suggestions(each) for each in told]
    if not isinstance(told, dict):
        return told
    found = {name: _without_suggestions(each) for name, each in told.items()}
    if isinstance(found.get("fix"), str):
        found["fix"] = SUGGESTED.sub("", found["fix"]) or None
    return found


def _as_written(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(report)))
    return found


def _grounds(told: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    yield from _differ("policy", _without_paths(told.get("policy")), _without_paths(made["policy"]))
    yield from _inputs(told.get("inputs"), made["inputs"])
    digest = _part(told, "catalog").get("sha256")
    if digest and digest != made["catalog"]["sha256"]:
        yield from _differ("catalog.sha256", digest, made["catalog"]["sha256"])


def _inputs(told: Any, made: list[dict[str, Any]]) -> Iterator[str]:
    """The differences of the inputs, which are in the same order; each is called by its path."""
    if not isinstance(told, list) or not _keyed(told):
        yield from _differ("inputs", told, made)
        return
    for old, new in zip_longest(told, made):
        name = (new or old).get("path")
        yield from _differ(f"inputs[{name}]", _without_paths(old), _without_paths(new))


def _without_paths(of: Any) -> Any:
    """Remove the path: the digest identifies the file, which may be somewhere else by now."""
    return (
        {name: each for name, each in of.items() if name != "path"} if isinstance(of, dict) else of
    )


def _differ(where: str, told: Any, made: Any) -> Iterator[str]:
    if told == made:
        return
    if isinstance(told, dict) and isinstance(made, dict):
        for name in dict.fromkeys((*told, *made)):
            yield from _differ(f"{where}.{name}", told.get(name), made.get(name))
    elif isinstance(told, list) and isinstance(made, list) and _keyed(told) and _keyed(made):
        old, new = _by_key(told), _by_key(made)
        for key in dict.fromkeys((*old, *new)):
            yield from _differ(f"{where}[{key}]", old.get(key), new.get(key))
        if old == new:
            yield f"{where}: in another order"
    else:
        yield f"{where}: {_short(told)} in the report, {_short(made)} now"


def _keyed(of: list[Any]) -> bool:
    return all(isinstance(each, dict) for each in of)


def _by_key(of: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in of:
        key = " ".join(str(each[name]) for name in _NAMED if each.get(name))
        number = sum(known == key or known.startswith(f"{key} #") for known in found)
        found[f"{key} #{number + 1}" if number else key] = each
    return found


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 100 else f"{text[:99]}…"
