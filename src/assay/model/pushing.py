"""The results of sending findings to Security Hub, or of a dry run."""

from datetime import datetime

import msgspec

from assay.model.places_seen import PlaceSeen


class NotTaken(msgspec.Struct, frozen=True):
    """A finding that could not be imported or archived."""

    id: str
    reason: str
    archive: bool
    """Whether it should have been archived but is still active; otherwise it was to be imported."""


class PushedPlace(msgspec.Struct, frozen=True):
    """The findings of one account in one Region."""

    account: str
    region: str
    to_import: int
    to_archive: int
    """Active there, but no longer in the audit of a place that was seen completely."""
    imported: int = 0
    archived: int = 0
    kept: int = 0
    """Left as they are, because Security Hub has a verdict of a later time than this audit."""
    refused: str | None = None
    """Why it is not known what is active there; then nothing is written."""
    not_taken: tuple[NotTaken, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether nothing could be written there."""
        return self.refused is not None or len(self.not_taken) == self.to_do > 0

    @property
    def to_do(self) -> int:
        """How many findings are to be written."""
        return self.to_import + self.to_archive


class Pushing(msgspec.Struct, frozen=True):
    """Everything that a run has written, or would write."""

    as_of: datetime
    generated_at: datetime
    dry_run: bool
    policy: tuple[str, str]
    """The policy's path and SHA-256."""
    seen: tuple[PlaceSeen, ...]
    """All places of the audit."""
    unseen: tuple[PlaceSeen, ...]
    """The places that the audit does not cover completely."""
    places: tuple[PushedPlace, ...]
    """If the run was interrupted, only the places before that."""
    endpoint: str | None = None
    """An endpoint that is not AWS's own."""

    @property
    def whole(self) -> bool:
        """Whether everything was seen, and was written or would be."""
        pushed = all(each.refused is None and not each.not_taken for each in self.places)
        return pushed and not self.unseen

    @property
    def nothing(self) -> bool:
        """Whether no place could be written to, or queried in a dry run."""
        return all(each.failed for each in self.places)
