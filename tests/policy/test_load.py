"""A wrong policy is refused by file, line, column and key, with what to write instead."""

import hashlib
import json
from collections.abc import Iterator

import pytest
import yaml

from assay.errors import PolicyError
from assay.model import Kind, Policy, Severity, WatermarkFilter
from assay.policy.document import KEY
from assay.policy.explaining import _SHAPES, schema
from assay.policy.load import faults, load, validate

HEAD = 'version: 1\ngolden:\n  watermarks:\n    - key: "111122223333:golden-*"\n'

EVERYTHING = """\
version: 1
golden:
  watermarks:
    - key: "111122223333:golden-*"
      source_image_region: "us-*"
      max_days_since_source_image_created: 180
      max_days_since_watermark_created: 0
    - key: "444455556666:it's [x86] (a)/b.c@d_e"
  source_images:
    - {id: ami-0123456789abcdef0, region: us-east-1}
require:
  {ancestry: ignore, max_depth: 0, owners: [self, "111122223333"], max_age_days: 0,
   max_scan_severity: informational, allowed_amis: predict}
revoked:
  watermarks: ["111122223333:golden-2026q1"]
  images: [{id: ami-0aaaaaaa, region: us-gov-west-1, reason: "CVE-2026-1, zażółć"}]
rules: {deprecated: off, too-deep: warning, unpinned: error}
judge: [launch, bake]
undetermined: warning
aws: {region: ap-southeast-2}
"""


def read(text: str) -> Policy:
    return load("p.yaml", text.encode())


def refusal(text: str) -> PolicyError:
    """The same from `load` and from `validate`, and always on one line."""
    with pytest.raises(PolicyError) as caught:
        read(text)
    with pytest.raises(PolicyError) as again:
        validate("p.yaml", text.encode())
    assert str(again.value) == str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def test_everything_arrives_where_it_belongs() -> None:
    policy = read(EVERYTHING)
    first, second = policy.golden.watermarks
    assert first == WatermarkFilter("111122223333:golden-*", "us-*", 180, 0)
    assert second == WatermarkFilter("444455556666:it's [x86] (a)/b.c@d_e", None, None, None)
    assert [(i.id, i.region) for i in policy.golden.source_images] == [
        ("ami-0123456789abcdef0", "us-east-1")
    ]
    assert policy.require.ancestry_agrees is False
    assert policy.require.max_depth == 0
    assert policy.require.owners == ("self", "111122223333")
    assert policy.require.max_age_days == 0
    assert policy.require.max_scan_severity == "informational"
    assert policy.require.allowed_by_ec2 is True
    assert policy.revoked.watermarks == ("111122223333:golden-2026q1",)
    [image] = policy.revoked.images
    assert (image.id, image.region) == ("ami-0aaaaaaa", "us-gov-west-1")
    assert image.reason == "CVE-2026-1, zażółć"
    assert policy.severities == {
        "deprecated": Severity.OFF,
        "too-deep": Severity.WARNING,
        "unpinned": Severity.ERROR,
    }
    assert policy.judge == {Kind.LAUNCH, Kind.BAKE}
    assert policy.undetermined is Severity.WARNING
    assert policy.region == "ap-southeast-2"
    assert policy.path == "p.yaml"
    assert policy.sha256 == hashlib.sha256(EVERYTHING.encode()).hexdigest()


def test_what_is_left_out_is_strict() -> None:
    policy = read(HEAD)
    assert policy.require.ancestry_agrees is True
    assert policy.require.max_depth is None
    assert policy.require.owners is None
    assert policy.require.max_age_days is None
    assert policy.require.max_scan_severity is None
    assert policy.require.allowed_by_ec2 is False
    assert policy.scopes == ()
    assert policy.exceptions == ()
    assert policy.undetermined is Severity.ERROR
    assert policy.severities == {}
    assert policy.judge == {*Kind} - {Kind.BAKE, Kind.SHARE}
    assert not policy.golden.source_images
    assert not policy.revoked.watermarks
    assert not policy.revoked.images
    assert policy.region is None


def test_json_and_a_byte_order_mark_are_read_alike() -> None:
    document = {"version": 1, "golden": {"watermarks": [{"key": "111122223333:golden-*"}]}}
    as_json = load("p.yaml", json.dumps(document, indent="\t").encode())
    assert as_json.golden == read(HEAD).golden
    assert load("p.yaml", b"\xef\xbb\xbf" + HEAD.encode()).golden == read(HEAD).golden
    assert load("p.yaml", HEAD.replace("\n", "\r\n").encode()).golden == read(HEAD).golden


def test_validate_returns_what_load_returns() -> None:
    assert validate("p.yaml", EVERYTHING.encode()) == read(EVERYTHING)


@pytest.mark.parametrize("data", [b"\xff\xfe", HEAD.encode("utf-16"), b"version: \xe9"])
def test_other_encodings_are_refused(data: bytes) -> None:
    for reads in (load, validate):
        with pytest.raises(PolicyError, match=r"^p\.yaml: not UTF-8 text$"):
            reads("p.yaml", data)


@pytest.mark.parametrize(
    ("text", "where", "key", "suggestion"),
    [
        (HEAD + "requires: {}\n", "5:1", "requires", "require"),
        (HEAD + "Rules: {}\n", "5:1", "Rules", "rules"),
        (HEAD.replace("watermarks", "watermark"), "3:3", "watermark", "watermarks"),
        (HEAD + "      max_days_since_watermark_create: 1\n", "5:7", "max_days_since_watermark_create", "max_days_since_watermark_created"),
        (HEAD + "  source_images: [{id: ami-0aaaaaaa, regoin: us-east-1}]\n", "5:38", "regoin", "region"),
        (HEAD + "require: {max_depht: 1}\n", "5:11", "max_depht", "max_depth"),
        (HEAD + "require: {max_age_day: 1}\n", "5:11", "max_age_day", "max_age_days"),
        (HEAD + "require: {max-scan-severity: low}\n", "5:11", "max-scan-severity", "max_scan_severity"),
        (HEAD + "require: {allowed_ami: predict}\n", "5:11", "allowed_ami", "allowed_amis"),
        (HEAD + "rules: {public-images: off}\n", "5:9", "public-images", "public-image"),
        (HEAD + "scope: []\n", "5:1", "scope", "scopes"),
        (HEAD + "exeptions: []\n", "5:1", "exeptions", "exceptions"),
        (HEAD + "revoked: {image: []}\n", "5:11", "image", "images"),
        (HEAD + "revoked:\n  images: [{id: ami-0aaaaaaa, region: us-east-1, reasn: x}]\n", "6:50", "reasn", "reason"),
        (HEAD + "rules: {lineage_mismatch: off}\n", "5:9", "lineage_mismatch", "lineage-mismatch"),
        (HEAD + "aws: {regions: us-east-1}\n", "5:7", "regions", "region"),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_named_where_it_stands(
    text: str, where: str, key: str, suggestion: str
) -> None:
    error = refusal(text)
    assert error.where == f"p.yaml:{where}"
    assert f"unknown key {key!r}" in error.what
    assert error.hint == f"did you mean {suggestion!r}?"


@pytest.mark.parametrize("rule", ["unresolved", "not-visible", "lookup-failed"])
def test_what_could_not_be_read_cannot_be_switched_off(rule: str) -> None:
    error = refusal(HEAD + f"rules: {{{rule}: off}}\n")
    assert (error.where, error.what) == ("p.yaml:5:9", f"unknown key {rule!r} in rules")


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("golden: {watermarks: [{key: '111122223333:x'}]}\n", "1:1", "has no key 'version'"),
        ("version: 1\n", "1:1", "has no key 'golden'"),
        ("version: 1\ngolden: {}\n", "2:9", "golden has no key 'watermarks', which is required"),
        ("version: 1\ngolden: {watermarks: []}\n", "2:22", "golden.watermarks is empty"),
        ("version: 1\ngolden: {watermarks: [{}]}\n", "2:23", "has no key 'key'"),
        ("version: 1\ngolden:\n", "2:8", "golden must be a mapping"),
        (HEAD + "  source_images: []\n", "5:18", "golden.source_images is empty"),
        (HEAD + "  source_images: [{id: ami-0aaaaaaa}]\n", "5:19", "has no key 'region'"),
        (HEAD.replace("version: 1", "version: 2"), "1:10", "version must be 1"),
        (HEAD.replace("version: 1", "version: '1'"), "1:10", "version must be 1"),
        (HEAD.replace("version: 1", "version: true"), "1:10", "version must be 1"),
        (HEAD + "require: {owners: []}\n", "5:19", "require.owners is empty"),
        (HEAD + "require: {max_depth: -1}\n", "5:22", "require.max_depth must be at least 0"),
        (HEAD + "require: {max_depth: 51}\n", "5:22", "require.max_depth must be at most 50"),
        (HEAD + "require: {max_depth: true}\n", "5:22", "require.max_depth must be an integer"),
        (HEAD + "require: {max_depth: 1.5}\n", "5:22", "require.max_depth must be an integer"),
        (HEAD + "require: {max_depth: '1'}\n", "5:22", "require.max_depth must be an integer"),
        (HEAD + "require: {max_depth: }\n", "5:22", "require.max_depth must be an integer"),
        (HEAD + "require: {max_depth: .nan}\n", "5:22", "require.max_depth must be an integer"),
        (HEAD + "require: {max_depth: .inf}\n", "5:22", "require.max_depth must be an integer"),
        (HEAD + "require: {max_depth: 1e999}\n", "5:22", "require.max_depth must be an integer"),
        (HEAD + "require: {max_depth: " + "9" * 5000 + "}\n", "5:22", "must be at most 50"),
        (HEAD + "      max_days_since_watermark_created: 2147483648\n", "5:41", "at most 2147483647"),
        (HEAD + "require: {max_age_days: -1}\n", "5:25", "require.max_age_days must be at least 0"),
        (HEAD + "require: {max_age_days: 2147483648}\n", "5:25", "at most 2147483647"),
        (HEAD + "require: {max_age_days: '9'}\n", "5:25", "must be an integer"),
        (HEAD + "require: {max_scan_severity: 3}\n", "5:30", "must be one of informational, low,"),
        (HEAD + "require: {allowed_amis: true}\n", "5:25", "must be one of predict, ignore"),
        (HEAD + "require: []\n", "5:10", "require must be a mapping"),
        (HEAD + "require:\n", "5:9", "require must be a mapping"),
        (HEAD + "judge: []\n", "5:8", "judge is empty"),
        (HEAD + "judge: launch\n", "5:8", "judge must be a list"),
        (HEAD + "aws: {region: us-east}\n", "5:15", "aws.region must look like a Region"),
        (HEAD + "revoked: {images: [{id: ami-0AAAAAAA, region: us-east-1}]}\n", "5:25", "8 or 17 hexadecimal"),
        (HEAD + "revoked: {images: [ami-0aaaaaaa]}\n", "5:20", "revoked.images.0 must be a mapping"),
        (HEAD + "require: {<<: {max_depth: 1}}\n", "5:11", "unknown key '<<' in require"),
        ("[]\n", "1:1", "the document must be a mapping"),
        ("golden\n", "1:1", "the document must be a mapping"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_where_it_stands(text: str, where: str, said: str) -> None:
    error = refusal(text)
    assert error.where == f"p.yaml:{where}"
    assert said in error.what


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        (HEAD.replace("111122223333:", "*:"), "4:12", "the account cannot contain a wildcard: anybody could attach a watermark with that name"),
        (HEAD.replace("111122223333:", "11112222333?:"), "4:12", "the account cannot contain a wildcard: anybody could attach a watermark with that name"),
        (HEAD + "revoked: {watermarks: ['*:old']}\n", "5:24", "the account cannot contain a wildcard: anybody could attach a watermark with that name"),
        (HEAD + "require: {owners: [111122223333]}\n", "5:20", "put it in quotes: YAML reads digits without quotes as a number"),
        (HEAD + "require: {owners: [012345678901]}\n", "5:20", "put it in quotes: YAML reads digits without quotes as a number"),
        (HEAD + "undetermined: eror\n", "5:15", "did you mean 'error'?"),
        (HEAD + "rules: {unmarked: Off}\n", "5:19", "did you mean 'off'?"),
        (HEAD + "judge: [launch, templat]\n", "5:17", "did you mean 'template'?"),
        (HEAD + "require: {ancestry: agrees}\n", "5:21", "did you mean 'agree'?"),
        (HEAD + "require: {max_scan_severity: hihg}\n", "5:30", "did you mean 'high'?"),
        (HEAD + "require: {allowed_amis: predicts}\n", "5:25", "did you mean 'predict'?"),
        (HEAD + "revoked: {watermarks: ['111122223333:golden-*']}\n", "5:24", "take it out of golden.watermarks, or revoke a narrower name"),
    ],
)  # fmt: skip
def test_the_usual_mistakes_come_with_the_cure(text: str, where: str, hint: str) -> None:
    error = refusal(text)
    assert (error.where, error.hint) == (f"p.yaml:{where}", hint)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "require: 3\n",
        HEAD + "judge: launch\n",
        HEAD + "require: {owners: [[]]}\n",
        HEAD + "require: {owners: [true]}\n",
        HEAD + "aws: {region: }\n",
        HEAD.replace("111122223333:", "1111:"),
        HEAD.replace("111122223333:golden-*", "1111:golden-*:x"),
        HEAD + "require: {max_depth: '1'}\n",
    ],
)
def test_other_mistakes_come_without_the_cure_of_the_usual_ones(text: str) -> None:
    hint = refusal(text).hint
    assert hint is None or hint.startswith("for example ")


MAPPING = "golden.watermarks.0 must be a mapping"


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        (HEAD.replace("marks:", "marks"), "4:10", "check this line's indentation, the colon of the line above, and the quotes of text with a colon"),
        (HEAD + "require: {owners: [self]}\nundetermined: a: b\n", "6:16", "check this line's indentation, the colon of the line above, and the quotes of text with a colon"),
        (HEAD.replace("golden:\n", "golden\n"), "3:13", "line 2 needs a colon and a space after its key"),
        (HEAD + "judge:[launch]\nundetermined: error\n", "6:1", "line 5 needs a colon and a space after its key"),
        (HEAD.replace('*"', "*"), "5:1", "the quotation mark in line 4 has no counterpart"),
        (HEAD + "     max_days_since_watermark_created: 3\n", "5:6", "indent it like the lines that it belongs to"),
        (HEAD.replace("key: ", "key:"), "4:7", "put a space after the colon of key"),
        (HEAD + "---\nversion: 1\n", "5:1", "keep one, without ---"),
    ],
)  # fmt: skip
def test_a_slip_in_the_yaml_comes_with_the_line_to_look_at(
    text: str, where: str, hint: str
) -> None:
    error = refusal(text)
    assert (error.where, error.hint) == (f"p.yaml:{where}", hint)


def test_a_text_is_not_told_that_it_has_two_keys_which_exclude_one_another() -> None:
    [fault] = faults("a.yaml", f"{HEAD}aws: accounts and organization\n".encode())
    assert fault.what == "aws must be a mapping"


def _typed(rule: dict[str, object], path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The places of a policy where a mapping, a list or a number has to be."""
    rule = reference(rule)
    if rule.get("type") in ("object", "array", "integer"):
        yield path
    properties = rule.get("properties")
    for key, below in (properties if isinstance(properties, dict) else {}).items():
        yield from _typed(below, (*path, key))
    patterned = rule.get("patternProperties")
    if path[-1:] == ("readers",) and isinstance(patterned, dict):
        yield from _typed(next(iter(patterned.values())), (*path, "333333333333"))
    items = rule.get("items")
    if isinstance(items, dict):
        yield from _typed(items, (*path, 0))


def reference(rule: dict[str, object]) -> dict[str, object]:
    name = str(rule.get("$ref", "")).rpartition("/")[2]
    found: dict[str, object] = schema()["definitions"][name] if name else rule
    return found


def _with(path: tuple[str | int, ...], value: object) -> object:
    """A policy that has a value at a path, and otherwise what is required there."""
    first, *rest = path
    below = _with(tuple(rest), value) if rest else value
    return [below] if first == 0 else {str(first): below}


@pytest.mark.parametrize("path", [each for each in _typed(schema(), ()) if each], ids=str)
def test_an_example_of_the_right_form_fits_where_it_is_shown(path: tuple[str | int, ...]) -> None:
    def at(value: object) -> list[PolicyError]:
        whole = {**yaml.safe_load(HEAD), **dict(_with(path, value))}  # type: ignore[call-overload]
        named = ".".join(map(str, path))
        errors = faults("a.yaml", json.dumps(whole).encode())
        return [
            each
            for each in errors
            if each.what.startswith(f"{named} ") or each.what.startswith(f"{named}.")
        ]

    [fault] = at("x")
    assert (fault.hint or "").startswith("for example "), f"no example for {path}"
    [example] = yaml.safe_load(str(fault.hint).removeprefix("for example ")).values()
    if path[-1] == 0:  # the example shows the whole list
        path = path[:-1]
    assert at(json.loads(json.dumps(example, default=str))) == []


def test_a_colon_in_the_name_of_the_file_is_none_of_the_place() -> None:
    wrong = HEAD + "judge: [x]\nrequire: {max_depth: -1}\n"
    with pytest.raises(PolicyError) as caught:
        load("a:b:c.yaml", wrong.encode())
    assert caught.value.where == "a:b:c.yaml:5:9"


def test_the_first_mistake_in_the_file_is_told() -> None:
    wrong = HEAD + "zzz: 1\nrequire: {max_depth: -1}\n"
    assert refusal(wrong).where == "p.yaml:5:1"
    other = HEAD + "require: {max_depth: -1}\nzzz: 1\n"
    assert refusal(other).where == "p.yaml:5:22"


def test_a_name_may_be_revoked_inside_a_golden_pattern() -> None:
    policy = read(HEAD + 'revoked: {watermarks: ["111122223333:golden-2026q1"]}\n')
    assert policy.revoked.watermarks == ("111122223333:golden-2026q1",)


@pytest.mark.parametrize("number", ["3.0", "007", "3.", "0.3e1"])
def test_whole_numbers_written_oddly_are_read_or_refused_by_place(number: str) -> None:
    """Draft-07 calls 3.0 an integer. Whatever is decided, no refusal without line and column."""
    refused: PolicyError | None = None
    for key, place in (("require: {max_depth: %s}", "5:22"), (DAYS, "5:41")):
        try:
            policy = read(f"{HEAD}{key % number}\n")
        except PolicyError as error:
            refused = error
        if refused:
            assert refused.where == f"p.yaml:{place}"
        else:
            [mark] = policy.golden.watermarks
            read_as = policy.require.max_depth or mark.max_days_since_watermark_created
            assert read_as == float(number)
            assert type(read_as) is int


DAYS = "      max_days_since_watermark_created: %s"
NEWLINES = [
    'golden: {watermarks: [{key: "111122223333:golden\\n"}]}',
    'require: {owners: ["self\\n"]}',
    'require: {owners: ["111122223333\\n"]}',
    'revoked: {watermarks: ["111122223333:old\\n"]}',
    'revoked: {images: [{id: "ami-0aaaaaaa\\n", region: us-east-1}]}',
    'revoked: {images: [{id: ami-0aaaaaaa, region: "us-east-1\\n"}]}',
    "revoked:\n  watermarks:\n    - |\n      111122223333:old",
    'aws: {region: "us-east-1\\n"}',
]


@pytest.mark.parametrize("part", NEWLINES)
def test_a_newline_at_the_end_never_slips_through(part: str) -> None:
    """Python's `$` also matches before a last newline. A revoked name with one in it would be
    accepted, match no mark that EC2 can write, and so revoke nothing in silence.
    """
    rest = "" if part.startswith("golden") else HEAD.removeprefix("version: 1\n")
    error = refusal(f"version: 1\n{rest}{part}\n")
    assert "must look like" in error.what


def test_no_form_is_told_as_a_regular_expression() -> None:
    def patterns(of: object) -> Iterator[str]:
        if isinstance(of, dict):
            yield from of.get("patternProperties", ())
            if isinstance(of.get("pattern"), str):
                yield of["pattern"]
            for each in of.values():
                yield from patterns(each)
        elif isinstance(of, list):
            for each in of:
                yield from patterns(each)

    found = set(patterns(schema()))
    assert KEY in found
    assert found <= _SHAPES.keys()


def test_all_faults_are_told_at_once_each_with_what_to_do() -> None:
    text = (
        'version: 1\ngolden:\n  watermarks: "111122223333:x"\n'
        "rules:\n  deprecatd: warning\n  revoked: loud\nrequire: 7\n"
    )
    assert [str(each) for each in faults("a.yaml", text.encode())] == [
        (
            "a.yaml:3:15: golden.watermarks must be a list; "
            'for example watermarks: [{key: "111122223333:golden-*"}]'
        ),
        "a.yaml:5:3: unknown key 'deprecatd' in rules; did you mean 'deprecated'?",
        "a.yaml:6:12: rules.revoked must be one of error, warning, off",
        "a.yaml:7:10: require must be a mapping; for example require: {max_age_days: 90}",
    ]


def test_each_key_that_is_unknown_or_lacks_is_told_once() -> None:
    text = (
        "version: 1\nextra: 1\nmore: 2\n"
        'golden: {watermarks: [{key: "111122223333:a", max_days_since_source_image_created: x}]}\n'
        "require: {owners: self}\n"
        'exceptions:\n  - match: {address: "x"}\n    rules: [unmarked]\n'
    )
    exception = "exceptions.0 has none of the keys 'reason', 'approved_by', 'expires', which are"
    days = "golden.watermarks.0.max_days_since_source_image_created"
    assert [str(each).partition(": ")[2] for each in faults("a.yaml", text.encode())] == [
        "unknown key 'extra' in the document",
        "unknown key 'more' in the document",
        f"{days} must be an integer; for example max_days_since_source_image_created: 90",
        'require.owners must be a list; for example owners: [self, "111122223333"]',
        f"{exception} required",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 1\ngolden:\n\twatermarks: x\n", "indent YAML with spaces"),
        ("just text\n", "the document must be a mapping; for example version: 1"),
    ],
)
def test_what_is_no_mapping_is_told_with_its_cure(text: str, told: str) -> None:
    [fault] = faults("a.yaml", text.encode())
    assert told in str(fault)
