"""What was pushed, as one JSON document (`kind: push`, schema version 1)."""

from assay.model.pushing import Pushing
from assay.report.fleet_document import document


def render(found: Pushing, *, ended: bool = True) -> str:
    """The document; `ended` is False if the run was interrupted, so places may be missing."""
    places = found.places
    summary = {
        "to_import": sum(each.to_import for each in places),
        "to_archive": sum(each.to_archive for each in places),
        "imported": sum(each.imported for each in places),
        "archived": sum(each.archived for each in places),
        "kept": sum(each.kept for each in places),
        "not_taken": sum(len(each.not_taken) for each in places),
        "refused_places": sum(each.refused is not None for each in places),
        "not_seen_places": len(found.unseen),
    }
    return document(
        "push",
        found.as_of,
        found.generated_at,
        found.policy,
        found.seen,
        summary,
        target="securityhub",
        endpoint=found.endpoint,
        dry_run=found.dry_run,
        ended=ended,
        pushed=places,
    ).decode()
