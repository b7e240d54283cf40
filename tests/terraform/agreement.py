"""Two sources held against each other: what a plan says of images, and what its code says.

The code's value must be the plan's, or one that says it is not known; nothing else will do. For each
reference of the plan the code must have one, or say at the block, or at a module around it, that it
cannot tell: silence would be a false pass.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from assay.inputs.plan.plan import Source
from assay.model import (
    Alias,
    AmiId,
    AmiReference,
    AnyOf,
    Changeable,
    ImageSearch,
    Incomplete,
    InstanceRef,
    Made,
    ParameterChange,
    Place,
    Planned,
    TemplateChange,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    Value,
    alternatives,
)

EQUAL, LOOKUP, MORE, UNKNOWN, WRONG = "equal", "lookup", "more", "unknown", "wrong"
"""`lookup`: code names what Terraform looks up when it plans. `more`: code tells which image the plan
will make, or which template it will use, where the plan alone does not."""

_KEY = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\]')
_DATA = re.compile(r"(^|\.)data\.")
_INDEX = re.compile(r"\[[0-9]+\]")

Key = tuple[str, str]
Change = ParameterChange | TemplateChange


@dataclass
class Agreement:
    """How the references of a plan are told by code, by address and attribute."""

    told: dict[Key, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    paired: list[tuple[AmiReference, AmiReference]] = field(default_factory=list)
    """The plan's and the code's reference to one attribute of one address."""

    def count(self, *words: str) -> int:
        """How many references are told in one of these ways."""
        return sum(word in words for word in self.told.values())

    def __str__(self) -> str:
        counted = Counter(self.told.values())
        numbers = ", ".join(f"{counted[word]} {word}" for word in (EQUAL, LOOKUP, MORE, UNKNOWN))
        return f"{len(self.told)} references: {numbers}; {len(self.wrong)} faults"


def compare(plan: Source, code: Source) -> Agreement:
    """Hold code against the plan that Terraform made of it."""
    found = Agreement()
    by_key: defaultdict[Key, list[AmiReference]] = defaultdict(list)
    for reference in code.references:
        by_key[reference.address, reference.attribute].append(reference)
    used: set[int] = set()
    for reference in plan.references:
        key = (reference.address, reference.attribute)
        own = next((each for each in by_key[key] if id(each) not in used), None)
        if own is not None and relation(reference.value, own.value) != WRONG:
            found.paired.append((reference, own))
        else:
            own = next(_instead(reference, code.references), own)
        if own is None:
            found.told[key] = WRONG
            found.wrong.append(
                f"{_name(reference)}: the plan has {reference.value}, code is silent"
            )
            continue
        used.add(id(own))
        word = UNKNOWN if _unclear(reference, own) else relation(reference.value, own.value)
        found.told[key] = word
        found.wrong.extend(f"{_name(reference)}: {each}" for each in _faults(reference, own, word))
    unclear = {each.address for each in plan.references if isinstance(each.value, Unknown)}
    for reference in code.references:
        silent = id(reference) not in used and reference.address not in unclear
        if silent and claims(reference.value):
            found.wrong.append(f"{_name(reference)}: code has {reference.value}, the plan nothing")
    return found


def relation(plan: Value, code: Value) -> str:
    """What the code's value is to the plan's."""
    plan, code = _bare(plan), _bare(code)
    match plan, code:
        case _, Unknown() | Incomplete():
            return UNKNOWN
        case _, Changeable(value=name, changes=changes):
            return _worst(_of_changes(plan, name, changes))
        case AnyOf(values), _:
            return _worst(_of_several(values, alternatives(code)))
        case AmiId(), Unusable(reason) if "another account or Region" in reason:
            return UNKNOWN  # nobody would find it there
        case Unknown(), Planned() | Made() | TemplateRef():
            return MORE
        case Planned(value=one), Planned(value=other, step=step) if not _DATA.search(step):
            return relation(one, other)
        case Made(), Made():
            alike = plan.how == code.how and stands_for(code.by, plan.by)
            alike = alike and placed_alike(plan.place, code.place)
            return relation(plan.source, code.source) if alike else WRONG
        case AmiId(), Planned(step, ImageSearch() | Alias() | TemplateRef() | InstanceRef() | Changeable()):  # fmt: skip
            return LOOKUP if _DATA.search(step) else WRONG
        case TemplateRef(version=one), TemplateRef(version=other) if plan != code:
            return LOOKUP if other in ("$Latest", one) else WRONG
    return EQUAL if plan == code else WRONG


def _of_several(plan: tuple[Value, ...], code: tuple[Value, ...]) -> Iterator[str]:
    """Of what the plan cannot choose between, code may mean any, and no other."""
    for each in code:
        told = {relation(one, each) for one in plan}
        yield WRONG if told == {WRONG} else MORE


def _of_changes(plan: Value, name: Value, changes: tuple[Change, ...]) -> Iterator[str]:
    """Of a name that is changed: whether it is the same name, and is left with the same values."""
    if not isinstance(plan, Changeable):
        yield relation(plan, name)  # nothing changes, whatever the code declares
        return
    yield relation(plan.value, name)
    left = {each.name: each.leaves for each in changes}
    for change in plan.changes:
        yield relation(change.leaves, left[change.name]) if change.name in left else WRONG


def _worst(words: Iterable[str]) -> str:
    found = set(words)
    return next(word for word in (WRONG, UNKNOWN, MORE, LOOKUP, EQUAL) if word in found)


def _bare(value: Value) -> Value:
    """A value without the words for people around it, as long as nothing can move it."""
    while isinstance(value, Planned) and not value.moving and not _asked(value):
        value = value.value
    if isinstance(value, Unusable):  # code is not told of plans
        return Unusable(value.reason.replace("this plan", "the code"))
    return value


def _asked(value: Planned) -> bool:
    return isinstance(value.value, ImageSearch | Alias | TemplateRef | InstanceRef | Changeable)


def claims(value: Value) -> bool:
    """Whether a value says which image it is."""
    match value:
        case Planned(value=inner) | Made(source=inner):
            return claims(inner)
    return not isinstance(value, Unknown | Incomplete)


def placed_alike(plan: Place | Unplaced, code: Place | Unplaced) -> bool:
    """Whether the code's place is the plan's, or not known; it may know more."""
    if isinstance(code, Unplaced) or isinstance(plan, Unplaced):
        return True
    return code == plan or (plan.account is None and code.region == plan.region)


def _unclear(plan: AmiReference, code: AmiReference) -> bool:
    """Whether code says something at another attribute, where the plan does not know this one."""
    return isinstance(plan.value, Unknown) and plan.attribute != code.attribute


def _faults(plan: AmiReference, code: AmiReference, word: str) -> Iterator[str]:
    if word == WRONG:
        yield f"the plan has {plan.value}, code {code.value}"
    if isinstance(code.value, Incomplete):
        return
    if plan.kind is not code.kind or plan.resource_type != code.resource_type:
        yield f"the plan has {plan.kind} of {plan.resource_type}, code {code.kind}"
    if not placed_alike(plan.place, code.place):
        yield f"the plan has it in {plan.place}, code in {code.place}"
    if plan.sensitive and not code.sensitive and word != UNKNOWN:
        yield "is sensitive in the plan, and not in code"


# ------------------------------------------------------------------------------- standing in


def _instead(plan: AmiReference, among: Iterable[AmiReference]) -> Iterator[AmiReference]:
    """What code has in place of a reference: it stands for several, for a block, or for a module."""
    for code in among:
        if isinstance(code.value, Incomplete):
            if plan.address.startswith((f"{code.address}.", f"{code.address}[")):
                yield code
        elif not stands_for(code.address, plan.address):
            continue
        elif isinstance(plan.value, Unknown) or (
            _in_block(code.attribute, plan.attribute) and relation(plan.value, code.value) != WRONG
        ):
            yield code


def stands_for(several: str, one: str) -> bool:
    """Whether an address is another one, or that one without some of its keys."""
    if several == one:
        return True
    wanted, rest = list(_steps(several)), list(_steps(one))
    return len(wanted) == len(rest) and all(
        mine in (other, (other[0], "")) for mine, other in zip(wanted, rest, strict=True)
    )


def _steps(address: str) -> Iterator[Key]:
    while address:
        word = re.match(r"[^.\[]+", address)
        assert word is not None, address
        address = address[word.end() :]
        key = _KEY.match(address)
        yield word[0], key[0] if key else ""
        address = address[key.end() if key else 0 :].removeprefix(".")


def _in_block(whole: str, attribute: str) -> bool:
    """Whether an attribute is another one, or stands in the block of that name, wherever that is."""
    whole, attribute = _INDEX.sub("", whole), _INDEX.sub("", attribute)
    block = whole.rpartition(".")[0]
    return (
        attribute == whole
        or attribute.startswith(f"{whole}.")
        or (bool(block) and attribute.startswith(f"{block}."))
    )


def _name(reference: AmiReference) -> str:
    return f"{reference.address}  {reference.attribute}"
