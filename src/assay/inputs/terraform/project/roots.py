"""Determines which module directories are roots, that is, where Terraform may be run.

A directory that others call is judged with what they pass. It is also judged on its own if it looks
like a root (a backend, values, a lock file; a provider block), or if no call creates an instance of
it: `count = 0` elsewhere says nothing about what is launched from there.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from assay.errors import InputError
from assay.inputs.plan.plan import Source
from assay.inputs.terraform.project.modules import CodeReader, local_source
from assay.inputs.terraform.project.paths import folded
from assay.inputs.terraform.project.walking import Walk, walk
from assay.model import AmiReference, Unknown

Excluded = Callable[[str], bool]
"""Whether to leave out a directory, given its path below the one that was named."""


def nothing(_: str) -> bool:
    """Exclude nothing."""
    return False


class Roots:
    """The roots among the named module directories, and below directories named as a whole."""

    def __init__(
        self,
        readers: Sequence[CodeReader],
        whole: Iterable[str],
        modules: Sequence[str],
        excluded: Excluded = nothing,
    ) -> None:
        """`readers` has one for each tool. Raises `InputError` if a directory contains no code."""
        self._readers = readers
        self.left_aside = 0
        """The number of directories with code that were excluded."""
        walks = [self._with_code(path, excluded) for path in whole]
        named = [each for each in modules if not excluded(folded(each))]
        self.left_aside += len(modules) - len(named)
        groups = [*(each.directories for each in walks), named]
        self.own = list(dict.fromkeys(root for group in groups for root in self._uncalled(group)))
        self.notes = [note for each in walks for note in each.passed_over]
        self.deciding = [file for each in walks for file in each.deciding]
        self._directories = list(dict.fromkeys(each for group in groups for each in group))
        self._called_away: set[str] = set()

    def _with_code(self, path: str, excluded: Excluded) -> Walk:
        found = walk(path)
        if not found.directories:
            hint = "give a directory with .tf files, or a plan"
            raise InputError("contains no Terraform code", where=path, hint=hint)
        kept = [each for each in found.directories if not excluded(_below(each, folded(path)))]
        left = len(found.directories) - len(kept)
        if not kept:
            hint = "use a narrower pattern"
            raise InputError("--exclude leaves out all of its code", where=path, hint=hint)
        if not left:
            return found
        self.left_aside += left
        many = "directory" if left == 1 else "directories"
        note = f"{path}: {left} {many} of Terraform code left out by --exclude: not judged"
        return Walk(kept, [*found.passed_over, note], found.deciding)

    def _uncalled(self, directories: Sequence[str]) -> list[str]:
        """The directories that no other one calls, and those in which Terraform is run anyway.

        A module that configures providers itself cannot be called with `count` or `for_each`
        (HashiCorp, "Providers Within Modules"), so such a call does not count.
        """
        called = {
            target
            for caller, target, several in self._calls(directories)
            if not (several and self._any(target, "configures"))
        }
        return [
            each
            for each in directories
            if folded(each) not in called or self._any(each, "stands_alone")
        ] or list(directories)

    def _calls(self, directories: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
        """Caller, called directory, and whether the call has `count` or `for_each`."""
        for directory in directories:
            for reader in self._readers:
                for call in reader.directory(directory).calls.values():
                    target = local_source(directory, call.block)
                    if target is not None and target != folded(directory):
                        several = {"count", "for_each"} & call.block.attributes.keys()
                        yield folded(directory), target, bool(several)

    def _any(self, directory: str, what: str) -> bool:
        return any(getattr(reader.directory(directory), what) for reader in self._readers)

    def is_called(self, directory: str, targets: Collection[str]) -> bool:
        """Whether a directory is one of `targets`, to which calls lead, and is not also a root."""
        return folded(directory) in targets and not (
            self._any(directory, "stands_alone") or self._any(directory, "configures")
        )

    def judged_apart(self, reached: Collection[str]) -> Iterator[str]:
        """The directories to judge on their own although others call them.

        `reached` are those that have instances so far; it grows during the iteration.
        """
        own = set(self.own)
        for each in self._directories:
            if each not in own and self._any(each, "configures"):
                own.add(each)
                yield each
        left = [each for each in self._directories if folded(each) not in reached]
        inner = {target for _, target, _ in self._calls(left)}
        for each in sorted(left, key=lambda one: folded(one) in inner):
            if each not in own and folded(each) not in reached:
                self._called_away.add(each)
                yield each

    def without_callers(self, root: str, source: Source) -> Source:
        """The source without images that depend on variables which only a caller sets."""
        kept = tuple(each for each in source.references if not _is_passed(each))
        left = len(source.references) - len(kept)
        if not left and root not in self._called_away:
            return source
        away = root in self._called_away
        why = "since no call creates an instance of it" if away else "although other code calls it"
        note = f"{root}: judged on its own, {why}"
        if left:
            note += f"; {left} of its images {'are' if left > 1 else 'is'} set only by callers: not judged"
        facts = replace(source.facts, references=len(kept))
        return replace(source, facts=facts, references=kept, notes=(note, *source.notes))


def _below(path: str, base: str) -> str:
    """The path of a directory relative to another one above it."""
    if path == base:
        return "."
    return path if base == "." else path.removeprefix(f"{base.rstrip('/')}/")


def _is_passed(reference: AmiReference) -> bool:
    """Whether an image is only passed in by a caller."""
    match reference.value:
        case Unknown(references) if references:
            return all(name.startswith("var.") for name in references)
    return False
