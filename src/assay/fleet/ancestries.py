"""Ancestries of images whose parent is in no listing: asked once for all children of one parent.

Fact: EC2 User Guide, "View the ancestry of an AMI": entries remain if an ancestor was deregistered,
or is not accessible to the caller. So the entries after that of a child are the same for all
children.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from assay.catalog.interface import Absent, Answer, Unavailable
from assay.model import Ancestry, Image
from assay.model.images import AncestryEnd, recorded_end

Node: TypeAlias = tuple[str, str]
"""Region and image id."""


class Child(msgspec.Struct, frozen=True):
    """An image whose parent is in no listing."""

    account: str
    """The account whose listing contains the image."""
    node: Node
    image: Image
    parent: Node


Ask: TypeAlias = Callable[[Collection[Child]], Mapping[Node, Answer[Ancestry]]]


def ancestries(children: Sequence[Child], ask: Ask) -> dict[Node, Ancestry | str]:
    """The ancestry of each child, or a text that says why there is none.

    If the first child of a parent brings no ancestry, others are asked: a child in each other place
    if the first could not be asked, or each child for itself if EC2 has no record of the first.
    """
    told: dict[Node, Answer[Ancestry]] = {}
    rest: Sequence[Child] = children
    for alike in (_parent, _parent_and_place, _itself):
        groups = _grouped(rest, alike)
        answers = ask([group[0] for group in groups]) if groups else {}
        left: list[Child] = []
        for first, *others in groups:
            answer = told[first.node] = answers[first.node]
            for other in others:
                shared = _shared(first, other, answer)
                if shared is None:
                    left.append(other)
                else:
                    told[other.node] = shared
        rest = left
    return {node: _as_told(answer) for node, answer in told.items()}


def _shared(first: Child, other: Child, answer: Answer[Ancestry]) -> Answer[Ancestry] | None:
    """What an answer about one child says about another child of the same parent; None if nothing."""
    match answer:
        case Absent():
            return None
        case Unavailable():
            return answer if _parent_and_place(first) == _parent_and_place(other) else None
        case Ancestry(entries=(own, *above), end=end) if (
            own.source_image_region,
            own.source_image_id,
        ) == other.parent:
            mine = msgspec.structs.replace(
                own,
                image_id=other.node[1],
                region=other.node[0],
                owner_alias=other.image.owner_alias,
                creation_date=other.image.creation_date,
            )
            entries = (mine, *above)
            if (recorded_end(entries) or AncestryEnd.UNEXPLAINED) == end:
                return msgspec.structs.replace(answer, entries=entries)
    return None


def _parent(child: Child) -> Hashable:
    return child.parent


def _parent_and_place(child: Child) -> Hashable:
    return child.parent, child.account, child.node[0]


def _itself(child: Child) -> Hashable:
    return child.node


def _grouped(children: Sequence[Child], alike: Callable[[Child], Hashable]) -> list[list[Child]]:
    groups: defaultdict[Hashable, list[Child]] = defaultdict(list)
    for child in children:
        groups[alike(child)].append(child)
    return list(groups.values())


def _as_told(answer: Answer[Ancestry]) -> Ancestry | str:
    match answer:
        case Absent():
            return "EC2 has no record of it"
        case Unavailable(reason):
            return reason
        case _:
            return answer
