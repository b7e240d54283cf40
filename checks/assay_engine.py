"""One resource and one family in, one answer out.

1. Which plan, or which code, is it? If that cannot be determined, there is no verdict.
2. Which report applies to it? It must be complete, current, and about exactly this plan.
3. Which verdicts are on this address? Those at addresses that checkov never asks about are assigned
   to the carrier, so that none is lost.
4. What do they say in this family? No verdict at all is no answer, unless there is an image.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import assay_scanned
import assay_sources
from assay_families import BLIND, GOLDEN, Family, family_of
from assay_report import FAIL, PASS, UNDETERMINED, Input, Report, Result, Verdict, worst
from assay_resource_types import RESOURCE_TYPES
from assay_trouble import NoVerdictError

PASSED, FAILED, UNDECIDED, NOTHING = "passed", "failed", "undecided", "nothing"
"""UNDECIDED is undetermined. NOTHING means that there is nothing to judge, here or in this
family."""

_STATES = {PASS: PASSED, UNDETERMINED: UNDECIDED, FAIL: FAILED}
_BY_RANK = (PASSED, NOTHING, UNDECIDED, FAILED)
AMI_ID = re.compile(r"\bami-(?:[0-9a-f]{17}|[0-9a-f]{8})\b")
_UNTOUCHED = ["no-op"]


class Entity(NamedTuple):
    """What checkov asks about."""

    type: str
    address: str | None
    file: str | None
    """The plan, if checkov names it, which it does for resources of plans."""
    shown: str
    """The path of the plan or file, below a root that checkov does not name."""
    is_provider: bool
    conf: Mapping[str, Any]
    graph: Any


class Answer(NamedTuple):
    """The answer about one entity in one family, and why."""

    state: str
    reason: str = ""
    attributes: tuple[str, ...] = ()
    of_all: bool = False
    """Whether the reason concerns the whole plan or directory."""


class Spoken(NamedTuple):
    """What a report says about everything that checkov will ask about."""

    scanned: assay_scanned.Scanned
    exact: bool = True
    """Whether addresses are those of a plan; code cannot always count instances."""
    at: Mapping[str, tuple[Verdict, ...]] = {}
    """Verdicts by address; for code, also by address without indices."""
    nowhere: tuple[Verdict, ...] = ()
    """Verdicts other than pass without a resource in checkov: the whole plan, an unread file."""
    not_judged: Mapping[str, int] = {}
    trouble: str | None = None
    """Why there are no verdicts."""


_SILENT = Answer(NOTHING)
_NOT_SEEN = assay_scanned.Scanned(frozenset(), None, concerns_aws=True)

_lock = threading.RLock()
_plans: dict[tuple[object, ...], Spoken | None] = {}
_code: dict[str, tuple[Any, Spoken | None]] = {}


def judge(family: Family, entity: Entity, heard: Callable[[str], bool]) -> Answer:
    """The answer of a family's check; `heard` says whether another check reports its own findings."""
    with _lock:  # some platforms run frameworks as threads
        spoken = _of_plan(entity) if entity.shown.endswith(".json") else _of_code(entity)
    if spoken is None or not spoken.scanned.concerns_aws:
        return _SILENT
    carrier = spoken.scanned.carrier
    carries = carrier is not None and entity.address == carrier
    trouble = spoken.trouble or (None if entity.address else f"{entity.shown} has no address")
    if trouble is not None:
        named = (entity.is_provider and carrier is None) or entity.type in RESOURCE_TYPES
        return Answer(FAILED, trouble, of_all=True) if named or carries else _SILENT
    own = () if entity.is_provider else _on(entity, spoken)
    found = own + spoken.nowhere if carries else own
    if not found:
        return _SILENT if entity.is_provider else _unexplained(entity, spoken)
    asked = entity.is_provider or entity.type in RESOURCE_TYPES  # the other families
    answer = _weighed(family, found, heard if asked else _nobody)
    return _SILENT if answer.state == PASSED and not own else answer


def _nobody(_: str) -> bool:
    return False


# -------------------------------------------------------------------------------------- 1, 2: what


def _of_plan(entity: Entity) -> Spoken | None:
    path = _path(entity)
    if path is None:
        return Spoken(_NOT_SEEN, trouble=f"which plan {entity.shown} is cannot be told")
    try:
        facts = os.stat(path)
        key = (path, facts.st_mtime_ns, facts.st_size, facts.st_ino)
    except OSError as error:
        return Spoken(_NOT_SEEN, trouble=f"{path}: {error.strerror}")
    if key not in _plans:
        _plans[key] = _plan(path)
    return _plans[key]


def _plan(path: str) -> Spoken | None:
    scanned = _NOT_SEEN
    try:
        plan = assay_scanned.read_plan(path)
        if plan is None or not plan.concerns_aws:
            return None
        scanned = plan
        return _spoken(scanned, *assay_sources.on_plan(path, plan.sha256), exact=True)
    except NoVerdictError as error:
        return Spoken(scanned, trouble=f"no verdict on {path}: {error}")


def _of_code(entity: Entity) -> Spoken | None:
    if not assay_sources.speaks_of_code():
        return None
    path = _path(entity)
    root = assay_scanned.root_of(path, entity.shown) if path else os.getcwd()
    if root not in _code or _code[root][0] is not entity.graph:
        _code[root] = (entity.graph, _directory(root, entity.graph))
    return _code[root][1]


def _directory(root: str, graph: Any) -> Spoken | None:
    found = assay_scanned.vertices(graph)
    scanned = assay_scanned.read_code(found)
    try:
        said = assay_sources.on_code(root, found.files)
        return _spoken(scanned, *said, exact=False) if said else None
    except NoVerdictError as error:
        return Spoken(scanned, exact=False, trouble=f"no verdict on {root}: {error}")


def _path(entity: Entity) -> str | None:
    if entity.file is not None:
        return entity.file
    return assay_scanned.whole_path(entity.shown, assay_scanned.vertices(entity.graph).files)


# -------------------------------------------------------------------------------------- 3: where


def _spoken(
    scanned: assay_scanned.Scanned, report: Report, inputs: tuple[Input, ...], *, exact: bool
) -> Spoken:
    """The verdicts of the inputs, where they will be looked for."""
    at: dict[str, list[Verdict]] = {}
    nowhere = []
    for verdict in (verdict for each in inputs for verdict in each.verdicts):
        alike = verdict.address if exact else assay_scanned.bare(verdict.address)
        for address in {verdict.address, alike}:
            at.setdefault(address, []).append(verdict)
        if alike not in scanned.addresses and verdict.outcome != PASS:
            nowhere.append(_elsewhere(verdict))
    found = {address: tuple(verdicts) for address, verdicts in at.items()}
    return Spoken(scanned, exact, found, tuple(nowhere), report.not_judged)


def _elsewhere(verdict: Verdict) -> Verdict:
    """The verdict with its address in the messages, because it is reported at another address."""
    if verdict.address.startswith("("):  # a description instead of an address
        return verdict
    results = (
        each._replace(message=f"{each.message} (at {verdict.address})") for each in verdict.results
    )
    return verdict._replace(results=tuple(results))


def _on(entity: Entity, spoken: Spoken) -> tuple[Verdict, ...]:
    """The verdicts on an address. For code, falls back to those at the address without indices."""
    address = entity.address or ""
    found = spoken.at.get(address, ())
    if spoken.exact:
        return found
    found = found or spoken.at.get(assay_scanned.bare(address), ())
    return tuple(each for each in found if _same_file(each.file, entity))


def _same_file(file: str | None, entity: Entity) -> bool:
    """Whether a verdict's file is the entity's: roots scanned together may have the same addresses."""
    path = _path(entity)
    if file is None or path is None:
        return True
    return os.path.realpath(file) == os.path.realpath(path)


def _unexplained(entity: Entity, spoken: Spoken) -> Answer:
    """No verdict on an address: right if it names no image, or was counted as not judged."""
    if not spoken.exact:  # checkov may render a value of code differently than assay does
        return _SILENT
    for attribute, kind in RESOURCE_TYPES.get(entity.type, ()):
        value = entity.conf.get(attribute)
        if value is None or not AMI_ID.search(json.dumps(value, default=str)):
            continue
        untouched = entity.conf.get("__change_actions__") == _UNTOUCHED
        whys = ("unchanged",) if untouched else (kind, "mentioned")
        if not any(spoken.not_judged.get(why) for why in whys):
            return Answer(FAILED, f"{attribute} names an image, and the report says nothing of it")
    return _SILENT


# --------------------------------------------------------------------------------------- 4: which


def _weighed(family: Family, verdicts: tuple[Verdict, ...], heard: Callable[[str], bool]) -> Answer:
    answers = [_say(family, each, heard) for each in verdicts]
    state = max((answer.state for answer in answers), key=_BY_RANK.index)
    return Answer(
        state,
        "; ".join(dict.fromkeys(answer.reason for answer in answers if answer.reason)),
        tuple(attribute for answer in answers for attribute in answer.attributes),
    )


def _say(family: Family, verdict: Verdict, heard: Callable[[str], bool]) -> Answer:
    """What one verdict means in one family.

    Golden descent says what no other check says. Another family whose rules have nothing to say
    must not pass, or be skipped, if they could not see the image.
    """
    own = [each for each in verdict.results if family_of(each.rule) is family]
    if verdict.outcome != PASS and not _bad(verdict.results):
        return Answer(_STATES[verdict.outcome], "no rule says why", (verdict.attribute,))
    if family is not GOLDEN:
        blind = [each for each in verdict.results if each.rule in BLIND]
        return _answer(verdict, own or _bad(blind))
    if verdict.outcome == PASS:
        return Answer(PASSED, attributes=(verdict.attribute,))
    unheard = [each for each in verdict.results if not heard(family_of(each.rule).id)]
    return _answer(verdict, [*own, *_bad(unheard)])


def _answer(verdict: Verdict, results: list[Result]) -> Answer:
    """Passed only if all rules with a result passed.

    A failure that an exception allows, or that is only a warning, is not a failure, but no proof
    either.
    """
    bad = _bad(results)
    if bad:
        state = _STATES[worst([each.outcome for each in bad])]
        reason = "; ".join(dict.fromkeys(f"{each.rule}: {each.message}" for each in bad))
        return Answer(state, reason, (verdict.attribute,))
    vouched = bool(results) and all(each.outcome == PASS for each in results)
    return Answer(PASSED if vouched else NOTHING, attributes=(verdict.attribute,))


def _bad(results: Iterable[Result]) -> list[Result]:
    return [each for each in results if each.decides]
