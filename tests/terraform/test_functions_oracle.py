"""Values as assay computes them, against Terraform itself: equal, or said to be unknown.

One `terraform console` evaluates a whole table of expressions, each within `try`. No provider is
needed. Each expression stands twice: as its text, and as the calls that assay makes for it.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assay.inputs.terraform.language import operators
from assay.inputs.terraform.language.arguments import number_text
from assay.inputs.terraform.language.conversions import convert, read_constraint
from assay.inputs.terraform.language.functions.table import TABLE, call
from assay.inputs.terraform.syntax.expressions import (
    Call,
    Expression,
    FailedError,
    HclValue,
    Literal,
    ObjectOf,
    Ref,
    SetOf,
    TupleOf,
    UnknownValue,
    Variable,
)
from tests.terraform.binary import SETTINGS

pytestmark = pytest.mark.terraform

ERROR = "an error"
UNKNOWN = "unknown, even to Terraform"
SECONDS = 60

# ------------------------------------------------------------------------------- Terraform

TYPED = {
    "null_string": ("string", "null"),
    "null_number": ("number", "null"),
    "null_bool": ("bool", "null"),
    "null_list": ("list(string)", "null"),
    "null_set": ("set(string)", "null"),
    "null_map": ("map(string)", "null"),
    "null_object": ("object({ a = number, b = string })", "null"),
    "no_strings": ("list(string)", "[]"),
    "no_numbers": ("list(number)", "[]"),
    "no_flags": ("list(bool)", "[]"),
    "no_lists": ("list(list(string))", "[]"),
    "no_sets": ("list(set(string))", "[]"),
    "no_objects": ("list(object({ a = number, b = string }))", "[]"),
    "none": ("set(string)", "[]"),
    "none_of_numbers": ("set(number)", "[]"),
    "no_names": ("map(string)", "{}"),
    "no_counts": ("map(number)", "{}"),
    "no_parts": ("map(list(string))", "{}"),
    "no_groups": ("map(set(string))", "{}"),
    "no_things": ("map(object({ a = number, b = string }))", "{}"),
    "no_attributes": ("object({})", "{}"),
}
"""Values that are null or empty, and have a type all the same."""
NULLS = [f"var.{name}" for name, (_, value) in TYPED.items() if value == "null"]
EMPTY_LISTS = [f"var.{name}" for name, (kind, _) in TYPED.items() if kind.startswith("list(")]
EMPTY_SETS = ["var.none", "var.none_of_numbers", "toset([])"]
EMPTY_MAPS = [f"var.{name}" for name, (_, value) in TYPED.items() if value == "{}"]
EMPTY_LISTS = [name for name in EMPTY_LISTS if name not in NULLS]

HIDDEN = {
    "ami": '"ami-0abc"',
    "empty": '""',
    "digits": '"17"',
    "flag": '"true"',
    "number": "5",
    "bool": "true",
    "null": "null",
    "list": '["z", "y"]',
    "set": 'toset(["z", "y"])',
    "numbers": "[3, 1]",
    "object": '{ a = 1, b = "x" }',
    "map": '{ a = "p", b = "q" }',
    "typed": "var.null_number",
}
"""What stands behind values that assay does not know."""


@dataclass(frozen=True)
class Terraform:
    binary: str
    folder: Path

    def evaluate(self, texts: Sequence[str], more: str) -> list[Any]:
        """The JSON of each expression and whether it takes an index; `ERROR` or `UNKNOWN` else."""
        variables = "".join(
            f'variable "{name}" {{\n  type = {kind}\n  default = {value}\n}}\n'
            for name, (kind, value) in TYPED.items()
        )
        hidden = "".join(f"  {name} = {value}\n" for name, value in HIDDEN.items())
        cases = "".join(
            f'try(nonsensitive(base64encode(jsonencode([{text}, can(({text})[0])]))), ""),\n'
            for text in texts
        )
        main = f"{variables}{more}\nlocals {{\n{hidden}  cases = [\n{cases}  ]\n}}\n"
        told = self.run(main, "console", asked="local.cases\n")
        assert told.returncode == 0, told.stderr
        lines = [line.strip().rstrip(",") for line in told.stdout.splitlines()[1:-1]]
        assert len(lines) == len(texts)
        return [UNKNOWN if line == "(known after apply)" else answer(line) for line in lines]

    def run(self, main: str, *command: str, asked: str = "") -> "subprocess.CompletedProcess[str]":
        (self.folder / "main.tf").write_text(main, encoding="utf-8")
        return subprocess.run(
            [self.binary, f"-chdir={self.folder}", *command],
            input=asked,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(self.folder),
                **SETTINGS,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )


class Digits(str):
    """A number of a JSON text, as it stands there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def answer(line: str) -> Any:
    text = base64.b64decode(json.loads(line))
    return json.loads(text, parse_int=Digits, parse_float=Digits) if text else ERROR


@pytest.fixture
def console(tmp_path: Path) -> Terraform:
    binary = shutil.which("terraform")
    if binary is None:
        pytest.skip("NOT TESTED with the real Terraform: there is no `terraform` on PATH")
    return Terraform(binary, tmp_path)


# ------------------------------------------------------------------------------- expressions


@dataclass
class Evaluation:
    """How assay came to a value: whether it is certain that Terraform does not fail there."""

    certain: bool = True


Evaluate: TypeAlias = Callable[[Evaluation], HclValue]


@dataclass(frozen=True)
class Case:
    text: str
    evaluate: Evaluate = field(repr=False)


def constant(value: HclValue, text: str | None = None) -> Case:
    return Case(written(value) if text is None else text, lambda _: value)


def hidden(name: str) -> Case:
    ref = Ref("", ("local", name))
    return constant(UnknownValue((ref,), passed_on=True), f"local.{name}")


def applied(
    text: str,
    apply: Callable[..., HclValue],
    *parts: Case,
    certain: Callable[..., bool] | None = None,
) -> Case:
    def evaluate(how: Evaluation) -> HclValue:
        values = [part.evaluate(how) for part in parts]
        how.certain = how.certain and (certain or known)(*values)
        return apply(*values)

    return Case(text, evaluate)


def known(*values: HclValue) -> bool:
    return all(map(operators.is_known, values))


def called(name: str, *parts: Case) -> Case:
    text = f"{name}({', '.join(part.text for part in parts)})"
    return applied(text, lambda *values: call(name, values), *parts, certain=operators.certain)


def combined(operator: str, left: Case, right: Case) -> Case:
    text = f"({left.text} {operator} {right.text})"
    return applied(text, lambda *values: operators.binary(operator, *values), left, right)


def negated(operator: str, of: Case) -> Case:
    return applied(f"({operator}{of.text})", lambda value: operators.unary(operator, value), of)


def indexed(of: Case, key: Case) -> Case:
    return applied(f"({of.text})[{key.text}]", operators.index, of, key)


def read(of: Case, name: str) -> Case:
    return applied(f"({of.text}).{name}", lambda value: operators.attribute(value, name), of)


def joined(*parts: Case) -> Case:
    text = "".join(f"${{{part.text}}}" for part in parts)
    return applied(f'"{text}."', lambda *values: operators.template([*values, "."]), *parts)


def chosen(test: Case, yes: Case, no: Case, *, bare: bool = False) -> Case:
    """Terraform lets the branch fail that is not taken: it is unknown where it may do so."""

    def evaluate(how: Evaluation) -> HclValue:
        tested = test.evaluate(how)
        branches: list[HclValue] = []
        for taken, branch in ((True, yes), (False, no)):
            try:
                inner = Evaluation()
                value = branch.evaluate(inner)
                how.certain = how.certain and (inner.certain or tested is not taken)
                branches.append(value if inner.certain or tested is taken else UnknownValue())
            except FailedError:
                if tested is taken:
                    raise
                branches.append(UnknownValue())
        how.certain = how.certain and operators.certain(tested, *branches)
        return operators.conditional(tested, *branches, bare=bare)

    return Case(f"({test.text} ? {yes.text} : {no.text})", evaluate)


def written(value: HclValue) -> str:
    """The value as an expression."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, SetOf):
        return f"toset([{', '.join(map(written, value))}])"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{quoted(name)} = {written(of)}' for name, of in value.items())} }}"
    assert isinstance(value, int | float)
    return number_text(value)


def quoted(text: str) -> str:
    plain = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    letters = [plain.get(one) or (one if one >= " " else f"\\u{ord(one):04x}") for one in text]
    return f'"{"".join(letters).replace("${", "$${").replace("%{", "%%{")}"'


# ------------------------------------------------------------------------------- comparing


@dataclass
class Tally:
    known: int = 0
    failed: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.known + self.failed + self.unknown


def compare(cases: Sequence[Case], console: Terraform, more: str = "") -> Tally:
    tally = Tally()
    texts = [*(case.text for case in cases), *(f"local.{name}" for name in HIDDEN)]
    answers = console.evaluate(texts, more)
    behind = dict(zip(HIDDEN, (answer[0] for answer in answers[len(cases) :]), strict=True))
    for case, answer in zip(cases, answers[: len(cases)], strict=True):
        how = Evaluation()
        try:
            ours = case.evaluate(how)
        except FailedError:
            tally.failed += 1
            if answer != ERROR:
                tally.wrong.append(f"{case.text}: {answer[0]!r} and no failure")
            continue
        tally.unknown += isinstance(ours, UnknownValue)
        tally.known += not isinstance(ours, UnknownValue)
        if answer == UNKNOWN:
            if known(ours):
                tally.wrong.append(f"{case.text}: unknown, and not {ours!r}")
        elif answer == ERROR:
            if how.certain and known(ours):
                tally.wrong.append(f"{case.text}: fails, and is not {ours!r}")
        elif not agrees(ours, answer[0], behind) or not same_form(ours, indexable=answer[1]):
            tally.wrong.append(f"{case.text}: {answer[0]!r} and not {ours!r}")
    return tally


def agrees(ours: HclValue, theirs: Any, behind: dict[str, Any]) -> bool:
    if isinstance(ours, UnknownValue):
        return not ours.passed_on or any(passed(ref, theirs, behind) for ref in ours.refs)
    if ours is None or isinstance(ours, bool):
        return ours is theirs
    if isinstance(ours, int | float):
        return isinstance(theirs, Digits) and number_text(ours) == theirs
    if isinstance(ours, str):
        return not isinstance(theirs, Digits) and ours == theirs
    if isinstance(ours, list):
        return (
            isinstance(theirs, list)
            and len(ours) == len(theirs)
            and all(agrees(one, other, behind) for one, other in zip(ours, theirs, strict=True))
        )
    return (
        isinstance(theirs, dict)
        and ours.keys() == theirs.keys()
        and all(agrees(ours[name], theirs[name], behind) for name in ours)
    )


def passed(ref: Ref, theirs: Any, behind: dict[str, Any]) -> bool:
    """Whether this is what the reference leads to, but for the type that it was converted to."""
    _, name, *steps = ref.steps
    value: Any = behind[str(name)]
    for step in steps:
        try:
            value = value[int(step) if isinstance(value, list) else str(step)]
        except (KeyError, IndexError, ValueError, TypeError):
            return False
    return bool(plain(value) == plain(theirs))


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(map(plain, value))
    if isinstance(value, dict):
        return {name: plain(of) for name, of in value.items()}
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value


def same_form(ours: HclValue, *, indexable: bool) -> bool:
    """A set takes no index, a list does."""
    if not isinstance(ours, list) or not ours:
        return True
    return isinstance(ours, SetOf) is not indexable


# ------------------------------------------------------------------------------- the table

# fmt: off
TEXTS = ["", "a", "Hello World", "ami-0abc", "17", "true", "007", " x ", "a,b,,c", "it's a_b c-d"]
ODD = ["\n", "a\r\n", "\r\n\r\n", "\t x\n", "a\nb\n", "é", "straße", "a\u0301", "日本", "\u00a0x",
       "<&>", "\x01\x7f", "\u2028", "${x}", '"q"\\', "/x/", "//", "👍🏽"]
NUMBERS: list[HclValue] = [0, 1, -1, 2, 7, -7, 1.5, -0.5, 0.1, 1000000, 123456789012, 0.00001, 2**53,
                        2**60, 10**20]
NUMERALS = ["1e3", "+5", " 5", "0x10", "1_000", "inf", "Inf", "nan", ".5", "5.", "1p3", "-0", "0",
            "1.50", "-1.25", "1.0", "1e", "--1", "0.1", "12345678901234567890123", "1" * 40,
            "0.12345678901234567890"]
LISTS: list[HclValue] = [
    [], ["a"], ["b", "a", "b"], [1, 2, 1], [True, False], ["a", 1, True], [1, True], ["x", None],
    [None], [1, None], ["1", 1], ["", "a", ""], [["a"], ["b", "c"]], [["a"], [1]], [[1], []],
    [{"a": "x"}, {"b": "y"}], [{"a": 1}, {"a": "x"}], [["a", 1], ["b", 2]], ["a", ["b"]],
    [{"a": "x", "b": 1}, {"a": "y", "b": 2}], [{"a": "x"}, {"a": {"b": "y"}}], [0.5, 0.1],
    SetOf(), SetOf(["a", "b"]), SetOf([1, 2, 10]), [SetOf(["a"]), ["b"]], "abc", 5, None, {"a": 1},
]
MAPS: list[HclValue] = [
    {}, {"a": "x"}, {"b": 1, "a": 2}, {"a": "x", "b": 1}, {"a": None}, {"a": ["x"], "b": []},
    {"a": {"c": 1}, "b": {"c": 2}}, {"a": {"c": 1}, "b": {"d": "x"}}, {"a": [1], "b": ["y"]},
    {"z": "1", "A": "2", "é": "3"}, ["a"], "a", None, 3,
]
JSON_TEXTS = [
    "{}", "[]", "[1,2.5,1e3,-0,1.0,0.1]", '{"a":null,"b":[true,{"c":"\\u00e9\\ud83d\\ude00"}]}',
    '{"a":1,"a":2}', "{}}", "[1,]", "", " ", "nul", "NaN", '"\\ud800"', '"a\x01"', "01", "[]]",
    '{"a":{"a":{}}} ', '"</>&"', "123456789012345678901234567890", "[1e-7]", '{"b":1,"a":2}',
    "[] x", "true", "null", '"e\\u0301"',
]
YAML_TEXTS = [
    "a: 1\nb: [x, 2.5, -3, ~]\nc: {d: true, e: 'yes'}\n", "- ami-1\n- t3.micro\n- 10.0.0.0/16\n",
    "a: |\n  one\n   two\n\nb: >\n  one\n  two\n\n  three\nc: |-\n  x\nd: |+\n  y\n\n", "", "~", "a", "1",
    "a: yes", "a: on", "a: NULL", "a: True", "a: tRUE", "a: 0x1F", "a: 0o17", "a: 017", "a: 1_000",
    "a: 1e3", "a: 1.0", "a: -0", "a: +1", "a: .5", "a: .inf", "a: 12:30", "a: 2026-11-29",
    "a: 2026-11-29T10:00:00Z", "a: 1.2.3", "a: 12345678901234567890", "a: 0.1", "a: 1,000", "a: 5m",
    "a: &x 1\nb: *x", "a: !!str 1", "a: !x 1", "<<: {a: 1}", "a: 1\na: 2", "1: a", "true: a", "? [a]\n: b",
    "a: b: c", "a:\tb", "a: [", "--- a\n--- b", "---\na: 1\n...\n", "# only\n", "a: # none\nb: x # some",
    '"a": "\\u00e9\\n\\x41"', "a: one\n  two\n\n  three", "a: 'it''s'", "{}", "[]", "a: {}", "a: [x, [y]]",
    "b: 1\na: 2", "a: e\u0301", "a: =", "=: a", "a: -", "- - x\n  - y\n-\n  z: 1", "a: <<", "a: y", "n: n",
    "a: 0b11", "a: 1 2", "a: 08", "a: 1.", "a: 1.50", "a: 007", "a: -1.5", "a: 12e03", "a: 685_230.15",
    "a: ''", "a: @x", "a: 'x'\r\nb: y\r\n", "a: off", "a: dead", "a: 1a", "a: '*'", "\ufeffa: 1",
]
FORMATS = [
    "%s", "%d", "%q", "%v", "%t", "%f", "%5s|", "%-5s|", "%05s|", "%5d|", "%-5d|", "%05d|", "%.2f",
    "%8.3f|", "%08.3f|", "%-8.1f|", "%.0f", "%%%s", "%+d", "%x", "%5t", "%10q|", "%#v", "%[1]s",
    "%s%s", "none", "%", "%5", "%.3s", "% d", "%z",
]
FORMATTED: list[HclValue] = [
    "a", "é", "", "17", "1.5", "a\r\nb", 0, -3, 42, 1.5, -0.25, 0.1, 2.5, 0.125, 999999, 1000000,
    1234567, -1500000, 123456789012345, True, False, None, ["a", 1], {"a": None}, SetOf(["b"]),
]
ENCODED = ["", "YQ==", "YWI=", "YWJj", "YQ", "YQ=", "Y Q==", "YW\nJj", "Y!==", "/w==", "w6k=", "YR==",
           "=", "YWJj=", "ZcyB"]
DIGITS = ["10", "-7", "+z", "0x1F", "1f", "1_0", "", " 1", "zZ", "-0", "9" * 30]
KEYS: list[HclValue] = [["a", "b"], ["b", "b"], [1, True], [None, "a"], ["a"], []]
PAIRS: list[tuple[HclValue, HclValue]] = [
    ("a", "b"), ("", "a"), (None, "a"), ("a", 1), (1, "a"), (1, True), (None, 1), (["a"], ["b"]),
    ([1], ["b"]), ({"a": 1}, {"a": "x"}), ({"a": 1}, {}), ([], ["a"]), ([1], []), ("", 5),
    ("", {"a": 1}), ({"a": "x", "b": 1}, {}), ({"a": "x", "b": 1}, {"a": "y", "b": 2}),
    (SetOf(["a"]), ["b"]), (True, "x"), (True, 1), ([1, True], [2, False]), ([1, 2], [True, "x"]),
    ({"a": 1, "b": True}, {"c": "x"}), ({"a": "x"}, {"a": {"b": "y"}}),
]
OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"]
OPERANDS: list[HclValue] = [
    0, 1, -3, 5, 2.5, 0.1, "1", "2.50", "x", "true", True, False, None, [], ["a"], ["a", 1], {},
    {"a": 1}, {"a": 1, "b": "x"}, SetOf(["a"]),
]
SOME: list[HclValue] = ["", "a", "Hello", "a,b,,c", "aab"]
PLAIN: list[HclValue] = ["ami-1", 5, ["a"], [1], {"a": "x"}, {"a": 1, "b": "x"}, [["b", "a"]]]

CALLS: list[tuple[str, list[Sequence[HclValue]]]] = [
    ("base64encode chomp lower md5 sha1 sha256 sha512 strrev title trimspace upper", [TEXTS + ODD]),
    ("length tobool tonumber tostring urlencode base64decode", [TEXTS + ODD]),
    ("endswith startswith split strcontains trim trimprefix trimsuffix", [SOME, ["", "a", ","]]),
    ("join", [SOME, [["", "a"], ["a", 1, True], SetOf(["a"]), [None], []]]),
    ("abs ceil floor signum tostring range", [NUMBERS]),
    ("tonumber", [NUMERALS]),
    ("alltrue anytrue compact concat distinct flatten jsonencode length one reverse sort", [LISTS]),
    ("sum tolist toset coalescelist coalesce tomap max tostring nonsensitive sensitive", [LISTS]),
    ("jsonencode keys length merge transpose tomap values tolist toset tobool", [MAPS]),
    ("base64decode", [ENCODED]),
    ("jsondecode", [JSON_TEXTS]),
    ("yamldecode", [YAML_TEXTS]),
    ("format", [FORMATS, FORMATTED]),
    ("formatlist", [["%s-%s", "%v-%s"], LISTS, ["z", ["y", "z"]]]),
    ("jsonencode", [[{text: [text]} for text in TEXTS + ODD]]),
    ("substr", [TEXTS + ODD, [-3], [2]]),
    ("substr", [["Hello"], [-9, -5, -1, 0, 1, 5, 9], [-2, -1, 0, 1, 9]]),
    ("indent", [[2, 0, -1, 0.5], TEXTS + ODD]),
    ("replace", [TEXTS + ODD, ["a"], ["<é>"]]),
    ("replace", [["Hello"], ["", "l", "/l+/", "/", "//", "lo"], ["-"]]),
    ("parseint", [[*DIGITS, 10, True], [2, 10, 16, 36, 62, 63, 1]]),
    ("element", [LISTS, [-1, 0, 1, 5, "1", 1.5, None, "x"]]),
    ("contains index", [LISTS, ["a", "1", 1, True, None, ["a"], {"a": "x"}]]),
    ("lookup", [MAPS, ["a", "q", 1], ["x", "1", 1, True, None, [], {"c": 1}]]),
    ("lookup", [MAPS, ["a", "q", 1]]),
    ("chunklist", [LISTS, [-1, 0, 1, 2]]),
    ("slice", [LISTS, [0, 1], [-1, 0, 1, 2]]),
    ("zipmap", [KEYS, [["x", 1], [], [None, None], SetOf(["x", "y"])]]),
    ("matchkeys", [[["x", 1], [], [None, None], SetOf(["x", "y"])], KEYS, [["b", "1", "true"]]]),
    ("range", [[0, 1, 9, 0.5], [0, 4, 9, 2000, 2]]),
    ("range", [[0, 9], [0, 9, 2000], [4, -4, -1, 0, 1]]),
    ("pow max min", [[2, -3, 0, 0.5, "4"], [0, 1, 3, 60, -1, 1.5]]),
]
# fmt: on
TWO = "coalesce concat merge coalescelist setunion setproduct setintersection setsubtract"


def every(names: str, *arguments: Sequence[HclValue]) -> Iterator[Case]:
    for name, values in product(names.split(), product(*arguments)):
        yield called(name, *map(constant, values))


def table() -> Iterator[Case]:
    """Cases that were chosen with malice."""
    for names, arguments in CALLS:
        yield from every(names, *arguments)
    for name, pair in product(TWO.split(), PAIRS):
        yield called(name, *map(constant, pair))
    yield from operations()
    yield from traps()
    for one, other in product(["null", *EMPTY_LISTS, *EMPTY_MAPS, *NULLS], PLAIN):
        value: HclValue = None if one in ("null", *NULLS) else [] if one in EMPTY_LISTS else {}
        yield from beside(constant(value, one), constant(other), value, other)


def traps() -> Iterator[Case]:
    """Where Terraform did not do what one would think."""
    number, text = (
        constant({"a": 1}, "tomap({ a = 1 })"),
        constant({"a": "x"}, 'tomap({ a = "x" })'),
    )
    none, typed = constant(None), constant(None, "var.null_list")
    defaults: list[HclValue] = ["5", "x", 1, True, ["y"]]
    for items, key, default in product([number, text], ["a", "b"], defaults):
        yield called("lookup", items, constant(key), constant(default))
    first: list[HclValue] = [5, "x", "", {"a": 1}, ["b", "a"]]
    for value in first:
        for rest in ([none, typed], [constant("x"), none, typed], [constant({"a": 1}), none]):
            yield called("coalesce", constant(value), *rest)
    with_nulls: list[HclValue] = [[None, 1], {"a": None}, [None]]
    for one, other in product(with_nulls, repeat=2):
        yield combined("==", constant(one), constant(other))
    lists = constant({"b": ["c"]}, 'tomap({ b = ["c"] })')
    yield called("coalesce", constant({"a": 1, "b": True, "c": None}), lists)
    yield called("coalesce", constant([True, "b"]), constant([1, 2], "tolist([1, 2])"))
    yield chosen(constant(True), constant({"a": 1, "b": True}), constant({}, "var.no_names"))
    yield called("range", constant(1024))
    yield called("range", constant(1025))


def operations() -> Iterator[Case]:
    for operator, one, other in product(OPERATORS, OPERANDS, OPERANDS):
        yield combined(operator, constant(one), constant(other))
    for value in [*OPERANDS, *NUMBERS, *NUMERALS]:
        yield combined("+", constant(value), constant(0))
        yield negated("!", constant(value))
        yield negated("-", constant(value))
        yield chosen(constant(value), constant("a"), constant("b"))
        yield joined(constant("a"), constant(value))
    keys: list[HclValue] = [-1, 0, 1, "a", "1", 1.5, True, None, []]
    for of, key in product([*LISTS, *MAPS], keys):
        yield indexed(constant(of), constant(key))
        yield read(constant(of), "a")
    for yes, no in PAIRS:
        yield chosen(constant(True), constant(yes), constant(no))
        yield chosen(constant("false"), constant(yes), constant(no))
        if no in ([], {}):
            yield chosen(constant(True), constant(yes), constant(no), bare=True)


def beside(one: Case, other: Case, value: HclValue, plain: HclValue) -> Iterator[Case]:
    """What has a type that does not show, together with something else."""
    for name in ("coalesce", "concat", "merge", "coalescelist", "setunion"):
        yield called(name, one, other)
        yield called(name, other, one)
    yield chosen(constant(False), one, other)
    yield called("lookup", one, constant("a"), other)
    yield called("tolist", constant([value, plain], f"[{one.text}, {other.text}]"))
    yield called(
        "tomap", constant({"x": value, "y": plain}, f"{{ x = {one.text}, y = {other.text} }}")
    )
    if one.text == "null":
        yield chosen(constant(False), one, other, bare=True)


def test_the_table_agrees_with_terraform(console: Terraform) -> None:
    tally = compare(list(table()), console)
    assert not tally.wrong, "\n".join(tally.wrong[:40])
    assert tally.known > 0.3 * tally.total, tally
    assert tally.failed > 0.3 * tally.total, tally
    assert tally.total > 3000


def test_every_function_is_in_the_table() -> None:
    seen = {name for names, _ in CALLS for name in names.split()} | set(TWO.split())
    assert sorted(set(TABLE) - seen) == ["issensitive"]


# ------------------------------------------------------------------------------- at random

SCALARS: st.SearchStrategy[HclValue] = st.sampled_from(
    ["", "a", "b", "x-1", "ami-0abc", "17", "true", 0, 1, 2, 5, 1.5, True, False]
)


def readings(value: HclValue) -> st.SearchStrategy[Case]:
    """The value, in one of the ways in which Terraform may have it."""
    return reading(value).map(lambda text: constant(value, text))


@st.composite
def reading(draw: st.DrawFn, value: HclValue) -> str:
    if not value and (value is None or isinstance(value, list | dict)):
        return draw(st.sampled_from([written(value), *EMPTY[type(value)]]))
    if isinstance(value, SetOf) or not isinstance(value, list | dict):
        return written(value)
    wrap = form(value) is not None and draw(st.booleans())
    if isinstance(value, dict):
        pairs = [f"{quoted(name)} = {draw(reading(of))}" for name, of in value.items()]
        text = f"{{ {', '.join(pairs)} }}"
        return f"tomap({text})" if wrap else text
    text = f"[{', '.join([draw(reading(item)) for item in value])}]"
    return f"tolist({text})" if wrap else text


EMPTY: dict[type, list[str]] = {
    type(None): NULLS,
    SetOf: EMPTY_SETS,
    list: EMPTY_LISTS,
    dict: EMPTY_MAPS,
}


def form(value: HclValue) -> Any:
    """The type of a value, if it is one that a list or map of such values holds unchanged."""
    if isinstance(value, str | int | float):
        return "number" if isinstance(value, float) or type(value) is int else type(value).__name__
    if not isinstance(value, list | dict) or isinstance(value, SetOf):
        return None
    forms = [form(item) for item in (value.values() if isinstance(value, dict) else value)]
    alike = forms and None not in forms and all(one == forms[0] for one in forms)
    return (type(value), forms[0]) if alike else None


NAMES = st.sampled_from(["a", "b", "c"])
WORDS: st.SearchStrategy[HclValue] = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)
ROWS: st.SearchStrategy[HclValue] = st.one_of(
    st.lists(SCALARS, max_size=3),
    WORDS,
    st.lists(st.sampled_from([1, 2, 3]), max_size=3),
)
OBJECTS: st.SearchStrategy[HclValue] = st.one_of(
    st.dictionaries(NAMES, SCALARS, max_size=2),
    st.dictionaries(NAMES, st.sampled_from(["a", "b"]), max_size=2),
    st.fixed_dictionaries({"a": SCALARS, "b": st.sampled_from(["p", "q"])}),
)
SETS: st.SearchStrategy[HclValue] = st.lists(
    st.sampled_from(["a", "b", "c"]), max_size=3, unique=True
).map(lambda items: SetOf(sorted(items)))
DEEP: st.SearchStrategy[HclValue] = st.one_of(
    st.lists(ROWS, max_size=2),
    st.lists(OBJECTS, max_size=2),
    st.dictionaries(NAMES, OBJECTS, max_size=2),
    st.dictionaries(NAMES, ROWS, max_size=2),
    st.lists(st.one_of(SCALARS, st.none()), max_size=3),
    st.dictionaries(NAMES, st.one_of(SCALARS, st.none()), max_size=2),
)
VALUES: st.SearchStrategy[HclValue] = st.one_of(
    SCALARS, SCALARS, ROWS, OBJECTS, SETS, DEEP, st.none()
)


def collected(parts: st.SearchStrategy[Case], size: int = 3) -> st.SearchStrategy[Case]:
    """A list or an object of other expressions."""
    return lists_of(parts, size) | maps_of(parts, size)


def lists_of(parts: st.SearchStrategy[Case], size: int = 3) -> st.SearchStrategy[Case]:
    return st.lists(parts, max_size=size).map(
        lambda cases: Case(
            f"[{', '.join(case.text for case in cases)}]",
            lambda how: [case.evaluate(how) for case in cases],
        )
    )


def maps_of(parts: st.SearchStrategy[Case], size: int = 3) -> st.SearchStrategy[Case]:
    return st.dictionaries(NAMES, parts, max_size=size).map(
        lambda cases: Case(
            f"{{ {', '.join(f'{name} = {case.text}' for name, case in cases.items())} }}",
            lambda how: {name: case.evaluate(how) for name, case in cases.items()},
        )
    )


def calls(names: str, *parts: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    """A call of one of these functions."""
    return st.builds(called, st.sampled_from(names.split()), *parts)


def choice(*branches: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    return st.builds(chosen, st.sampled_from([True, False]).map(constant), *branches)


@cache
def made(kind: str, depth: int) -> st.SearchStrategy[Case]:
    """Expressions of a kind, of which most do not fail."""
    leaves = st.one_of(LEAVES[kind].flatmap(readings), st.sampled_from(BEHIND[kind]).map(hidden))
    return st.one_of(leaves, MADE[kind](depth - 1)) if depth else leaves


def texts(depth: int) -> st.SearchStrategy[Case]:
    text, number, rows, maps = (made(kind, depth) for kind in ("text", "number", "list", "map"))
    scalar = made("scalar", depth)
    return st.one_of(
        calls("lower upper title trimspace strrev chomp tostring jsonencode base64encode", text),
        calls("trim trimprefix trimsuffix join replace", text, text),
        calls("join", text, made("texts", depth)),
        calls("coalesce", scalar, scalar, made("any", depth)),
        calls("format", st.sampled_from(["%s", "%v", "%q", "%5s"]).map(constant), scalar),
        calls("replace", text, text, text),
        calls("substr", text, number, number),
        calls("lookup", maps, NAMES.map(constant), scalar),
        calls("element", rows, number),
        st.builds(joined, scalar, text),
        choice(text, scalar),
        st.builds(chosen, made("flag", depth), text, scalar),
    )


def numbers(depth: int) -> st.SearchStrategy[Case]:
    number, rows = made("number", depth), made("list", depth)
    return st.one_of(
        calls("abs ceil floor max min tonumber signum", number),
        calls("max min pow", number, number),
        calls("length sum", rows),
        calls("length", made("any", depth)),
        calls("index", rows, made("scalar", depth)),
        st.builds(combined, st.sampled_from(["+", "-", "*", "/", "%"]), number, number),
        st.builds(negated, st.just("-"), number),
        choice(number, made("scalar", depth)),
    )


def flags(depth: int) -> st.SearchStrategy[Case]:
    flag, number, value = made("flag", depth), made("number", depth), made("any", depth)
    return st.one_of(
        st.builds(combined, st.sampled_from(["==", "!="]), value, value),
        st.builds(combined, st.sampled_from(["<", ">=", "=="]), number, number),
        st.builds(combined, st.sampled_from(["&&", "||"]), flag, flag),
        st.builds(negated, st.just("!"), flag),
        calls("startswith endswith strcontains", made("text", depth), made("text", depth)),
        calls("contains", made("list", depth), made("scalar", depth)),
        choice(flag, flag),
    )


def rows(depth: int) -> st.SearchStrategy[Case]:
    value, some, maps = made("any", depth), made("list", depth), made("map", depth)
    return st.one_of(
        lists_of(made("scalar", depth)),
        lists_of(value, 2),
        calls("tolist toset distinct flatten reverse compact sort", some),
        calls("concat coalescelist setunion setproduct setintersection setsubtract", some, some),
        calls("concat setunion", some, some, some),
        calls("keys values", maps),
        calls("split", made("text", depth), made("text", depth)),
        calls("slice", some, st.just(constant(0)), made("number", depth)),
        calls("chunklist", some, made("number", depth)),
        calls("formatlist", st.just(constant("%v")), some),
        calls("matchkeys", some, some, some),
        choice(some, some),
        choice(some, st.sampled_from([None, [], SetOf()]).flatmap(readings)),
        calls("coalesce", some, some),
    )


def maps(depth: int) -> st.SearchStrategy[Case]:
    value, some = made("any", depth), made("map", depth)
    return st.one_of(
        maps_of(made("scalar", depth)),
        maps_of(value, 2),
        calls("merge", some, some),
        calls("tomap", some),
        calls("zipmap", made("texts", depth), made("list", depth)),
        calls("transpose", some),
        choice(some, some),
        choice(some, st.sampled_from([None, {}]).flatmap(readings)),
        calls("coalesce", some, some),
        calls("lookup", some, NAMES.map(constant), some),
    )


def scalars(depth: int) -> st.SearchStrategy[Case]:
    rows, maps = made("list", depth), made("map", depth)
    return st.one_of(
        *(made(kind, depth) for kind in ("text", "text", "number", "flag")),
        calls("one", rows),
        st.builds(indexed, rows, made("number", depth)),
        st.builds(indexed, maps, NAMES.map(constant)),
        st.builds(read, maps, NAMES),
    )


def anything(depth: int) -> st.SearchStrategy[Case]:
    noise = st.lists(made("any", depth), min_size=1, max_size=3)
    names = sorted(set(TABLE) - {"issensitive"})
    return st.one_of(
        *(made(kind, depth) for kind in ("scalar", "scalar", "list", "list", "map", "map")),
        st.builds(lambda name, some: called(name, *some), st.sampled_from(names), noise),
        st.builds(read, made("any", depth), NAMES),
        st.builds(indexed, made("any", depth), made("scalar", depth)),
        st.builds(chosen, made("any", depth), made("any", depth), made("any", depth)),
        st.builds(combined, st.sampled_from(OPERATORS), made("any", depth), made("any", depth)),
    )


MADE = {
    "any": anything,
    "flag": flags,
    "list": rows,
    "map": maps,
    "number": numbers,
    "scalar": scalars,
    "text": texts,
    "texts": rows,
}
LEAVES: dict[str, st.SearchStrategy[HclValue]] = {
    "any": VALUES,
    "flag": st.sampled_from([True, False, "true"]),
    "list": st.one_of(ROWS, SETS, DEEP.filter(lambda value: isinstance(value, list))),
    "map": st.one_of(OBJECTS, DEEP.filter(lambda value: isinstance(value, dict))),
    "number": st.sampled_from([0, 1, 2, 3, 10, 1.5, "2", -1]),
    "scalar": SCALARS | st.none(),
    "text": st.sampled_from(["", "a", "b", "x-1", "ami-0abc", "17", "true", "A b"]),
    "texts": WORDS | SETS,
}
BEHIND = {
    "any": sorted(HIDDEN),
    "flag": ["flag", "bool"],
    "list": ["list", "set", "numbers"],
    "map": ["map", "object"],
    "number": ["number", "digits"],
    "scalar": ["ami", "empty", "digits", "flag", "number", "bool", "null", "typed"],
    "text": ["ami", "empty", "digits", "flag"],
    "texts": ["list", "set"],
}
EXPRESSIONS = made("any", 3).filter(lambda case: len(case.text) < 500)


def expressions(count: int) -> list[Case]:
    """As many expressions, always the same ones."""
    found: list[Case] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(EXPRESSIONS)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def test_expressions_at_random_agree_with_terraform(console: Terraform) -> None:
    tally = compare(expressions(600), console)
    assert not tally.wrong, "\n".join(tally.wrong[:40])
    assert tally.known > 0.25 * tally.total, tally
    assert tally.total > 500


# ------------------------------------------------------------------------------- conversions


def a(name: str, *arguments: Expression) -> Call:
    return Call(name, arguments)


def an_object(**attributes: Expression) -> Call:
    return a("object", ObjectOf(tuple((Literal(name), of) for name, of in attributes.items())))


STRING, NUMBER, BOOL, ANY = (Variable(name) for name in ("string", "number", "bool", "any"))
PERSON = an_object(a=STRING, b=a("optional", NUMBER), c=a("optional", STRING, Literal("d")))
NESTED = an_object(
    p=a("optional", PERSON, ObjectOf(((Literal("a"), Literal(1)),))),
    q=a("optional", a("list", PERSON), TupleOf(())),
)
TYPES: list[Expression] = [
    STRING, NUMBER, BOOL, ANY, Variable("list"), Variable("map"),
    *(a(name, of) for name in ("list", "set", "map") for of in (STRING, NUMBER, BOOL, ANY)),
    a("list", a("list", STRING)), a("map", a("list", ANY)), a("list", a("map", ANY)),
    a("tuple", TupleOf((STRING, NUMBER))), a("tuple", TupleOf(())),
    an_object(), an_object(a=STRING), an_object(a=ANY), PERSON, NESTED,
    a("list", PERSON), a("map", PERSON), a("set", a("list", STRING)), a("list", an_object(a=ANY)),
    an_object(a=a("optional", ANY, Literal(5))), an_object(a=a("optional", a("list", STRING))),
]  # fmt: skip
CONVERTED: list[HclValue] = [
    None, "a", "", "1", "1.50", "true", "007", 0, 5, 1.5, 0.1, True, False, [], ["a"], ["1", "2"],
    [2, 10, 1], [1, "a"], [True, "x"], [1, True], ["b", "a", "b"], [None], ["a", None], [1, None],
    [["a"], ["b", "c"]], [["a"], [1]], [["a"], "b"], ["a", 1], [1, "2"], {}, {"a": "x"}, {"a": 1},
    {"a": None}, {"b": 1}, {"a": "x", "b": "7", "c": None, "z": 1}, {"a": ["x"]}, {"a": {"a": 1}},
    {"a": [1], "b": ["y"]}, [{"a": 1}, {"a": "x", "b": 2}], [{"a": [1]}, {"a": ["x"]}],
    {"p": {"a": 1}}, {"p": None, "q": None}, {"q": [{"a": "x"}, {"a": True, "c": "e"}]}, {"q": {}},
    {"x": {"a": "y"}, "y": {"a": 2, "b": "3"}}, [{"a": 1, "b": "x"}], {"a": 1, "b": True},
]  # fmt: skip


def type_text(expression: Expression) -> str:
    match expression:
        case Variable(name):
            return name
        case Literal(value):
            return written(value)
        case Call(name, arguments):
            return f"{name}({', '.join(map(type_text, arguments))})"
        case TupleOf(items):
            return f"[{', '.join(map(type_text, items))}]"
        case ObjectOf(items):
            inner = (f"{name.value} = {type_text(of)}" for name, of in items if isinstance(name, Literal))  # fmt: skip
            return f"{{ {', '.join(inner)} }}"
    raise AssertionError(expression)


def test_conversions_agree_with_terraform(console: Terraform) -> None:
    converted: list[Case] = []
    refused: list[str] = []
    variables: dict[bool, list[str]] = {True: [], False: []}
    for number, (kind, value) in enumerate(product(TYPES, CONVERTED)):
        name = f"c{number}"
        block = (
            f'variable "{name}" {{\n  type = {type_text(kind)}\n  default = {written(value)}\n}}'
        )
        try:
            result = convert(value, read_constraint(kind))
        except FailedError:
            refused.append(name)
        else:
            converted.append(constant(result, f"var.{name}"))
        variables[name not in refused].append(block)
    tally = compare(converted, console, "\n".join(variables[True]))
    assert not tally.wrong, "\n".join(tally.wrong[:40])
    assert tally.known > 0.9 * tally.total
    for number, block in enumerate(variables[False]):  # told of many faults in one file, it is slow
        (console.folder / f"v{number}.tf").write_text(block, encoding="utf-8")
    told = console.run("", "validate", "-json").stdout
    found = {one["snippet"]["context"] for one in json.loads(told)["diagnostics"]}
    assert [name for name in refused if f'variable "{name}"' not in found] == []
    assert min(len(converted), len(refused)) > 300
