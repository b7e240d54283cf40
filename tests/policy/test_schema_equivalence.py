"""The types that a check reads, and the JSON Schema that editors read, accept the same documents."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from assay.policy.document import decode
from assay.policy.load import schema
from assay.policy.rules import RULES
from assay.policy.syntax import parse

VALIDATOR = Draft7Validator(schema())

ACCOUNTS = st.sampled_from(["111122223333", "000000000000", "999999999999"])
NAMES = st.sampled_from(["golden", "golden-*", "?", "[x] (y)", "n" * 128, "é", "\U0001f600"])
KEYS = st.builds("{}:{}".format, ACCOUNTS, NAMES)
REGIONS = st.sampled_from(["us-east-1", "us-gov-west-1", "ap-southeast-12", "eusc-de-east-1"])
REGION_PATTERNS = st.sampled_from(["*", "us-*", "us-east-?", "a" * 64])
IDS = st.sampled_from(["ami-0123abcd", "ami-0123456789abcdef0"])
DAYS = st.sampled_from([0, 1, 180, 2147483647])
SEVERITIES = st.sampled_from(["error", "warning", "off"])
IMAGES = st.fixed_dictionaries({"id": IDS, "region": REGIONS})
ROLES = st.sampled_from(
    [
        "arn:aws:iam::111122223333:role/assay",
        "arn:aws-us-gov:iam::999999999999:role/a/path/assay+=,.@_-",
    ]
)
READERS = st.fixed_dictionaries(
    {"role_arn": ROLES},
    optional={"external_id": st.sampled_from(["ab", "a:b/c=,.@_-+", "n" * 1224])},
)
RULE_NAMES = sorted(schema()["properties"]["rules"]["properties"])

VALID = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "golden": st.fixed_dictionaries(
            {
                "watermarks": st.lists(
                    st.fixed_dictionaries(
                        {"key": KEYS},
                        optional={
                            "source_image_region": REGION_PATTERNS,
                            "max_days_since_source_image_created": DAYS,
                            "max_days_since_watermark_created": DAYS,
                        },
                    ),
                    min_size=1,
                    max_size=2,
                )
            },
            optional={"source_images": st.lists(IMAGES, min_size=1, max_size=2)},
        ),
    },
    optional={
        "require": st.fixed_dictionaries(
            {},
            optional={
                "ancestry": st.sampled_from(["agree", "ignore"]),
                "max_depth": st.sampled_from([0, 1, 50]),
                "owners": st.lists(st.just("self") | ACCOUNTS, min_size=1, max_size=2),
            },
        ),
        "revoked": st.fixed_dictionaries(
            {},
            optional={
                "watermarks": st.lists(KEYS, max_size=2),
                "images": st.lists(
                    st.fixed_dictionaries(
                        {"id": IDS, "region": REGIONS}, optional={"reason": st.text(max_size=5)}
                    ),
                    max_size=2,
                ),
            },
        ),
        "rules": st.dictionaries(st.sampled_from(RULE_NAMES), SEVERITIES, max_size=3),
        "judge": st.lists(
            st.sampled_from(["launch", "template", "alias", "derive", "bake", "share"]),
            min_size=1,
            max_size=3,
        ),
        "undetermined": st.sampled_from(["error", "warning"]),
        "aws": st.fixed_dictionaries(
            {},
            optional={
                "region": REGIONS,
                "readers": st.dictionaries(ACCOUNTS, READERS, max_size=2),
            },
        ),
    },
)

SURPRISES: list[Any] = [
    None, True, False, "", "x", "off", "error", "self", "1", [], [None], ["launch"], {}, {"x": 1},
    0, 1, -1, 2, 50, 51, 2147483647, 2147483648, 10**30, -(10**30), 111122223333,
    0.0, -0.0, 1.0, 3.0, 0.5, 1e300, 2147483648.0,
    "111122223333", "111122223333:", ":x", "*:golden", "111122223333:a:b", "111122223333:" + "n" * 129,
    "\u0661" * 12 + ":golden", "11112222333:golden", " 111122223333:golden", "us-*", "US-EAST-1",
    "arn:aws:iam::111122223333:role/", "arn:aws:iam::11112222333:role/x", "arn:aws:iam::111122223333:user/x",
    "arn:aws:sts::111122223333:assumed-role/x/y", "n" * 1225, "a b",
    "ami-0123abcd", "ami-0123abc", "ami-0123ABCD", "us-east-1", "us-east", "a" * 65, "ERROR",
]  # fmt: skip


def spots(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document, the whole of it first."""
    found = [path]
    if isinstance(node, dict):
        for key, child in node.items():
            found += spots(child, (*path, key))
    elif isinstance(node, list):
        for position, child in enumerate(node):
            found += spots(child, (*path, position))
    return found


def _replace(value: Any) -> Callable[[Any], Any]:
    return lambda _: copy.deepcopy(value)


def _append(ending: str) -> Callable[[Any], Any]:
    return lambda old: old + ending if isinstance(old, str) else old


CHANGES: st.SearchStrategy[Callable[[Any], Any]] = st.one_of(
    st.sampled_from(SURPRISES).map(_replace),
    st.sampled_from(["\n", " ", "\r", "\u2028", "x", "*", "\x00"]).map(_append),
    st.just(lambda old: "\n" + old if isinstance(old, str) else old),
    st.just(lambda old: [old]),
    st.just(lambda old: [old, old]),
    st.just(str),
    st.just(lambda old: float(old) if type(old) is int else old),
    st.just(lambda old: {**old, "extra": 1} if isinstance(old, dict) else old),
)


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """A valid document with up to two things done to it."""
    document: Any = draw(VALID)
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from(spots(document)))
        if not path:
            continue
        *parents, last = path
        node: Any = document
        for step in parents:
            node = node[step]
        match draw(st.sampled_from(["change", "change", "change", "drop", "rename"])):
            case "drop":
                del node[last]
            case "rename" if isinstance(node, dict):
                other = draw(st.sampled_from(["extra", str(last) + "s", str(last).upper(), "<<"]))
                node[other] = node.pop(last)
            case _:
                node[last] = draw(CHANGES)(node[last])
    return document


def as_read(document: Any) -> Any:
    """What the file that says this is read as, by the same code that reads policies."""
    return parse("p.json", json.dumps(document, ensure_ascii=False)).value


def decodes(value: Any) -> bool:
    try:
        decode(value)
    except msgspec.ValidationError:
        return False
    return True


@settings(max_examples=200)
@given(documents())
def test_both_accept_the_same_documents(document: Any) -> None:
    value = as_read(document)
    by_schema = VALIDATOR.is_valid(value)
    event(f"accepted: {by_schema}")
    assert decodes(value) is by_schema


FULL: dict[str, Any] = {
    "version": 1,
    "golden": {
        "watermarks": [
            {
                "key": "111122223333:golden-*",
                "source_image_region": "us-*",
                "max_days_since_source_image_created": 180,
                "max_days_since_watermark_created": 90,
            }
        ],
        "source_images": [{"id": "ami-0123abcd", "region": "us-east-1"}],
    },
    "require": {"ancestry": "agree", "max_depth": 3, "owners": ["self", "111122223333"]},
    "revoked": {
        "watermarks": ["111122223333:golden-old"],
        "images": [{"id": "ami-0123abcd", "region": "us-east-1", "reason": "CVE"}],
    },
    "rules": dict.fromkeys(RULE_NAMES, "error"),
    "judge": ["launch", "bake"],
    "undetermined": "error",
    "aws": {
        "region": "us-east-1",
        "readers": {
            "111122223333": {
                "role_arn": "arn:aws:iam::111122223333:role/assay",
                "external_id": "x-1",
            }
        },
    },
}


CHANGED: dict[str, Callable[[Any], Any]] = {
    **{repr(value): _replace(value) for value in SURPRISES},
    **{f"... + {end!r}": _append(end) for end in ("\n", " ", "\r", "\u2028", "*")},
    "float": lambda old: float(old) if type(old) is int else old,
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_every_place_of_a_full_document_takes_the_same_values(change: Callable[[Any], Any]) -> None:
    """Exhaustive: each surprise in each place, so that no pair is left to luck."""
    disagreements = []
    for *parents, last in spots(FULL)[1:]:
        document = copy.deepcopy(FULL)
        node: Any = document
        for step in parents:
            node = node[step]
        node[last] = change(node[last])
        value = as_read(document)
        if decodes(value) is not VALIDATOR.is_valid(value):
            disagreements.append((*parents, last))
    assert not disagreements


def test_both_accept_a_full_document_and_the_smallest() -> None:
    smallest = {"version": 1, "golden": {"watermarks": [{"key": "111122223333:golden"}]}}
    for document in (FULL, smallest):
        assert decodes(as_read(document))
        assert VALIDATOR.is_valid(as_read(document))


def test_the_generator_explores_both_sides() -> None:
    """A property that only ever meets refused documents would hold for a schema that refuses all."""
    seen: Counter[bool] = Counter()

    @settings(max_examples=200, database=None)
    @given(documents())
    def look(document: Any) -> None:
        seen[VALIDATOR.is_valid(as_read(document))] += 1

    look()
    assert seen[True] >= 40
    assert seen[False] >= 40


def test_the_shipped_schema_is_valid_draft_07() -> None:
    assert schema()["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(schema())


def test_every_mapping_of_the_schema_is_closed() -> None:
    """Wherever keys are named, others are refused: a misspelt one must never be ignored."""

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict) and node.get("type") == "object":
                assert node["additionalProperties"] is False
            for child in node.values():
                visit(child)
        elif isinstance(node, list):
            for child in node:
                visit(child)

    assert schema()["additionalProperties"] is False
    visit(schema())


def test_the_schema_lists_the_rules_that_can_be_set() -> None:
    assert set(RULE_NAMES) == {rule.id for rule in RULES if rule.configurable}
