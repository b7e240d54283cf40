"""Directories of code that `--exclude` leaves out, by wildcards on their paths."""

from collections.abc import Iterator, Sequence

from assay.policy.wildcard import matches


class Exclusions:
    """Patterns with `*` and `?` for paths relative to the directory that is checked.

    A pattern that matches a directory matches everything below it. Code that other code calls is
    still read.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = {each: each.removeprefix("./").rstrip("/") for each in patterns}
        self._used: set[str] = set()

    def __call__(self, path: str) -> bool:
        """Whether a directory is excluded."""
        around = list(_around(path))
        found = {
            each
            for each, pattern in self._patterns.items()
            if any(matches(pattern, part) for part in around)
        }
        self._used |= found
        return bool(found)

    def unused(self) -> list[str]:
        """Return the patterns that match nothing, which may be mistakes."""
        return [each for each in self._patterns if each not in self._used]


def _around(path: str) -> Iterator[str]:
    """`a`, `a/b` and `a/b/c` for `a/b/c`."""
    end = path.find("/", 1)
    while end > 0:
        yield path[:end]
        end = path.find("/", end + 1)
    yield path
