"""Small programs at random, planned by hand: what plan and code say together is what a plain model says.

The plan knows the variables and the sources of three copies, and no image of an instance: which one
that will be, the code decides by locals, conditionals, loops, keys and calls.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inputs.plan.plan import read_plans
from assay.inputs.saved.code import PlannedCode
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.kept import Kept
from assay.model import AnyOf, Kind, Unknown, Value
from tests.inputs.test_code import in_words
from tests.plans import dump, instance, plan, resource

SOURCES = {"a": "ami-0000000a", "b": "ami-0000000b", "c d": "ami-0000000c"}
KEYS = tuple(SOURCES)
INSTANCES = ("a", "c d")
KNOWN = "ami-0000000f"
VARIABLES: Mapping[str, Any] = {"key": "b", "yes": True, "no": False, "image": KNOWN, "number": 1}
COPIES = """
resource "aws_ami_copy" "x" {
  for_each          = var.sources
  name              = each.key
  source_ami_id     = each.value
  source_ami_region = "us-east-1"
}

resource "terraform_data" "later" {}
"""
LATER = 'terraform_data.later.id == "x"'
"""What nobody can tell before apply."""

T = TypeVar("T")
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]


class Written(NamedTuple):
    """An expression, and what it comes to in the instance of a key."""

    text: str
    worth: Callable[[str], Any]


def constant(text: str, value: Any) -> Written:
    return Written(text, lambda _: value)


def copied(key: str) -> str:
    return f'aws_ami_copy.x["{key}"] of {SOURCES[key]}'


class Program:
    """What is drawn: expressions, and the locals that some of them have become."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.locals = [
            "ids = { for key, copy in aws_ami_copy.x : key => copy.id }",
            f"keys = {json.dumps(KEYS)}",
        ]

    def _one_of(self, *choices: T) -> T:
        found: T = self._draw(st.sampled_from(choices))
        return found

    def _as_local(self, found: Written) -> Written:
        """The same by way of a local, where it is the same for all instances."""
        if "each." in found.text:
            return found
        name = f"l{len(self.locals)}"
        self.locals.append(f"{name} = {found.text}")
        return Written(f"local.{name}", found.worth)

    # ------------------------------------------------------------------------------- expressions

    def flag(self, depth: int) -> Written:
        simple = (
            constant("var.yes", True),
            constant("var.no", False),
            constant("length(local.ids) == 3", True),
            constant("var.number > 1", False),
        )
        if depth <= 0:
            return self._one_of(*simple)
        form = self._one_of("simple", "not", "and", "or", "same", "made", "holds")
        if form in ("not", "and", "or"):
            one, other = self.flag(depth - 1), self.flag(depth - 1)
            if form == "not":
                return Written(f"!({one.text})", lambda key: not one.worth(key))
            if form == "and":
                return Written(
                    f"({one.text} && {other.text})",
                    lambda key: one.worth(key) and other.worth(key),
                )
            return Written(
                f"({one.text} || {other.text})", lambda key: one.worth(key) or other.worth(key)
            )
        if form == "same":
            left, right = self.key(depth - 1), self.key(depth - 1)
            return Written(
                f"({left.text} == {right.text})", lambda key: left.worth(key) == right.worth(key)
            )
        if form == "made":  # an id that will be made is no empty text
            return constant(f'(aws_ami_copy.x[{self.key(0).text}].id != "")', True)
        if form == "holds":
            return constant(f"contains(keys(local.ids), {self.key(depth - 1).text})", True)
        return self._one_of(*simple)

    def key(self, depth: int) -> Written:
        simple = (
            constant("var.key", "b"),
            Written("each.key", lambda key: key),
            *(constant(json.dumps(key), key) for key in KEYS),
        )
        if depth <= 0:
            return self._one_of(*simple)
        form = self._one_of("simple", "if", "element", "local", "joined", "index")
        if form == "if":
            return self._chosen(self.flag(depth - 1), self.key(depth - 1), self.key(depth - 1))
        if form == "element":
            number = self._one_of(0, 1, 2, 4)
            return constant(f"element(local.keys, {number})", KEYS[number % 3])
        if form == "index":
            return constant("local.keys[var.number]", KEYS[1])
        if form == "local":
            return self._as_local(self.key(depth - 1))
        if form == "joined":
            inner = self.key(depth - 1)
            return Written(f'"${{{inner.text}}}"', inner.worth)
        return self._one_of(*simple)

    def image(self, depth: int) -> Written:
        form = self._one_of("copy", "known", *(2 * ("if", "local", "call", "loop", "held")))
        if depth <= 0 or form == "copy":
            key = self.key(depth)
            return Written(
                self._one_of("aws_ami_copy.x[{}].id", "local.ids[{}]").format(key.text),
                lambda each: copied(key.worth(each)),
            )
        if form == "known":
            return constant("var.image", KNOWN)
        if form == "if":
            return self._chosen(self.flag(depth - 1), self.image(depth - 1), self.image(depth - 1))
        if form == "local":
            return self._as_local(self.image(depth - 1))
        if form == "loop":
            return self._looped(self.key(depth - 1))
        inner = self.image(depth - 1)
        if form == "held":
            other = self.image(depth - 1)
            shape = self._one_of(
                "[{}, {}][0]", "{{ p = {}, q = {} }}.p", '{{ p = {}, q = {} }}["p"]'
            )
            return Written(shape.format(inner.text, other.text), inner.worth)
        shape = self._one_of(
            "coalesce(null, {})",
            'try(aws_ami_copy.x["none"].id, {})',
            "one([{}])",
            "element([{}], 3)",
            "tostring({})",
            "flatten([[{}]])[0]",
        )
        return Written(shape.format(inner.text), inner.worth)

    def _chosen(self, test: Written, yes: Written, no: Written) -> Written:
        return Written(
            f"({test.text} ? {yes.text} : {no.text})",
            lambda key: (yes if test.worth(key) else no).worth(key),
        )

    def _looped(self, key: Written) -> Written:
        shape = self._one_of(
            "one([for k, copy in aws_ami_copy.x : copy.id if k == {}])",
            "[for k in [{}] : local.ids[k]][0]",
            "{{ for k, id in local.ids : upper(k) => id }}[upper({})]",
            'lookup(local.ids, {}, "ami-0000000e")',
            "merge(local.ids, local.ids)[{}]",
        )
        return Written(shape.format(key.text), lambda each: copied(key.worth(each)))


# ------------------------------------------------------------------------------------ the plan of it


def planned() -> bytes:
    """The plan: copies whose ids are not known, and an instance of each key."""

    def keyed(change: dict[str, Any], key: str) -> dict[str, Any]:
        return {**change, "address": f"{change['address']}[{json.dumps(key)}]", "index": key}

    copies = [
        keyed(
            resource(
                "aws_ami_copy.x",
                {"name": key, "source_ami_id": source, "source_ami_region": "us-east-1"},
                unknown={"id": True, "arn": True},
            ),
            key,
        )
        for key, source in SOURCES.items()
    ]
    later = resource("terraform_data.later", {}, unknown={"id": True})
    instances = [
        keyed(instance("aws_instance.i", None, unknown={"ami": True}), key) for key in INSTANCES
    ]
    given = {name: {"value": value} for name, value in VARIABLES.items()}
    given["sources"] = {"value": SOURCES}
    return dump(plan(*copies, later, *instances, variables=given))


def code(locals_: list[str], image: str) -> str:
    declared = "".join(f'variable "{name}" {{}}\n' for name in (*VARIABLES, "sources"))
    held = "".join(f"  {each}\n" for each in locals_)
    return f"""{declared}
provider "aws" {{
  region = "us-east-1"
}}
{COPIES}
locals {{
{held}}}

resource "aws_instance" "i" {{
  for_each = toset({json.dumps(INSTANCES)})
  ami      = {image}
}}
"""


PLAN = planned()


def told(text: str) -> dict[str, Value]:
    """What plan and code say of the image of each instance."""
    files = PlannedCode({(): "."}, {".": {"main.tf": text.encode()}})
    joining = CodeOfPlans.carried(Kept(None), files, ".").join
    [source] = read_plans("tfplan", PLAN, kinds=[Kind.LAUNCH], region=None, joining=joining)
    return {
        each.address.partition('"')[2].rstrip('"]'): each.value
        for each in source.references
        if each.address.startswith("aws_instance.i[")
    }


def test_a_program_says_what_the_model_says() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=max(200, settings().max_examples))
    @given(st.data())
    def says(data: st.DataObject) -> None:
        program = Program(data.draw)
        image = program.image(data.draw(st.integers(1, 4)))
        text = code(program.locals, image.text)
        found = {key: in_words(value) for key, value in told(text).items()}
        assert found == {key: image.worth(key) for key in INSTANCES}, text
        seen.update(found.values())

    says()
    assert seen.keys() == {KNOWN, *map(copied, KEYS)}
    assert min(seen.values()) > 10, seen


@settings(max_examples=max(60, settings().max_examples))
@given(st.data())
def test_of_what_decides_at_apply_either_may_be_it(data: st.DataObject) -> None:
    program = Program(data.draw)
    one, other = (program.image(data.draw(st.integers(1, 2))) for _ in "ab")
    text = code(program.locals, f"{LATER} ? {one.text} : {other.text}")
    for key, value in told(text).items():
        expected = {one.worth(key), other.worth(key)}
        if len(expected) == 1 or KNOWN not in expected:
            several = value.values if isinstance(value, AnyOf) else (value,)
            assert set(map(in_words, several)) == expected, text
        else:  # what is known beside what is not: nobody tells of which it is
            assert isinstance(value, Unknown), text
