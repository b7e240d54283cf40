"""Expressions at random, as text, and the names that they read: some known, some not, some null."""

import re
from collections.abc import Callable
from random import Random

HEAD = """
resource "terraform_data" "later" {
  input = "x"
}

variable "nothing" {
  default = null
}

variable "typed_null" {
  type    = string
  default = null
}

variable "strings" {
  type    = list(string)
  default = ["a", "b", "a"]
}

variable "set" {
  type    = set(string)
  default = ["q", "p", "q"]
}

variable "numbers" {
  type    = map(number)
  default = { one = 1, two = "2", half = 0.5 }
}

variable "object" {
  type    = object({ a = string, b = optional(number, 3) })
  default = { a = 5 }
}

locals {
  s     = "hello"
  n     = 3
  f     = 2.5
  t     = true
  l     = ["x", "y", "z"]
  mixed = ["x", 1, true, null]
  o     = { a = "A", b = { c = ["deep", "er"] }, "d-e" = 7 }
  m     = tomap({ k1 = "v1", k2 = "v2" })
  lo    = [{ id = "i1", on = true }, { id = "i2", on = false }]
  u     = terraform_data.later.id
  ul    = [terraform_data.later.id, "known"]
  uo    = { a = terraform_data.later.id, b = "known" }
}
"""

_TEXTS = ['"hello"', '"a"', '""', '"ami-0abc"', "local.s", '"1"', '"true"', "local.o.a", "local.m.k1", 'local.m["k2"]', "var.typed_null", "local.o.b.c[0]", "local.lo[1].id", "local.u", "local.uo.b", 'local.uo["a"]', '"x,y,z"', '"é"', '"$${x}"', '"a\\nb"', '"\\u00e9"', "var.object.a", "local.l[2]"]  # fmt: skip
_NUMBERS = ["0", "1", "2", "3", "-1", "1.5", "local.n", "local.f", "var.numbers.one", 'var.numbers["half"]', "var.object.b", "10", '"4"', "local.o.d-e", "100000000000", "0.1", "local.u"]  # fmt: skip
_FLAGS = ["true", "false", "local.t", '"true"', "local.lo[0].on", 'local.u == "x"', "var.nothing == null", "local.u"]  # fmt: skip
_LISTS = ["local.l", "local.mixed", "[]", '["a", "b"]', "[1, 2]", "var.strings", "var.set", "local.lo", "[local.s, local.n]", "local.ul", "local.o.b.c", 'toset(["b", "a"])', "[null]", "local.lo[*].id", "local.lo.*.on", "range(3)", "local.u", "var.nothing[*]", "local.s[*]"]  # fmt: skip
_MAPS = ["local.o", "local.m", "{}", "{ a = 1 }", '{ a = "x", b = "y" }', "var.numbers", "var.object", "local.uo", "{ (local.s) = 1 }", '{ "a b" = 1, c : 2 }', "local.lo[0]", "{ a = null }", "local.u"]  # fmt: skip

_MADE = {
    "text": [
        '"${T}"', '"p-${A}"', '"${A}-s"', "(F ? T : T)", 'join(",", L)', 'join("", L)',
        'format("%s-%v", T, A)', "coalesce(T, T)", "try(A, T)", "lookup(M, T, T)", "element(L, N)",
        "L[N]", "M[T]", "M.a", "M.k1", "M.id", "one(L)", "upper(T)", "trimspace(T)", "title(T)",
        "replace(T, T, T)", "substr(T, n, n)", "tostring(A)", "jsonencode(A)",
        "jsondecode(jsonencode(A))", "[for x in L : x][0]", "base64encode(T)", "md5(T)",
        "trimprefix(T, T)", 'split(",", T)[n]', "(T)", '"%{ if F }y%{ else }n%{ endif }"',
        '"%{ for x in L }${x}%{ endfor }"',
    ],
    "number": [
        "(N + N)", "(N - N)", "(N * N)", "N % N", "N + N", "length(A)", "-N", "max(N, N)",
        "min(N, N)", "floor(N)", "ceil(N)", "abs(N)", "tonumber(A)", "(F ? N : N)", "index(L, A)",
        "sum(L)", "try(A, N)", 'parseint("1f", 16)', "signum(N)",
    ],
    "flag": [
        "A == A", "A != A", "(N < N)", "(N >= N)", "!F", "(F && F)", "F || F", "can(A)",
        "contains(L, A)", "startswith(T, T)", "tobool(A)", "alltrue(L)", "anytrue([F])",
        "(A) == null",
    ],
    "list": [
        "[]", "[A]", "[A, A]", "[A, A, A]", "[for x in L : x]", "[for x in L : upper(x)]",
        "[for x in L : { v = x }]", '[for x in L : "${x}!" if x != null]', "[for x in L : x.id if f]",
        "[for x in L : [x] if x == t]", "[for k, v in M : k]", '[for k, v in M : "${k}=${v}"]',
        "concat(L, L)", "keys(M)", "values(M)", "flatten([L, L])", "distinct(L)", "sort(L)",
        "reverse(L)", "slice(L, 0, n)", "toset(L)", "tolist(L)", "compact(L)", "L[*]",
        "(F ? L : L)", 'split(",", T)', "coalescelist(L, L)", "try(L, L)", "L[*].id",
        "setunion(L, L)", "chunklist(L, 2)",
    ],
    "map": [
        "{}", "{ a = A }", "{ a = A, (T) = A }", '{ "c" : A, id = A }', "{ k1 = A, 1 = A }",
        "merge(M, M)", "{ for k, v in M : k => v }", "{ for k, v in M : upper(k) => [v] }",
        '{ for k, v in M : "${k}x" => k if v != null }', "{ for k, v in M : v => k }",
        "{ for i, x in L : i => x }", "{ for i, x in L : x => i }", "{ for i, x in L : x => i... }",
        "{ for i, x in L : x.id => x }", "zipmap(L, L)", "tomap(M)", "(F ? M : M)", "try(M, M)",
        "merge(L...)", "jsondecode(T)", "transpose(M)",
    ],
}  # fmt: skip
"""How each kind is made: T, N, F, L and M stand for another of a kind, A for any, t, n, f for a plain one."""

_KINDS = {"T": "text", "N": "number", "F": "flag", "L": "list", "M": "map"}
_PLAIN = {"text": _TEXTS, "number": _NUMBERS, "flag": _FLAGS, "list": _LISTS, "map": _MAPS}
_SPOT = re.compile(r"(?<![\w\"%.])[TNFLMAtnf](?![\w\"%=])")
_JOINT = re.compile(r"(, |\(|\[(?!\*)| [-+*%] )")
_LONGEST = 600


def expressions(seed: int, count: int) -> list[str]:
    """As many expressions, always the same ones for a seed."""
    random = Random(seed)
    found = (_made(random, "any", random.randint(1, 4)) for _ in range(count))
    return [_spread(random, text) for text in found if len(text) < _LONGEST]


def _made(random: Random, kind: str, depth: int) -> str:
    if kind == "any":
        kind = random.choice(["text", "text", "number", "flag", "list", "map", "null"])
    if kind == "null":
        return "null"
    if depth <= 0 or random.random() < 0.35:
        return random.choice(_PLAIN[kind])

    def fill(spot: re.Match[str]) -> str:
        letter = spot[0]
        if letter.islower():
            return random.choice(_PLAIN[_KINDS[letter.upper()]])
        return _made(random, _KINDS.get(letter, "any"), depth - 1)

    return _SPOT.sub(fill, random.choice(_MADE[kind]))


def _spread(random: Random, text: str) -> str:
    """The same with spaces, line ends and comments where HCL allows them."""
    if random.random() < 0.6:
        return text
    commas = [", ", ",", ",\n  ", " , ", ", # c, \n", ", /* a\n b */ ", ",\r\n"]
    opened = ["", "", " ", "\n", " /* x */ ", " // y\n"]
    choose: Callable[[str], str] = lambda joint: {  # noqa: E731
        ", ": random.choice(commas),
        "(": f"({random.choice(opened)}",
        "[": f"[{random.choice(opened)}",
    }.get(joint, joint)
    return _JOINT.sub(lambda joint: choose(joint[0]), text)
