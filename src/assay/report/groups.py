"""Verdicts on one image, for one reason, together: plans repeat themselves."""

from collections.abc import Iterable

from assay.report.view import VerdictView

_MANY = 3


def alike(verdicts: Iterable[VerdictView]) -> list[list[VerdictView]]:
    """Groups of verdicts that differ in address and place in the code only, in their order.

    Where nothing was found out, one complaint stands for all that have it in a root, whatever ids.
    """
    groups: dict[object, list[VerdictView]] = {}
    for verdict in verdicts:
        key: object
        # Forty references to one module that is not installed are one complaint: `unresolved` of forty
        # addresses, which differ in nothing else, is told once with forty headlines.
        if verdict.outcome == "undetermined" and verdict.image_id is None and not verdict.lineage:
            key = (verdict.root, verdict.results, verdict.via, verdict.exception)
        else:  # what verdicts share is one object, so identity tells likeness
            key = (id(verdict.results), id(verdict.lineage), id(verdict.via), verdict.exception)
        groups.setdefault(key, []).append(verdict)
    return list(groups.values())


def shared_by(group: list[VerdictView]) -> str:
    """How many references a complaint is about, where many have it."""
    many = group[0].label == "undetermined" and len(group) >= _MANY
    return f" ({len(group)} references)" if many else ""
