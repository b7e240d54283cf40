"""The types that a check reads, and the JSON Schema that editors read, accept the same documents."""

import copy
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from assay.policy.document import Exceptable, decode
from assay.policy.explaining import schema
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
UNITS = st.sampled_from(["r-ab12", "ou-ab12-cd34ef56", "ou-ab12-" + "c" * 32])
ROOTS = st.fixed_dictionaries(
    {},
    optional={
        "images": st.lists(IMAGES, min_size=1, max_size=2),
        "owners": st.lists(
            ACCOUNTS | st.sampled_from(["amazon", "aws-marketplace"]), min_size=1, max_size=2
        ),
    },
).filter(bool)
FLEETS = st.one_of(
    st.just({}),
    st.builds(lambda ids: {"accounts": ids}, st.lists(ACCOUNTS, min_size=1, max_size=2)),
    st.builds(
        lambda said: {"organization": said},
        st.fixed_dictionaries(
            {},
            optional={
                "units": st.lists(UNITS, min_size=1, max_size=2),
                "exclude": st.lists(
                    ACCOUNTS | UNITS.filter(lambda unit: unit[0] == "o"), max_size=2
                ),
            },
        ),
    ),
)
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
COMMON = st.fixed_dictionaries(
    {"role_name": st.sampled_from(["r", "team/assay+=,.@_-", "n" * 64, "p" * 510 + "/r"])},
    optional={"external_id": st.just("ab")},
)
RULE_NAMES = sorted(schema()["definitions"]["rules"]["properties"])

EXCEPTABLE = schema()["properties"]["exceptions"]["items"]["properties"]["rules"]["items"]["enum"]

GOLDEN = st.fixed_dictionaries(
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
)
REQUIRE = st.fixed_dictionaries(
    {},
    optional={
        "ancestry": st.sampled_from(["agree", "ignore"]),
        "max_depth": st.sampled_from([0, 1, 50]),
        "owners": st.lists(st.just("self") | ACCOUNTS, min_size=1, max_size=2),
        "max_age_days": DAYS,
        "max_scan_severity": st.sampled_from(
            ["informational", "low", "medium", "high", "critical"]
        ),
        "allowed_amis": st.sampled_from(["predict", "ignore"]),
    },
)
RULES_SET = st.dictionaries(st.sampled_from(RULE_NAMES), SEVERITIES, max_size=3)
TEXTS = st.sampled_from(["vendor appliance", "SEC-1421", "x", "é" * 500, "\x80", "\u2028"])
WORDS = st.sampled_from(["*", "prod", "p?", "a b/[c]", "n" * 256])
TAGS = st.dictionaries(WORDS, WORDS, min_size=1, max_size=2)
ADDRESSES = st.sampled_from(
    ["*", "module.prod.*", 'aws_instance.a["x.y"]', "é", "a" * 1024, "\t", "\x00"]
)
WHERE = {
    "address": ADDRESSES,
    "module": ADDRESSES,
    "resource_type": st.sampled_from(["aws_instance", "aws_*", "?", "a" * 128]),
    "account": st.sampled_from(["111122223333", "1*", "*", "?" * 12]),
    "region": REGION_PATTERNS,
    "tags": TAGS,
}
IMAGE_MATCH = st.fixed_dictionaries(
    {},
    optional={
        "id": IDS,
        "owner": ACCOUNTS,
        "owner_alias": st.sampled_from(["amazon", "aws-marketplace", "aws-backup-vault"]),
        "product_code": st.sampled_from(["a", "Ab1", "9" * 25]),
        "name": WORDS,
        "tags": TAGS,
    },
).filter(bool)
SCOPES = st.fixed_dictionaries(
    {"name": TEXTS, "match": st.fixed_dictionaries({}, optional=WHERE).filter(bool)},
    optional={"golden": GOLDEN, "require": REQUIRE, "rules": RULES_SET},
)
EXCEPTIONS = st.fixed_dictionaries(
    {
        "match": st.fixed_dictionaries({}, optional={**WHERE, "image": IMAGE_MATCH}).filter(bool),
        "rules": st.lists(st.sampled_from(EXCEPTABLE), min_size=1, max_size=2),
        "reason": TEXTS,
        "approved_by": TEXTS,
        "expires": st.sampled_from(["2027-01-31", "0000-00-00", "9999-99-99"]),
    },
    optional={"ticket": TEXTS},
)

VALID = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "golden": st.builds(
            dict.__or__, GOLDEN, st.fixed_dictionaries({}, optional={"roots": ROOTS})
        ),
    },
    optional={
        "require": REQUIRE,
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
        "rules": RULES_SET,
        "judge": st.lists(
            st.sampled_from(["launch", "template", "alias", "derive", "bake", "share"]),
            min_size=1,
            max_size=3,
        ),
        "undetermined": st.sampled_from(["error", "warning"]),
        "scopes": st.lists(SCOPES, max_size=2),
        "exceptions": st.lists(EXCEPTIONS, max_size=2),
        "aws": st.builds(
            dict.__or__,
            FLEETS,
            st.fixed_dictionaries(
                {},
                optional={
                    "region": REGIONS,
                    "readers": st.builds(
                        dict.__or__,
                        st.dictionaries(ACCOUNTS, READERS, max_size=2),
                        st.fixed_dictionaries({}, optional={"*": COMMON}),
                    ),
                },
            ),
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
    "arn:aws:sts::111122223333:assumed-role/x/y", "n" * 1225, "a b", "/r", "r/", "a//r", "p" * 511 + "/r",
    "r-ab1", "r-ab12", "ou-ab12-cd34ef5", "ou-AB12-cd34ef56", "ou-ab12-cd34ef56", "amazon", "aws-backup-vault",
    {"role_arn": "arn:aws:iam::111122223333:role/x"}, {"role_name": "r"},
    {"role_name": "r", "role_arn": "arn:aws:iam::111122223333:role/x"},
    "ami-0123abcd", "ami-0123abc", "ami-0123ABCD", "us-east-1", "us-east", "a" * 65, "ERROR",
    "2027-01-31", "2027-1-31", "20270131", "2027-01-31T00:00:00Z", "\u0662027-01-31", "2027-02-30",
    "?" * 12, "?" * 13, "1*", "aws_*", "AWS_INSTANCE", "a" * 129, "n" * 256, "n" * 257, "n" * 500,
    "n" * 501, "n" * 1024, "n" * 1025, "a\nb", "a\tb", "a\x7fb", "\x80", "\u2028",
    "high", "HIGH", "agree", "predict", "amazon", "aws-marketplace", "self-owned", "lookup-failed",
    ["unmarked"], ["unmarked", "unmarked"], ["unresolved"], {"": "x"}, {"env": ""}, {"env": "prod"},
    {"n" * 257: "x"}, {"env": None}, {"a\nb": "x"}, {"address": "*"}, {"image": {}}, {"tags": {}},
    {"image": {"id": "ami-0123abcd"}}, {"address": None},
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
                other = draw(
                    st.sampled_from(["extra", str(last) + "s", str(last).upper(), "<<", "*"])
                )
                node[other] = node.pop(last)
            case _:
                node[last] = draw(CHANGES)(node[last])
    return document


NOT_IN_YAML = re.compile(r"[\x7f-\x84\x86-\x9f\ufffe\uffff]")


def as_read(document: Any) -> Any:
    """What the file that says this is read as, by the same code that reads policies.

    Characters that YAML wants escaped, which JSON does not ask for, are escaped.
    """
    text = json.dumps(document, ensure_ascii=False)
    return parse("p.json", NOT_IN_YAML.sub(lambda it: f"\\u{ord(it[0]):04x}", text)).value


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
        "roots": {
            "images": [{"id": "ami-0123abcd", "region": "us-east-1"}],
            "owners": ["amazon", "111122223333"],
        },
    },
    "require": {
        "ancestry": "agree",
        "max_depth": 3,
        "owners": ["self", "111122223333"],
        "max_age_days": 365,
        "max_scan_severity": "high",
        "allowed_amis": "predict",
    },
    "revoked": {
        "watermarks": ["111122223333:golden-old"],
        "images": [{"id": "ami-0123abcd", "region": "us-east-1", "reason": "CVE"}],
    },
    "rules": dict.fromkeys(RULE_NAMES, "error"),
    "judge": ["launch", "bake"],
    "undetermined": "error",
    "scopes": [
        {
            "name": "prod",
            "match": {
                "address": "module.prod.*",
                "module": "module.prod",
                "resource_type": "aws_instance",
                "account": "222222222222",
                "region": "*",
                "tags": {"env": "prod"},
            },
            "golden": {
                "watermarks": [{"key": "111122223333:prod-*"}],
                "source_images": [{"id": "ami-0123abcd", "region": "us-east-1"}],
            },
            "require": {"max_depth": 1, "owners": ["self"]},
            "rules": {"unpinned": "error"},
        }
    ],
    "exceptions": [
        {
            "match": {
                "address": "module.firewall.*",
                "module": "module.firewall",
                "resource_type": "aws_*",
                "account": "2222*",
                "region": "us-*",
                "tags": {"env": "prod"},
                "image": {
                    "id": "ami-0123abcd",
                    "owner": "111122223333",
                    "owner_alias": "aws-marketplace",
                    "product_code": "abc123",
                    "name": "vendor-*",
                    "tags": {"vendor": "x"},
                },
            },
            "rules": ["unmarked", "revoked"],
            "reason": "vendor appliance",
            "approved_by": "platform-security",
            "ticket": "SEC-1421",
            "expires": "2027-01-31",
        }
    ],
    "aws": {
        "region": "us-east-1",
        "readers": {
            "111122223333": {
                "role_arn": "arn:aws:iam::111122223333:role/assay",
                "external_id": "x-1",
            },
            "*": {"role_name": "team/assay", "external_id": "x-1"},
        },
        "accounts": ["111122223333", "222222222222"],
    },
}
OTHERWISE: dict[str, Any] = {
    "version": 1,
    "golden": FULL["golden"],
    "aws": {
        "organization": {
            "units": ["r-ab12", "ou-ab12-cd34ef56"],
            "exclude": ["111122223333", "ou-ab12-cd34ef57"],
        }
    },
}
"""What cannot stand beside what the full document says."""


PARTS: dict[str | int, Any] = {
    key: as_read({"version": 1, "golden": FULL["golden"], key: FULL[key]}) for key in FULL
}
"""Each part of it in a document of its own: what is around it makes no difference, but takes time."""
AT_ORGANIZATION = [each for each in spots(OTHERWISE) if "organization" in each]
CHANGED: dict[str, Callable[[Any], Any]] = {
    **{repr(value): _replace(value) for value in SURPRISES},
    **{f"... + {end!r}": _append(end) for end in ("\n", " ", "\r", "\u2028", "*")},
    "float": lambda old: float(old) if type(old) is int else old,
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_every_place_of_a_full_document_takes_the_same_values(change: Callable[[Any], Any]) -> None:
    """Exhaustive: each surprise in each place, so that no pair is left to luck."""
    disagreements = []
    organization = as_read(OTHERWISE)
    for *parents, last in [*spots(FULL)[1:], *AT_ORGANIZATION]:
        inside = (*parents, last) in AT_ORGANIZATION
        document = organization if inside else PARTS[parents[0] if parents else last]
        node: Any = document
        for step in parents:
            node = node[step]
        before = node[last]
        node[last] = as_read(change(before))
        if decodes(document) is not VALIDATOR.is_valid(document):
            disagreements.append((*parents, last))
        node[last] = before
    assert not disagreements
    assert {key: part[key] for key, part in PARTS.items()} == FULL
    assert organization == OTHERWISE


def test_both_accept_a_full_document_and_the_smallest() -> None:
    smallest = {"version": 1, "golden": {"watermarks": [{"key": "111122223333:golden"}]}}
    for document in (FULL, OTHERWISE, smallest):
        assert decodes(as_read(document))
        assert VALIDATOR.is_valid(as_read(document))


def test_accounts_and_an_organization_are_refused_by_both() -> None:
    document = copy.deepcopy(FULL)
    document["aws"] |= OTHERWISE["aws"]
    assert not decodes(as_read(document))
    assert not VALIDATOR.is_valid(as_read(document))


def _without(*path: str | int) -> dict[str, Any]:
    document = copy.deepcopy(FULL)
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = {}
    return document


@pytest.mark.parametrize(
    "path",
    [
        ("scopes", 0, "match"),
        ("scopes", 0, "match", "tags"),
        ("exceptions", 0, "match"),
        ("exceptions", 0, "match", "tags"),
        ("exceptions", 0, "match", "image"),
        ("exceptions", 0, "match", "image", "tags"),
        ("golden", "roots"),
    ],
)
def test_an_empty_match_is_refused_by_both(path: tuple[str | int, ...]) -> None:
    value = as_read(_without(*path))
    assert not decodes(value)
    assert not VALIDATOR.is_valid(value)


@pytest.mark.parametrize("section", ["scopes", "exceptions"])
@pytest.mark.parametrize("inside", [(), ("image",)])
def test_one_field_of_a_match_is_enough_for_both(section: str, inside: tuple[str, ...]) -> None:
    whole: Any = FULL[section][0]["match"]
    if inside and section == "scopes":
        assert "image" not in whole
        return
    for step in inside:
        whole = whole[step]
    for field in whole:
        document = copy.deepcopy(FULL)
        match: Any = {field: whole[field]}
        for step in inside:
            match = {step: match}
        document[section][0]["match"] = match
        assert decodes(as_read(document))
        assert VALIDATOR.is_valid(as_read(document))


def test_every_key_of_the_schema_stands_in_the_full_document() -> None:
    """So that no part of the document is left out of what is compared above."""

    def named(node: Any) -> set[str]:
        if isinstance(node, dict):
            inside = set().union(*(named(child) for child in node.values()), set())
            return inside | set(node.get("properties", {}))
        if isinstance(node, list):
            return set().union(*(named(child) for child in node), set())
        return set()

    def written(node: Any) -> set[str]:
        if isinstance(node, dict):
            return set(node) | set().union(*(written(child) for child in node.values()), set())
        if isinstance(node, list):
            return set().union(*(written(child) for child in node), set())
        return set()

    assert named(schema()) - {"properties"} <= written(FULL) | written(OTHERWISE)


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


def test_what_could_not_be_read_is_no_rule_that_an_exception_names() -> None:
    """Exceptions let failures through; these three never fail, nor does an incomplete plan."""
    never = {rule.id for rule in RULES if not rule.configurable} | {"incomplete-plan"}
    assert set(EXCEPTABLE) == {rule.id for rule in RULES} - never
    assert set(get_args(Exceptable)) == set(EXCEPTABLE)
