"""What `--exclude` leaves aside: directories of code, by wildcards on their paths."""

from collections.abc import Iterator, Sequence

from assay.policy.wildcard import matches


class Exclusions:
    """Patterns with `*` and `?`, of paths relative to the directory that is checked.

    One that fits a directory fits all that is below it. Code that others call is read all the same.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = {each: each.removeprefix("./").rstrip("/") for each in patterns}
        self._used: set[str] = set()

    def __call__(self, path: str) -> bool:
        """Whether a directory is left aside."""
        around = list(_around(path))
        found = {
            each
            for each, pattern in self._patterns.items()
            if any(matches(pattern, part) for part in around)
        }
        self._used |= found
        return bool(found)

    def unused(self) -> list[str]:
        """The patterns that fit nothing: whoever gave them may have meant something else."""
        return [each for each in self._patterns if each not in self._used]


def _around(path: str) -> Iterator[str]:
    """`a`, `a/b` and `a/b/c` for the last of them."""
    end = path.find("/", 1)
    while end > 0:
        yield path[:end]
        end = path.find("/", end + 1)
    yield path
