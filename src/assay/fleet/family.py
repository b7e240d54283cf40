"""A tree of edges: the path to each image, the strongest path before the shortest.

If records are forged or listings differ, edges contradict one another and form cycles. The code
does not rely on their absence: each image gets its place once.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from assay.fleet.lineage_edges import RECORDED


class Branch(msgspec.Struct, frozen=True, gc=False):
    """The place of an image in the tree."""

    parent: str | None
    rank: int
    weakest: int
    depth: int
    root: str


class Family:
    """The tree below some images."""

    def __init__(self, bases: Sequence[str], edges: Iterable[tuple[str, str, int]]) -> None:
        self.branches: dict[str, Branch] = {
            each: Branch(None, RECORDED, RECORDED, 0, each) for each in bases
        }
        self._below: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self._sources: dict[str, str] = {}
        self._several: defaultdict[str, list[str]] = defaultdict(list)
        self._into_bases: list[tuple[str, str]] = []
        weaker: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        for child, parent, rank in edges:
            self._below[parent].append((rank, child))
            if rank != RECORDED:
                weaker[rank].append((child, parent))
            elif self._sources.setdefault(child, parent) != parent:
                self._several[child].append(parent)
            if rank == RECORDED and child in self.branches:
                self._into_bases.append((child, parent))
        for each in self._below.values():
            each.sort()
        self._record(deque(self.branches))
        for rank, some in sorted(weaker.items()):
            self._settle(rank, some)

    def children(self, parent: str) -> list[str]:
        """The images that any edge leads to from `parent`, even if they hang elsewhere in the tree."""
        return [child for _, child in self._below.get(parent, ()) if child in self.branches]

    def circles(self) -> list[tuple[str, str]]:
        """Bases recorded as made from one of their own descendants, each with that descendant."""
        return sorted(
            (base, parent)
            for base, parent in self._into_bases
            if self.branches[parent].root == base and parent != base
        )

    def several_sources(self) -> list[tuple[str, list[str]]]:
        """Images that are recorded as made from more than one image."""
        return [(child, [self._sources[child], *more]) for child, more in self._several.items()]

    def _record(self, agenda: "deque[str]") -> None:
        """Add everything that is recorded as made from images already in the tree."""
        while agenda:
            parent = agenda.popleft()
            for rank, child in self._below.get(parent, ()):
                if rank != RECORDED:
                    break
                if child not in self.branches:
                    self._hang(child, parent, rank, agenda)

    def _settle(self, most: int, edges: Iterable[tuple[str, str]]) -> None:
        """Add what is reachable by edges up to rank `most`; stronger edges were added before."""
        leading = [
            each for each in edges if each[0] not in self.branches and each[1] in self.branches
        ]
        if not leading:
            return
        new = self._reached(most, [child for child, _ in leading])
        tops = {each for each in new if not any(up in new for up in self._above(each))}
        parents = {parent for _, parent in leading}
        agenda = deque(each for each in self.branches if each in parents)
        later: deque[tuple[int, str, str]] = deque()
        while agenda or later:
            if agenda:
                parent = agenda.popleft()
                for rank, child in self._below.get(parent, ()):
                    if rank > most or child not in new or child in self.branches:
                        continue
                    # An image whose recorded source is below the same bases hangs there, once that
                    # is reached
                    if rank == RECORDED or child in tops:
                        self._hang(child, parent, rank, agenda)
                    else:
                        later.append((rank, child, parent))
            else:
                rank, child, parent = later.popleft()
                if child not in self.branches:
                    self._hang(child, parent, rank, agenda)

    def _above(self, child: str) -> Iterator[str]:
        if child in self._sources:
            yield self._sources[child]
            yield from self._several.get(child, ())

    def _reached(self, most: int, first: Iterable[str]) -> Collection[str]:
        new = set(first)
        waiting = list(new)
        while waiting:
            for rank, child in self._below.get(waiting.pop(), ()):
                if rank <= most and child not in self.branches and child not in new:
                    new.add(child)
                    waiting.append(child)
        return new

    def _hang(self, child: str, parent: str, rank: int, agenda: "deque[str]") -> None:
        above = self.branches[parent]
        self.branches[child] = Branch(
            parent, rank, max(above.weakest, rank), above.depth + 1, above.root
        )
        agenda.append(child)
