"""Terraform's functions, as assay computes them. `tests/terraform` compares them with Terraform."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.inputs.terraform.language.functions.table import TABLE, call
from assay.inputs.terraform.language.unify import identical
from assay.inputs.terraform.syntax.expressions import (
    FailedError,
    HclValue,
    Ref,
    SetOf,
    UnknownValue,
)

X = Ref("module.m", ("data", "aws_ami", "x", "id"))
Y = Ref("", ("aws_ami_copy", "y", 0, "id"))
AMI = UnknownValue((X,), passed_on=True)
COPY = UnknownValue((Y,), passed_on=True)
NOTHING_KNOWN = UnknownValue()


def made_of(*refs: Ref) -> UnknownValue:
    return UnknownValue(refs)


# ------------------------------------------------------------------------------- known

KNOWN: list[tuple[str, list[HclValue], HclValue]] = [
    ("abs", [-3], 3),
    ("ceil", [1.2], 2),
    ("floor", [-1.2], -2),
    ("max", [1, "7", 3], 7),
    ("min", [4, 0.5], 0.5),
    ("parseint", ["ff", 16], 255),
    ("pow", [2, 10], 1024),
    ("signum", [-9], -1),
    ("sum", [[1, "2", 0.5]], 3.5),
    ("range", [3], [0, 1, 2]),
    ("range", [1024], list(range(1024))),
    ("range", [3, 0, -2], [3, 1]),
    ("chomp", ["a\n\r\n"], "a"),
    ("endswith", ["golden-web", "web"], True),
    ("startswith", ["golden-web", "web"], False),
    ("strcontains", ["golden-web", "en-w"], True),
    ("indent", [2, "a\nb"], "a\n  b"),
    ("join", ["-", ["a", 1], ["b"]], "a-1-b"),
    ("lower", ["AMI"], "ami"),
    ("upper", ["ami"], "AMI"),
    ("title", ["it's a_b"], "It'S A_b"),
    ("trim", ["?!a?", "!?"], "a"),
    ("trimprefix", ["ami-1", "ami-"], "1"),
    ("trimsuffix", ["ami-1", "-1"], "ami"),
    ("trimspace", [" \n a\t"], "a"),
    ("replace", ["a.b.c", ".", "-"], "a-b-c"),
    ("split", [",", "a,,b"], ["a", "", "b"]),
    ("split", ["", "ab"], ["a", "b"]),
    ("strrev", ["abc"], "cba"),
    ("substr", ["ami-0123", 4, -1], "0123"),
    ("substr", ["hello", -3, 0], "llo"),
    ("substr", ["hello", 1, 0], ""),
    (
        "format",
        ["%s-%03d|%-4s|%q|%v|%t|%.2f|%%", "a", 7, "b", '"', True, "true", 2.5],
        'a-007|b   |"\\""|true|true|2.50|%',
    ),
    ("format", ["%v %v", 1000000, 123456], "1e+06 123456"),
    ("formatlist", ["%s.%s", ["a", "b"], "z"], ["a.z", "b.z"]),
    ("base64encode", ["é"], "w6k="),
    ("base64decode", ["w6k="], "é"),
    ("md5", [""], "d41d8cd98f00b204e9800998ecf8427e"),
    ("sha1", ["a"], "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    ("urlencode", ["a b/ü"], "a+b%2F%C3%BC"),
    (
        "jsonencode",
        [{"b": [1, None, True], "a": "<&>\x01"}],
        '{"a":"\\u003c\\u0026\\u003e\\u0001","b":[1,null,true]}',
    ),
    ("jsonencode", [[1000.0]], "[1000]"),
    ("jsondecode", ['{"a": [1.0, 2.5, null, "x"]}'], {"a": [1, 2.5, None, "x"]}),
    (
        "yamldecode",
        ["b: [1, 2.5, ~, x.y]\na: {c: 'no', d: true}\n"],
        {"a": {"c": "no", "d": True}, "b": [1, 2.5, None, "x.y"]},
    ),
    ("chunklist", [["a", "b", "c"], 2], [["a", "b"], ["c"]]),
    ("coalesce", ["", None, "x", "y"], "x"),
    ("coalesce", [1, "x"], "1"),
    ("coalescelist", [[], ["a"]], ["a"]),
    ("compact", [["", "a", None, "b"]], ["a", "b"]),
    ("concat", [["a", 1], [True]], ["a", 1, True]),
    ("contains", [["a", 1], 1], True),
    ("contains", [["a", "1"], 1], False),
    ("distinct", [["a", "b", "a"]], ["a", "b"]),
    ("element", [["a", "b"], 3], "b"),
    ("flatten", [[["a"], [["b"], "c"], []]], ["a", "b", "c"]),
    ("index", [["a", "b"], "b"], 1),
    ("keys", [{"b": 1, "a": 2}], ["a", "b"]),
    ("values", [{"b": 1, "a": 2}], [2, 1]),
    ("length", ["golden"], 6),
    ("length", [{"a": 1}], 1),
    ("lookup", [{"a": "x"}, "a"], "x"),
    ("lookup", [{"a": "x"}, "b", "y"], "y"),
    ("matchkeys", [["i-1", "i-2"], ["a", "b"], ["b"]], ["i-2"]),
    ("merge", [{"a": 1, "b": 2}, None, {"b": "x"}], {"a": 1, "b": "x"}),
    ("one", [["a"]], "a"),
    ("one", [[]], None),
    ("reverse", [["a", "b"]], ["b", "a"]),
    ("reverse", [SetOf(["a", "b"])], ["b", "a"]),
    ("setintersection", [["a", "b"], ["b", "c"]], SetOf(["b"])),
    ("setproduct", [["a", "b"], ["c"]], [["a", "c"], ["b", "c"]]),
    ("setsubtract", [["a", "b"], ["b"]], SetOf(["a"])),
    ("setunion", [["b"], ["a"], [1]], SetOf(["1", "a", "b"])),
    ("slice", [["a", "b", "c"], 1, 2], ["b"]),
    ("sort", [["b", "é", "a", "Z"]], ["Z", "a", "b", "é"]),
    ("transpose", [{"a": ["x", "y"], "b": ["x"]}], {"x": ["a", "b"], "y": ["a"]}),
    ("zipmap", [["a", "b"], [1, "x"]], {"a": 1, "b": "x"}),
    ("alltrue", [[True, "true"]], True),
    ("anytrue", [[None, False]], False),
    ("tobool", ["true"], True),
    ("tonumber", ["1.50"], 1.5),
    ("tostring", [0.1], "0.1"),
    ("tolist", [["a", 1]], ["a", "1"]),
    ("toset", [["b", "a", "b"]], SetOf(["a", "b"])),
    ("toset", [[10, 9]], SetOf([9, 10])),
    ("tomap", [{"a": "x", "b": 1}], {"a": "x", "b": "1"}),
    ("sensitive", ["x"], "x"),
    ("nonsensitive", [["x"]], ["x"]),
    ("core::upper", ["a"], "A"),
]


@pytest.mark.parametrize(("name", "arguments", "value"), KNOWN)
def test_a_call_has_terraforms_value(name: str, arguments: list[HclValue], value: HclValue) -> None:
    assert identical(call(name, arguments), value)


def test_every_function_has_a_case_here() -> None:
    seen = {name for name, _, _ in KNOWN} | {name for name, _ in UNCERTAIN}
    assert set(TABLE) - seen == {"sha256", "sha512"}  # of one form with sha1


# ------------------------------------------------------------------------------- failing

FAILING: list[tuple[str, list[HclValue]]] = [
    ("upper", [None]),
    ("upper", [["a"]]),
    ("upper", []),
    ("upper", ["a", "b"]),
    ("max", []),
    ("range", [1025]),
    ("range", [1, 5, -1]),
    ("signum", [0.5]),
    ("parseint", [10, 2]),
    ("parseint", ["0x1f", 16]),
    ("join", [","]),
    ("join", [",", ["a", None]]),
    ("format", ["%d", "x"]),
    ("format", ["%d", 1.5]),
    ("format", ["%s"]),
    ("format", ["none", 1]),
    ("formatlist", ["%s%s", ["a"], ["b", "c"]]),
    ("base64decode", ["!"]),
    ("base64decode", ["/w=="]),
    ("jsondecode", [""]),
    ("coalesce", []),
    ("coalesce", [None, ""]),
    ("coalesce", ["a", ["b"]]),
    ("coalesce", [1, True]),
    ("coalescelist", [[], []]),
    ("concat", [["a"], SetOf(["b"])]),
    ("contains", ["abc", "a"]),
    ("element", [[], 0]),
    ("element", [SetOf(["a"]), 0]),
    ("index", [["a"], "b"]),
    ("index", [[], AMI]),
    ("length", [5]),
    ("lookup", [{"a": 1}, "b"]),
    ("merge", [{"a": 1}, ["b"]]),
    ("one", [["a", "b"]]),
    ("slice", [["a"], 0, 2]),
    ("sum", [[]]),
    ("tolist", [{"a": 1}]),
    ("tolist", [[1, True]]),
    ("tomap", [["a"]]),
    ("tonumber", ["a"]),
    ("toset", ["a"]),
    ("zipmap", [["a"], []]),
]


@pytest.mark.parametrize(("name", "arguments"), FAILING)
def test_a_call_fails_where_terraform_fails(name: str, arguments: list[HclValue]) -> None:
    with pytest.raises(FailedError):
        call(name, arguments)


# ------------------------------------------------------------------------------- not certain

UNCERTAIN: list[tuple[str, list[HclValue]]] = [
    ("abs", ["1e3"]),
    ("ceil", [0.1234567890123456]),
    ("coalesce", [None, 5]),  # "5", if the null is a string
    ("coalesce", ["", {"a": 1}, None]),
    ("coalesce", [5, "x", None, None]),  # 5, if one of the nulls is a list
    ("coalesce", [{"a": 1, "b": True, "c": None}, {"b": ["c"]}]),  # the second, if it is a map
    ("coalesce", [{"a": "x"}, {"a": {"b": "y"}}]),
    ("coalesce", [["b", "a"], None]),  # a set, if the null is one
    ("distinct", [[["a"], ["a"]]]),
    ("element", [["a"], -1]),  # an error for a tuple, "a" for a list
    ("format", ["%x", 7]),
    ("format", ["%v", None]),
    ("format", ["%1001s", "a"]),
    ("format", ["%5s", "é"]),
    ("format", ["%.1f", 0.25]),
    ("issensitive", ["a"]),
    ("jsondecode", ['{"a": 1, "a": 2}']),
    ("jsondecode", ["{}}"]),
    ("yamldecode", ["a: yes"]),  # a flag to YAML 1.1
    ("yamldecode", ["a: 0x1F"]),
    ("yamldecode", ["a: 2026-11-29"]),
    ("yamldecode", ["a: &x 1\nb: *x"]),
    ("yamldecode", ["a: !!str 1"]),
    ("yamldecode", ["<<: {a: 1}"]),
    ("yamldecode", ["a: 1\na: 2"]),
    ("yamldecode", ["a: ["]),
    ("yamldecode", [""]),
    ("length", ["é"]),
    ("length", ["\r\n"]),
    ("lookup", [{}, "a", "5"]),
    ("lookup", [{"a": 1}, "b", "x"]),
    ("lookup", [{"a": "x"}, "a", ["y"]]),
    ("pow", [10, 20]),
    ("range", [5, 5, 0]),
    ("replace", ["aab", "/a+/", "-"]),
    ("setproduct", [SetOf(["a"]), ["b"]]),
    ("setunion", [[], [1]]),
    ("sum", [[0.1, 0.2]]),
    ("tonumber", ["-0"]),
    ("toset", [[["a"]]]),
    ("upper", ["é"]),
    ("join", ["", ["e", "\u0301"]]),
    ("file", ["x"]),
    ("timestamp", []),
    ("regex", ["a", "a"]),
    ("cidrhost", ["10.0.0.0/8", 1]),
    ("provider::a::b", [1]),
    ("no_such_function", [None]),
]


@pytest.mark.parametrize(("name", "arguments"), UNCERTAIN)
def test_a_call_is_unknown_where_its_value_is_not_certain(
    name: str, arguments: list[HclValue]
) -> None:
    if name == "format" and arguments[0] == "%.1f":
        assert call(name, arguments) == "0.2"  # exactly halfway: to the even digit
        arguments = ["%.1f", 0.15]
    assert call(name, arguments) == NOTHING_KNOWN


def test_what_is_unknown_is_passed_through_as_far_as_it_is_certain() -> None:
    known: list[tuple[str, list[HclValue], HclValue]] = [
        ("concat", [["a"], [AMI]], ["a", AMI]),
        ("contains", [["a", AMI], "a"], True),
        ("element", [["a", AMI], 1], AMI),
        ("element", [AMI, 0], UnknownValue((Ref(X.module, (*X.steps, 0)),), passed_on=True)),
        ("flatten", [[[{"id": AMI}], []]], [{"id": AMI}]),
        ("keys", [{"a": AMI}], ["a"]),
        ("length", [[AMI, AMI]], 2),
        ("lookup", [{"a": "x", "b": AMI}, "a"], "x"),
        ("lookup", [{"a": "x"}, "b", AMI], AMI),
        ("merge", [{"a": AMI}, {"b": "x"}], {"a": AMI, "b": "x"}),
        ("one", [[AMI]], AMI),
        ("tolist", [["a", AMI]], ["a", AMI]),
        ("tomap", [{"a": AMI}], {"a": AMI}),
        ("tostring", [AMI], AMI),
        ("sensitive", [AMI], AMI),
        ("values", [{"b": AMI, "a": "x"}], ["x", AMI]),
        ("zipmap", [["a"], [AMI]], {"a": AMI}),
        ("coalesce", ["x", AMI], "x"),
        ("coalesce", [None, AMI], AMI),
        ("coalesce", ["", AMI], AMI),
        ("coalesce", [None, AMI, COPY], UnknownValue((X, Y), passed_on=True)),
        ("concat", [[], ["a", 1]], ["a", 1]),
        ("concat", [[], [1]], [NOTHING_KNOWN]),  # ["1"], if the empty list is one of strings
    ]
    for name, arguments, value in known:
        assert identical(call(name, arguments), value), name


def test_what_is_made_of_something_unknown_names_it() -> None:
    unknown: list[tuple[str, list[HclValue], UnknownValue]] = [
        ("upper", [AMI], made_of(X)),
        ("join", [",", [AMI, "a", COPY, AMI]], made_of(X, Y)),
        ("coalesce", [AMI, "x"], made_of(X)),
        ("contains", [["b", AMI], "a"], made_of(X)),
        ("flatten", [[AMI]], made_of(X)),
        ("merge", [{"a": COPY}, AMI], made_of(Y, X)),
        ("element", [["a", AMI], COPY], made_of(X, Y)),
        ("element", [AMI, 1], made_of(X)),
        ("toset", [["a", AMI]], made_of(X)),
        ("compact", [["", AMI]], made_of(X)),
        ("length", [AMI], made_of(X)),
        ("regex", [COPY, AMI], made_of(Y, X)),
    ]
    for name, arguments, value in unknown:
        assert call(name, arguments) == value, name


# ------------------------------------------------------------------------------- limits


def test_nothing_grows_beyond_the_limits() -> None:
    long = "a" * 600_000
    many: HclValue = ["a"] * 6_000
    laughs: HclValue = ["ha"]
    for _ in range(20):
        laughs = [laughs] * 10
    deep: HclValue = []
    for _ in range(3000):
        deep = [deep]
    calls: list[tuple[str, list[HclValue]]] = [
        ("join", ["", [long, long]]),
        ("replace", [long, "a", "aaa"]),
        ("format", ["%s%s", long, long]),
        ("formatlist", ["%s", [long, long]]),
        ("indent", [10**9, "\n\n"]),
        ("jsonencode", [[long, long]]),
        ("jsonencode", [laughs]),
        ("jsonencode", [deep]),
        ("jsondecode", ["[" * 5000 + "]" * 5000]),
        ("yamldecode", ["[" * 5000 + "]" * 5000]),
        ("split", ["", long]),
        ("concat", [many, many]),
        ("setproduct", [many, many]),
        ("flatten", [laughs]),
        ("flatten", [deep]),
        ("distinct", [laughs]),
        ("tolist", [deep]),
        ("coalesce", [deep, laughs]),
        ("contains", [[deep], deep]),
        ("pow", [2, 10**9]),
        ("parseint", ["9" * 10_000, 10]),
        ("tonumber", ["9" * 10_000]),
    ]
    for name, arguments in calls:
        assert call(name, arguments) == NOTHING_KNOWN, name


# ------------------------------------------------------------------------------- properties

LEAVES = st.sampled_from(["", "a", "17", "true", 0, 1, 2, 1.5, True, False, None])
VALUES: st.SearchStrategy[HclValue] = st.recursive(
    LEAVES | st.just(SetOf(["a", "b"])),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("ab"), below),
    max_leaves=4,
)
HOLE = made_of(Ref("", ("hole",)))
WITH_HOLES: st.SearchStrategy[HclValue] = st.recursive(
    LEAVES | st.just(HOLE),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("ab"), below),
    max_leaves=4,
)


def filled(value: HclValue, hole: HclValue) -> HclValue:
    if isinstance(value, UnknownValue):
        return hole
    if isinstance(value, list):
        return [filled(item, hole) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, hole) for name, item in value.items()}
    return value


def consistent(vague: HclValue, definite: HclValue) -> bool:
    """Whether what is known in both is the same."""
    if isinstance(vague, UnknownValue) or isinstance(definite, UnknownValue):
        return True
    if isinstance(vague, list) and isinstance(definite, list):
        return len(vague) == len(definite) and all(map(consistent, vague, definite))
    if isinstance(vague, dict) and isinstance(definite, dict):
        return vague.keys() == definite.keys() and all(
            consistent(vague[name], definite[name]) for name in vague
        )
    return identical(vague, definite)


@given(st.sampled_from(sorted(TABLE)), st.lists(WITH_HOLES, max_size=3), VALUES)
def test_knowing_more_never_contradicts_what_was_known(
    name: str, arguments: list[HclValue], hole: HclValue
) -> None:
    try:
        definite = call(name, [filled(argument, hole) for argument in arguments])
    except FailedError:
        return
    try:
        vague = call(name, arguments)
    except FailedError:
        assert isinstance(definite, UnknownValue)
    else:
        assert consistent(vague, definite)
