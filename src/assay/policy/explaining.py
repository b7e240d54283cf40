"""Explains what is wrong with a policy document, by file, line, column and key.

Documents are decoded with the types of `document`. Only if that fails does the JSON Schema explain the
error: importing jsonschema takes as long as a whole check.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from assay.errors import PolicyError, did_you_mean
from assay.policy.document import (
    ACCOUNT,
    ACCOUNT_PATTERN,
    ADDRESS_PATTERN,
    ALL_OTHERS,
    DATE,
    EXCLUDED,
    EXTERNAL_ID,
    IMAGE_ID,
    KEY,
    OWNER,
    PRODUCT_CODE,
    REGION,
    REGION_PATTERN,
    ROLE,
    ROLE_NAME,
    TAG,
    TEXT,
    TYPE_PATTERN,
    UNIT,
    VENDOR,
)
from assay.policy.syntax import Parsed, Path


def schema() -> dict[str, Any]:
    """The JSON Schema (draft-07) of the document."""
    import json
    from importlib import resources

    text = resources.files("assay.policy").joinpath("policy.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def explain(parsed: Parsed) -> None:
    """Raise `PolicyError` for the first violation of the JSON Schema, in file order."""
    for problem in problems(parsed):
        raise problem


def problems(parsed: Parsed) -> list[PolicyError]:
    """All violations of the JSON Schema, in file order."""
    from jsonschema import Draft7Validator

    errors = [
        error
        for error in Draft7Validator(schema()).iter_errors(parsed.value)
        # Text has none of the keys that a mapping must not have together; its type is reported.
        if error.validator != "not" or isinstance(error.instance, dict)
    ]
    misspelt = {
        tuple(error.absolute_path) for error in errors if error.validator == "additionalProperties"
    }
    found = [
        problem
        for error in errors
        if error.validator != "required" or tuple(error.absolute_path) not in misspelt
        for problem in _problems(error, parsed)
    ]
    # If a mapping lacks several keys, jsonschema reports each, but each of our messages names all.
    return sorted({str(each): each for each in found}.values(), key=_position)


def _problems(error: Any, parsed: Parsed) -> Iterator[PolicyError]:
    """The problems in one schema error, which can concern several keys."""
    if error.validator != "additionalProperties":
        yield _problem(error, parsed)
        return
    path: Path = tuple(error.absolute_path)
    known = list(error.schema.get("properties", ()))
    patterns = error.schema.get("patternProperties", ())
    for unknown in error.instance:
        if not _fits(unknown, known, patterns):
            yield PolicyError(
                f"unknown key {unknown!r} in {_named(path)}",
                where=parsed.where((*path, unknown), key=True),
                hint=_keys_look_like(known, patterns) if patterns else did_you_mean(unknown, known),
            )


def _named(path: Path) -> str:
    return ".".join(str(step) for step in path) or "the document"


def _position(problem: PolicyError) -> tuple[int, ...]:
    return tuple(int(part) for part in (problem.where or "").rsplit(":", 2)[1:])


def _problem(error: Any, parsed: Parsed) -> PolicyError:
    """One schema error as a message that says how to fix it."""
    path: Path = tuple(error.absolute_path)
    name = _named(path)
    match error.validator:
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            keys = ", ".join(map(repr, missing))
            what = (
                f"no key {keys}, which is"
                if len(missing) == 1
                else f"none of the keys {keys}, which are"
            )
            return PolicyError(f"{name} has {what} required", where=parsed.where(path))
        case "minItems":
            return PolicyError(f"{name} is empty: {_effect(path)}", where=parsed.where(path))
        case "minProperties":
            effect = _NO_ROOT if path[0] == "golden" else "it would apply everywhere"
            return PolicyError(f"{name} is empty: {effect}", where=parsed.where(path))
        case "not":
            one, other = error.validator_value["required"]
            return PolicyError(
                f"{name} has both {one} and {other}",
                where=parsed.where((*path, other), key=True),
                hint="keep only the one that describes your fleet",
            )
        case "pattern" | "enum" | "const" | "type" | "minimum" | "maximum":
            what = _wanted(error)
        case _:
            what = "does not have the right form"
    hint = _advice(error) or _example(error)
    return PolicyError(f"{name} {what}", where=parsed.where(path), hint=hint)


_IMAGES = '[{id: "ami-0123456789abcdef0", region: us-east-1}]'
_SMALL = {
    "watermarks": 'watermarks: [{key: "111122223333:golden-*"}]',
    "revoked.watermarks": 'watermarks: ["111122223333:old-*"]',
    "golden": 'golden: {watermarks: [{key: "111122223333:golden-*"}]}',
    "source_images": f"source_images: {_IMAGES}",
    "roots": "roots: {owners: [amazon]}",
    "roots.owners": 'owners: [amazon, "111122223333"]',
    "version": "version: 1",
    "exceptions": (
        'exceptions: [{match: {address: "aws_instance.old"}, rules: [unmarked], '
        'reason: "replaced next month", approved_by: "WHO", expires: 2027-01-31}]'
    ),
    "exceptions.rules": "rules: [unmarked]",
    "match": 'match: {account: "111122223333"}',
    "image": "image: {owner_alias: aws-marketplace}",
    "tags": "tags: {team: web}",
    "rules": "rules: {deprecated: warning}",
    "require": "require: {max_age_days: 90}",
    "max_age_days": "max_age_days: 90",
    "max_depth": "max_depth: 3",
    "aws": "aws: {region: us-east-1}",
    "revoked": 'revoked: {watermarks: ["111122223333:old-*"]}',
    "images": f"images: {_IMAGES}",
    "undetermined": "undetermined: error",
    "owners": 'owners: [self, "111122223333"]',
    "judge": "judge: [launch, template]",
    "scopes": 'scopes: [{name: prod, match: {account: "111122223333"}}]',
    "accounts": 'accounts: ["111122223333"]',
    "organization": "organization: {units: [ou-ab12-cd34ef56]}",
    "units": "units: [ou-ab12-cd34ef56]",
    "exclude": 'exclude: ["111122223333"]',
    "readers": 'readers: {"*": {role_name: assay-reader}}',
    "readers.*": '"*": {role_name: assay-reader}',
}
"""For the keys that are most often written wrong, an example of the right form.

Some keys mean different things below different parents, and are listed with the parent.
"""


def _example(error: Any) -> str | None:
    """An example of the right form, if only the type or a constant is wrong."""
    if error.validator not in ("type", "const"):
        return None
    keys = [step for step in error.absolute_path if isinstance(step, str)]
    if not keys:
        return "for example version: 1, then golden: …"
    known = _SMALL.get(".".join(keys[-2:])) or _SMALL.get(keys[-1])
    if known is None and error.validator_value == "integer":
        known = f"{keys[-1]}: 90"
    if known is None and keys[-2:-1] == ["readers"]:
        known = f'"{keys[-1]}": {{role_arn: "arn:aws:iam::{keys[-1]}:role/assay-reader"}}'
    return f"for example {known}" if known else None


_NO_ROOT = "no image would be allowed as a root"


def _effect(path: Path) -> str:
    """What an empty list at `path` would mean."""
    match path:
        case ["exceptions", *_]:
            return "it would let nothing through"
        case ["aws", *_]:
            return "it would describe no account"
        case ["golden", "roots", *_]:
            return _NO_ROOT
    return "nothing could ever pass"


def _fits(key: str, known: Iterable[str], patterns: Iterable[str]) -> bool:
    return key in known or any(re.search(pattern, key) for pattern in patterns)


def _keys_look_like(known: Iterable[str], patterns: Iterable[str]) -> str:
    shapes = [_SHAPES.get(each, each) for each in patterns]
    return f"a key here must be {', or '.join([*shapes, *(_MEANT.get(key, key) for key in known)])}"


def _wanted(error: Any) -> str:
    wanted = error.validator_value
    match error.validator:
        case "enum":
            return f"must be one of {', '.join(str(word) for word in wanted)}"
        case "const":
            return f"must be {wanted}"
        case "type":
            return f"must be {_article(wanted)}"
        case "pattern":
            return f"must look like {_SHAPES.get(wanted, wanted)}"
        case "minimum":
            return f"must be at least {wanted}"
        case _:
            return f"must be at most {wanted}"


_MEANT = {ALL_OTHERS: '"*" for all accounts without an entry of their own'}
_SHAPES = {
    KEY: '"111122223333:name" (12 digits, a colon, a watermark\'s name)',
    OWNER: "self or 12 digits",
    ACCOUNT: "an account of 12 digits",
    ROLE: "the ARN of a role, for example arn:aws:iam::111122223333:role/assay-reader",
    ROLE_NAME: "the name of a role, with its path if it has one, for example team/assay-reader",
    UNIT: "an organizational unit, ou-ab12-cd34ef56, or the root, r-ab12",
    EXCLUDED: "an account of 12 digits, or an organizational unit, ou-ab12-cd34ef56",
    VENDOR: "amazon, aws-marketplace or 12 digits",
    EXTERNAL_ID: "an external id: 2 to 1224 letters, digits and _+=,.@:/-",
    IMAGE_ID: "ami- and 8 or 17 hexadecimal digits",
    REGION: "a Region, for example us-east-1",
    REGION_PATTERN: "a Region, where * and ? are allowed",
    ACCOUNT_PATTERN: "an account of 12 digits, where * and ? are allowed",
    ADDRESS_PATTERN: "a Terraform address, where * and ? are allowed",
    TYPE_PATTERN: "a resource type, where * and ? are allowed",
    PRODUCT_CODE: "a Marketplace product code: 1 to 25 letters and digits",
    DATE: "a day, for example 2027-01-31",
    TEXT: "one line of text, 1 to 500 characters",
    TAG: "text of 1 to 256 characters",
}


def _article(kind: str) -> str:
    return {"object": "a mapping", "array": "a list", "string": "text in quotes"}.get(
        kind, f"an {kind}"
    )


def _advice(error: Any) -> str | None:
    """A hint for a common mistake."""
    if error.validator_value == "string" and type(error.instance) in (int, float):
        return "put it in quotes: YAML reads digits without quotes as a number"
    if error.validator_value == "object":
        key, colon, _ = str(error.instance).partition(":")
        if colon and key in error.schema.get("properties", ()):
            return f"put a space after the colon of {key}"
    if error.validator_value == KEY and isinstance(error.instance, str):
        account, colon, _ = error.instance.partition(":")
        if colon and ("*" in account or "?" in account):
            return "the account cannot contain a wildcard: anybody could attach a watermark with that name"
    if error.validator_value == ROLE_NAME and isinstance(error.instance, str):
        return _role_named(error.instance)
    if error.validator == "enum" and isinstance(error.instance, str):
        return did_you_mean(error.instance, map(str, error.validator_value))
    return None


def _role_named(said: str) -> str | None:
    """A hint for a role name that is an ARN, has a wildcard or starts with a slash."""
    _, is_arn, name = said.partition(":role/")
    if is_arn:
        known = re.search(ROLE_NAME, name)
        return f"write only the part after role/ in the ARN{f', {name}' if known else ''}"
    if "*" in said or "?" in said:
        return (
            "name one role: with a wildcard, anybody who may create roles could become the reader"
        )
    if said.startswith("/"):
        return "leave out the / at the start of the path"
    return None
