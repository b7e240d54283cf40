"""What is found by a word is what a walk over all of them finds, one by one."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.model import (
    Ancestry,
    AncestryEnd,
    AncestryEntry,
    ImageMatch,
    ImageName,
    Match,
    Outcome,
    Place,
    Policy,
    Resolved,
    Revoked,
    Scope,
    Subject,
    Unplaced,
)
from assay.policy.candidates import Candidates
from assay.policy.engine import judge, judge_all
from assay.policy.golden import JudgedMarks, golden_marks
from assay.policy.lineage import ancestry_matters, path_to_revoked, still_matters
from assay.policy.matching import Scopes, holds
from tests.policy.builders import (
    AS_OF,
    AWAY,
    HOME,
    KEY,
    STRANGER,
    USED,
    USER,
    ancestry,
    days_ago,
    document,
    image,
    mark,
    policy,
    provenance,
    subject,
    unresolved,
)

ADDRESSES = ["aws_instance.web", "module.a.aws_instance.web", 'module.a["x.y"].module.b.x_y.z']
TAGS = st.dictionaries(
    st.sampled_from(["env", "team"]), st.sampled_from(["*", "prod", "pro?", "p*"]), min_size=1
)
IMAGES = st.builds(
    ImageMatch,
    id=st.sampled_from([None, USED, "ami-0000000f"]),
    owner=st.sampled_from([None, USER, STRANGER]),
    owner_alias=st.sampled_from([None, "amazon"]),
    product_code=st.sampled_from([None, "one", "two"]),
    name=st.sampled_from([None, "web", "w*", "*b", "we?"]),
    tags=st.just({}) | TAGS,
)
SPELT: Mapping[str, st.SearchStrategy[Any]] = {
    "address": st.sampled_from([*ADDRESSES, "*", "a*", "aws_*.web", "*.web", "module.?.*"]),
    "module": st.sampled_from(["*", "module.a", "module.a.module.b", 'module.a["x.y"]', "mod*"]),
    "resource_type": st.sampled_from(["*", "aws_*", "aws_instance", "x_?"]),
    "account": st.sampled_from(["*", "2*", "?" * 12, USER, STRANGER]),
    "region": st.sampled_from(["*", "us-*", HOME, AWAY]),
    "tags": TAGS,
}
SCOPES = st.builds(lambda fields: Match(**fields), st.fixed_dictionaries({}, optional=SPELT))
MATCHES = st.builds(lambda match, image: replace(match, image=image), SCOPES, st.none() | IMAGES)
PLACES = st.builds(Place.of, st.sampled_from([HOME, AWAY]), st.sampled_from([USER, STRANGER, None]))
OPEN = st.builds(
    lambda candidates, told: Unplaced("nobody knows", None, tuple(candidates), account_told=told),
    st.lists(PLACES, max_size=2),
    st.booleans(),
)


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    found = {"env": "prod", "team": "pros"}
    tags = draw(st.sampled_from([{}, {"env": "prod"}, found]))
    named = draw(st.sampled_from(ADDRESSES))
    place, open = draw(PLACES), draw(st.none() | OPEN)
    if draw(st.integers(0, 4)) == 0:
        nowhere = unresolved(address=named, tags=tags, resource_type="x_y")
        return replace(nowhere, place=open or place)
    codes = draw(st.sampled_from([(), ("one",), ("two", "one", "two")]))
    alias = draw(st.sampled_from([None, "amazon"]))
    born = days_ago(draw(st.sampled_from([5, 8])))
    of = image(mark(), owner_alias=alias, product_codes=codes, tags=tags, creation_date=born)
    whole = subject(of, address=named, tags=tags, place=place)
    match draw(st.sampled_from(["known", "place", "account"])):
        case "place" if open:
            return replace(whole, place=open)
        case "account" if open and isinstance(whole.resolution, Resolved):
            return replace(whole, resolution=replace(whole.resolution, unplaced=open))
    return whole


@settings(max_examples=300)
@given(st.lists(MATCHES, max_size=6), subjects())
def test_whatever_holds_is_a_candidate(matches: list[Match], of: Subject) -> None:
    holding = [number for number, match in enumerate(matches) if holds(match, of)]
    found = list(Candidates(matches).of(of))
    event(f"{len(holding)} hold")
    assert found == sorted(set(found))
    assert [number for number in found if holds(matches[number], of)] == holding


@pytest.mark.parametrize(
    ("match", "asked"),
    [
        ({"address": "aws_instance.other"}, False),
        ({"address": "aws_instance.o*"}, False),
        ({"address": "aws_instance.w*"}, True),
        ({"address": "*.other"}, True),  # which holds not, but begins as anything may
        ({"address": "?ws_instance.other"}, True),
        ({"module": "module.a"}, False),
        ({"account": STRANGER, "region": HOME}, False),
        ({"resource_type": "aws_spot_*"}, False),
        ({"tags": {"env": "dev"}}, False),
        ({"tags": {"else": "prod"}}, False),
        ({"image": ImageMatch(id="ami-0000000f")}, False),
        ({"image": ImageMatch(product_code="two")}, False),
        ({"image": ImageMatch(tags={"env": "dev"})}, False),
    ],
)
def test_what_spells_out_something_else_is_no_candidate(match: dict[str, Any], asked: bool) -> None:
    """Of two like it each has to stand under a word of its own."""
    of = subject(image(mark(), tags={"env": "prod"}), tags={"env": "prod"})
    assert list(Candidates([Match(**match)]).of(of)) == [0] * asked


def test_the_rarest_word_is_the_one_that_is_looked_up() -> None:
    matches = [
        Match(
            account=USER, region=HOME, address=f"aws_*.web{n}", image=ImageMatch(id=f"ami-0000{n}")
        )
        for n in range(1000, 1020)
    ]
    here = replace(image(mark()), id="ami-00001007")
    assert list(Candidates(matches).of(subject(here))) == [7]


# the scopes of a policy


def scoped(matches: list[Match]) -> Policy:
    outer = policy()
    inner = [
        replace(outer, require=replace(outer.require, max_age_days=number))
        for number in range(len(matches))
    ]
    named = zip(range(len(matches)), matches, inner, strict=True)
    return replace(outer, scopes=tuple(Scope(f"{n}", match, by) for n, match, by in named))


def rank(match: Match) -> tuple[int, int]:
    fields = (match.address, match.module, match.resource_type, match.account, match.region)
    saying = [each for each in (*fields, *match.tags.values()) if each and set(each) != {"*"}]
    return len(saying), sum(letter not in "*?" for each in saying for letter in each)


def deciding(matches: list[Match], of: Subject) -> int | None:
    best = None
    for number, match in enumerate(matches):
        if holds(match, of) and (best is None or rank(match) > rank(matches[best])):
            best = number
    return best


def rivals(matches: list[Match], of: Subject) -> Iterator[int]:
    """Scopes that hold in some place where the reference may stand, and would decide before others."""
    place = of.place
    assert isinstance(place, Unplaced) or isinstance(of.resolution, Resolved)
    best = deciding(matches, of)
    accounts = set()
    if isinstance(place, Unplaced) and place.account_told:
        accounts = {each.account for each in place.candidates}
    account = accounts.pop() if len(accounts) == 1 else None
    for number, match in enumerate(matches):
        before = best is None or (rank(match), -number) > (rank(matches[best]), -best)
        region = match.region if isinstance(place, Place) else None
        if (
            before
            and not holds(match, of)
            and (account is None or holds(Match(account=match.account), in_account(account)))
            and holds(replace(match, account=None, region=region), of)
        ):
            yield number


def in_account(account: str) -> Subject:
    return subject(place=Place.of(HOME, account))


def is_open(of: Subject) -> bool:
    found = of.resolution
    unplaced = isinstance(found, Resolved) and found.unplaced is not None
    return isinstance(of.place, Unplaced) or unplaced


@settings(max_examples=300)
@given(st.lists(SCOPES, max_size=6), st.lists(subjects(), min_size=1, max_size=3))
def test_scopes_are_those_of_a_walk_over_all(matches: list[Match], several: list[Subject]) -> None:
    by = scoped(matches)
    found = Scopes(by)
    for of in several:
        best = deciding(matches, of)
        assert found.policy_for(of) is (by if best is None else by.scopes[best].policy)
        wanted = list(rivals(matches, of)) if is_open(of) else []
        event(f"{len(wanted)} rivals")
        assert [int(scope.name) for scope in found.rivals(of)] == wanted


def plainly(by: Policy, of: Subject) -> tuple[Outcome, str | None]:
    """The outcome, and in which scope else it does not pass."""
    matches = [scope.match for scope in by.scopes]
    best = deciding(matches, of)
    here = judge(of, replace(by, scopes=()) if best is None else by.scopes[best].policy, AS_OF)
    if here.outcome is Outcome.PASS and is_open(of):
        for number in rivals(matches, of):
            if judge(of, by.scopes[number].policy, AS_OF).outcome is not Outcome.PASS:
                return Outcome.UNDETERMINED, by.scopes[number].name
    return here.outcome, None


BY_ADDRESS = {
    "match": {"address": ADDRESSES[0]},
    "rules": ["too-old"],
    "reason": "r",
    "approved_by": "a",
    "expires": "2027-01-01",
}


@settings(max_examples=200)
@given(
    st.lists(SCOPES, max_size=6),
    st.lists(st.sampled_from([1, 4, 6, 9]), min_size=6, max_size=6),
    st.booleans(),
    st.lists(subjects(), min_size=1, max_size=4),
)
def test_verdicts_in_scopes_that_may_hold_are_those_of_a_walk_over_all(
    matches: list[Match], days: list[int], excepted: bool, several: list[Subject]
) -> None:
    """The images are five days old, or eight: one passes in some scopes, or by an exception."""
    outer = document(exceptions=[BY_ADDRESS] if excepted else [])
    inner = [replace(outer, require=replace(outer.require, max_age_days=each)) for each in days]
    scopes = (Scope(f"s{n}", match, inner[n]) for n, match in enumerate(matches))
    by = replace(outer, scopes=tuple(scopes))
    # The same in other places, too: what is known of one must not be taken for another.
    several = [replace(of, place=each.place) for of in several for each in several]
    found = judge_all(several, by, AS_OF).verdicts
    for of, verdict in zip(several, found, strict=True):
        outcome, name = plainly(by, of)
        event(f"{outcome}, {'elsewhere' if name else 'here'}")
        said = f"it may fall under the policy's scope {name}, "
        assert verdict.outcome is outcome
        told = [each for each in verdict.results if each.finding.message.startswith(said)]
        assert len(told) == (name is not None)


def test_what_one_image_passes_another_may_not() -> None:
    """By the same scope, in the same place, of which nobody knows whether the scope holds there."""
    by = document(
        scopes=[{"name": "x", "match": {"account": STRANGER}, "require": {"max_age_days": 6}}]
    )
    here = Unplaced("nobody knows", account_told=False)
    young, old = (
        replace(subject(image(mark(), creation_date=days_ago(days))), place=here) for days in (5, 8)
    )
    for several in ([young, old, young], [old, young, old]):
        for of, verdict in zip(several, judge_all(several, by, AS_OF).verdicts, strict=True):
            assert verdict.outcome is (Outcome.PASS if of is young else Outcome.UNDETERMINED)


# what is revoked, and what may still matter

IDS = st.sampled_from([USED, "ami-0000000c", "ami-0000000b", "ami-0000000a"])
REGIONS = st.sampled_from([HOME, AWAY])
ENTRIES = st.builds(AncestryEntry, IDS, REGIONS, source_image_id=IDS, source_image_region=REGIONS)
MARKS = st.builds(
    lambda named, region: mark(source_image_id=named, source_image_region=region),
    st.none() | IDS,
    st.none() | REGIONS,
)
NAMES = st.builds(ImageName, IDS, REGIONS, st.sampled_from([None, "why"]))


@settings(max_examples=300)
@given(st.lists(NAMES, max_size=5), st.lists(MARKS, max_size=2), st.lists(ENTRIES, max_size=3))
def test_the_first_that_is_revoked_is_told(
    names: list[ImageName], marks: list[Any], entries: list[AncestryEntry]
) -> None:
    descent = Ancestry((AncestryEntry(USED, HOME), *entries), AncestryEnd.NO_RECORDED_SOURCE)
    of = provenance(image(*marks), Place.of(HOME, USER), descent)
    each = (path_to_revoked(of, Revoked((), (name,))) for name in names)
    assert path_to_revoked(of, Revoked((), tuple(names))) == next(filter(None, each), None)


SAID = st.fixed_dictionaries(
    {},
    optional={
        "golden": st.sampled_from([KEY, f"{USER}:other"]).map(lambda key: {"watermarks": [{"key": key}]}),
        "require": st.fixed_dictionaries(
            {"max_age_days": st.integers(0, 3)},
            optional={"ancestry": st.sampled_from(["agree", "ignore"]), "max_depth": st.just(1)},
        ),
        "rules": st.dictionaries(
            st.sampled_from(["unmarked", "revoked"]), st.sampled_from(["error", "warning", "off"]),
            min_size=1,
        ),
    },
).filter(bool)  # fmt: skip


@settings(max_examples=200)
@given(
    st.lists(SAID, max_size=4),
    st.sampled_from([[], ["too-old"], ["unmarked"], ["revoked", "too-old"]]),
    st.sampled_from(
        [
            {},
            {"watermarks": [KEY.replace("golden", "old")]},
            {"images": [{"id": "ami-0000000a", "region": HOME}]},
        ]
    ),
    st.sampled_from(
        [AncestryEnd.NOT_FOLLOWED, AncestryEnd.NO_RECORDED_SOURCE, AncestryEnd.REFUSED]
    ),
    st.booleans(),
)
def test_an_ancestry_matters_as_it_does_to_any_of_the_policies(
    said: list[dict[str, Any]],
    excepted: list[str],
    revoked: dict[str, Any],
    end: AncestryEnd,
    marked: bool,
) -> None:
    plain = {"match": {"address": "a"}, "reason": "r", "approved_by": "a", "expires": "2027-01-01"}
    by = document(
        require={"ancestry": "ignore"},
        revoked=revoked,
        exceptions=[{**plain, "rules": excepted}] if excepted else [],
        scopes=[
            {"name": f"{n}", "match": {"address": f"{n}"}, **parts} for n, parts in enumerate(said)
        ],
    )
    of = subject(image(*[mark()] * marked), ancestry(USED, end=end)).provenance
    assert of is not None
    one_by_one = [
        still_matters(golden_marks(of.image.watermarks, each.golden, AS_OF), each, of)
        for each in by.everywhere
    ]
    event(f"{any(one_by_one)}")
    assert ancestry_matters(by, AS_OF, JudgedMarks())(of) is any(one_by_one)
