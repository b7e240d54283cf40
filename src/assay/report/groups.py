"""Groups verdicts on the same image for the same reason, because plans repeat themselves."""

from collections.abc import Iterable

from assay.report.view import VerdictView

_MANY = 3


def alike(verdicts: Iterable[VerdictView]) -> list[list[VerdictView]]:
    """Groups of verdicts that differ only in address and position in the code, in their order.

    If nothing was found out, all verdicts of a root with equal complaints form one group.
    """
    groups: dict[object, list[VerdictView]] = {}
    for verdict in verdicts:
        key: object
        # Forty references to one module that is not installed are one complaint: `unresolved` at forty
        # addresses, which differ in nothing else, is reported once with forty headlines.
        if verdict.outcome == "undetermined" and verdict.image_id is None and not verdict.lineage:
            key = (verdict.root, verdict.results, verdict.via, verdict.exception)
        else:  # verdicts share equal parts as one object, so comparing identities is enough
            key = (id(verdict.results), id(verdict.lineage), id(verdict.via), verdict.exception)
        groups.setdefault(key, []).append(verdict)
    return list(groups.values())


def shared_by(group: list[VerdictView]) -> str:
    """How many references a complaint is about, if there are many; otherwise empty."""
    many = group[0].label == "undetermined" and len(group) >= _MANY
    return f" ({len(group)} references)" if many else ""
