"""What `doctor` says about the inputs themselves: whether they can be read, and their places."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assay.errors import InputError
from assay.model import Cause, Kind, Place, Policy, Subject, Unplaced, Unresolved
from assay.run.doctor.observation import Level, Observation

if TYPE_CHECKING:
    from assay.inputs.plan.plan import Source
    from assay.run.host import Host
    from assay.run.inputs import Reading


def read(
    host: "Host", paths: Sequence[str], how: "Reading", policy: Policy | None
) -> "tuple[list[Source], list[Observation]]":
    """Read the inputs as a check does, with observations for each."""
    from assay.run.inputs import Wishes, open_sources

    wishes = Wishes.of(policy) if policy else Wishes(tuple(Kind), None)
    try:
        sources = open_sources(host, paths, how, wishes)
    except InputError as error:
        return [], [Observation(Level.FAIL, str(error))]
    told: list[Observation] = []
    for source in sources:
        told.append(_told(source))
        told += [Observation(Level.WARN, note) for note in source.notes]
    errors = dict.fromkeys(str(error) for source in sources for error in source.errors)
    return sources, [*told, *(Observation(Level.FAIL, error) for error in errors)]


def _told(source: "Source") -> Observation:
    """Report the number of references and their Regions."""
    found = _regions(source)
    number = len(source.references)
    text = f"{source.facts.path}: {number or 'no'} reference{'' if number == 1 else 's'} to AMIs"
    untold = found.pop(None, 0)
    where = [f"in {', '.join(sorted(filter(None, found)))}"] if found else []
    where += [f"{untold} in an unknown Region"] if untold else []
    return Observation(Level.OK, ", ".join([text, *where]))


def regions(sources: "Sequence[Source]") -> list[str]:
    """Return the Regions named in the inputs."""
    return sorted({region for source in sources for region in _regions(source) if region})


def _regions(source: "Source") -> "Counter[str | None]":
    """Count the references in each Region; None counts those whose Region is not known."""
    found: Counter[str | None] = Counter()
    for reference in source.references:
        place = reference.place
        if isinstance(place, Place):
            found[place.region] += 1
        else:
            where: set[str | None] = {each.region for each in place.candidates}
            found.update(where or {None})
    return found


def undetermined(
    subjects: Sequence[Subject], sources: "Sequence[Source]", bad: Level
) -> Iterator[Observation]:
    """Report references that no answer from AWS can determine.

    First come those without a known place, once for each reason, with the level `bad`; then all
    others.
    """
    lost: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    others: defaultdict[int, list[str]] = defaultdict(list)
    for subject in subjects:
        for each in (subject, *subject.others):
            found, address = each.resolution, each.reference.address
            if not isinstance(found, Unresolved):
                continue
            untold = isinstance(each.place, Unplaced) and found.reason == each.place.reason
            if untold and found.cause is Cause.UNRESOLVED:
                cure = f"; {found.cure}" if found.cure else ""
                lost[each.input, f"{found.reason}{cure}"].append(address)
            elif found.cause in (Cause.UNRESOLVED, Cause.INCOMPLETE_PLAN):
                others[each.input].append(address)
    for (number, reason), addresses in lost.items():
        path = sources[number].facts.path
        yield Observation(bad, f"{path}: {_named(addresses)}: {reason}")
    for number, addresses in others.items():
        text = "undetermined in any case; assay check says why"
        path = sources[number].facts.path
        yield Observation(Level.WARN, f"{path}: {_named(addresses)}: {text}")


def _named(addresses: Sequence[str]) -> str:
    first, *others = dict.fromkeys(addresses)
    if not others:
        return first
    return f"{first} and {len(others)} other{'s' if len(others) > 1 else ''}"
