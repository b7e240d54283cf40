"""Rewrites literals in code to suggested images, and nothing else.

A literal is rewritten if none of the references that get their image from it pass, and there is
exactly one candidate, the same for all of them. Changes are reported by file and line.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from assay.inputs.terraform.as_plan.literals import Literal, Literals, NoLiteral
from assay.inputs.terraform.syntax.rewriting import place_of
from assay.model import Action, AmiId, Verdict
from assay.model.suggestion import Suggestion

if TYPE_CHECKING:
    from assay.inputs.plan.plan import Source
    from assay.run.host import Host
    from assay.run.inputs import Reading

CODE = "hcl"


class Change(msgspec.Struct, frozen=True):
    """One changed literal."""

    file: str
    line: int
    before: str
    after: str
    references: int
    """The number of references that get their image from it."""


class Rewritten(msgspec.Struct, frozen=True):
    """One file: its content before and after, and the changes."""

    path: str
    before: bytes
    content: bytes
    changes: tuple[Change, ...]


class Fixes(msgspec.Struct, frozen=True):
    """What can be rewritten, and why other references stay as they are, one line each."""

    files: tuple[Rewritten, ...]
    left: tuple[str, ...]


class _Wish(msgspec.Struct, frozen=True):
    """A reference in code, and the image that it should get; None to keep it."""

    verdict: Verdict
    to: str | None
    why_not: str = ""


def fixes(
    host: "Host",
    sources: Sequence["Source"],
    verdicts: Iterable[Verdict],
    suggested: Mapping[int, Suggestion],
    how: "Reading",
) -> Fixes:
    """Return the changes, without writing files; `suggested` is by number of the verdict."""
    found = _Finder(host, sources, how)
    groups: defaultdict[tuple[str, int, str], list[_Wish]] = defaultdict(list)
    literals: dict[tuple[str, int, str], Literal] = {}
    left: list[str] = []
    for number, verdict in enumerate(verdicts):
        if not found.is_code(verdict):
            continue
        wish = _wish(verdict, suggested.get(number))
        if wish.why_not:
            left.append(_left(verdict, wish.why_not))
        literal = found.literal(verdict)
        if isinstance(literal, NoLiteral):
            if wish.to is not None:
                left.append(_left(verdict, literal.why))
            continue
        key = (literal.file, literal.line, literal.text)
        literals[key] = literal
        groups[key].append(wish)
    files: defaultdict[str, list[tuple[Literal, list[_Wish]]]] = defaultdict(list)
    for key, wishes in groups.items():
        why_not = _disagreement(wishes)
        if why_not is None:
            files[key[0]].append((literals[key], wishes))
        else:
            left += (_left(each.verdict, why_not) for each in wishes if each.to is not None)
    rewritten = [_rewritten(host, path, wanted, left) for path, wanted in sorted(files.items())]
    return Fixes(tuple(each for each in rewritten if each is not None), tuple(left))


def _left(verdict: Verdict, why: str) -> str:
    return f"{verdict.subject.reference.address}: not rewritten: {why}"


def _wish(verdict: Verdict, suggestion: Suggestion | None) -> _Wish:
    if suggestion is None:
        return _Wish(verdict, None)
    if suggestion.gaps:
        return _Wish(verdict, None, f"other images may pass: {suggestion.gaps[0]}")
    match suggestion.candidates:
        case ():
            return _Wish(verdict, None, "no golden image passes there")
        case (only,):
            return _Wish(verdict, only.listed.image.id)
    return _Wish(
        verdict,
        None,
        "several golden images pass, and it is not clear which one to use: assay suggest names them",
    )


def _disagreement(wishes: Sequence[_Wish]) -> str | None:
    """Return why a literal stays: another of its references should keep it, or get another image."""
    wanted = {each.to for each in wishes}
    if len(wanted) == 1:
        return None if wanted != {None} else "nothing is suggested"
    others = [each.verdict.subject.reference.address for each in wishes if each.to is None]
    if others:
        return (
            f"{others[0]} takes its image from the same literal, and there is no suggestion for it"
        )
    return "other references take their image from the same literal, and another image is suggested for them"


def _rewritten(
    host: "Host", path: str, wanted: Sequence[tuple[Literal, list[_Wish]]], left: list[str]
) -> Rewritten | None:
    if Path(path).is_symlink():
        left += (
            _left(each.verdict, f"{path} is a link") for _, wishes in wanted for each in wishes
        )
        return None
    before = content = host.read(path)
    changes: list[Change] = []
    places: list[tuple[int, str, str]] = []
    for literal, wishes in wanted:
        old, new = _id(wishes[0].verdict), wishes[0].to
        at = place_of(before, literal.line, literal.text, old, json=literal.json)
        if at is None or new is None:
            why = f"its exact position in {path} is not certain"
            left += (_left(each.verdict, why) for each in wishes)
            continue
        places.append((at, old, new))
        changes.append(Change(path, literal.line, old, new, len(wishes)))
    for at, old, new in sorted(
        places, reverse=True
    ):  # from the end, so that earlier positions stay valid
        content = content[:at] + new.encode() + content[at + len(old) :]
    return Rewritten(path, before, content, tuple(changes)) if changes else None


def _id(verdict: Verdict) -> str:
    value = verdict.subject.reference.value
    assert isinstance(value, AmiId)
    return value.id


class _Finder:
    """Finds the literals of a run's roots, as each tool reads them."""

    def __init__(self, host: "Host", sources: Sequence["Source"], how: "Reading") -> None:
        from assay.inputs.terraform.directory import Code

        self._sources = sources
        self._code = Code(how.cache.kept("code"), how.tool)
        self._var_files = how.var_files
        self._environment = {
            name.removeprefix("TF_VAR_") for name in host.environment if name.startswith("TF_VAR_")
        }
        self._literals: dict[str, list[Literals]] = {}

    def is_code(self, verdict: Verdict) -> bool:
        """Whether it is a reference in code that names an image by its id and is not sensitive."""
        reference = verdict.subject.reference
        return (
            self._sources[verdict.input].facts.kind == CODE
            and reference.action is Action.DECLARED
            and isinstance(reference.value, AmiId)
            and not reference.sensitive
        )

    def literal(self, verdict: Verdict) -> Literal | NoLiteral:
        """Return where the id is written, if all tools that read the code agree."""
        reference = verdict.subject.reference
        found: set[Literal] = set()
        for each in self._of(self._sources[verdict.input].facts.path):
            literal = each.of(reference.address, reference.attribute, _id(verdict))
            if isinstance(literal, NoLiteral):
                return literal
            found.add(literal)
        if len(found) != 1:
            return NoLiteral(
                "Terraform and OpenTofu read it from different files: choose one with --tool"
            )
        return found.pop()

    def _of(self, root: str) -> Iterator[Literals]:
        if root not in self._literals:
            self._literals[root] = [
                Literals(each, root, self._var_files, self._environment)
                for each in self._code.readers
            ]
        yield from self._literals[root]
