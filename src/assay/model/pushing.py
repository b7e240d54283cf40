"""What became of findings that were to be handed to Security Hub, or would."""

from datetime import datetime

import msgspec

from assay.model.places_seen import PlaceSeen


class NotTaken(msgspec.Struct, frozen=True):
    """A finding that Security Hub does not have as it should."""

    id: str
    reason: str
    archive: bool
    """Whether it is still active there, and should not be; else it was to be imported."""


class PushedPlace(msgspec.Struct, frozen=True):
    """The findings of one account in one Region."""

    account: str
    region: str
    to_import: int
    to_archive: int
    """Active there, and no more in the audit of a place that was seen whole."""
    imported: int = 0
    archived: int = 0
    kept: int = 0
    """Left as they are: judged there as of a later time than this audit."""
    refused: str | None = None
    """Why nobody knows what is active there; then nothing is written."""
    not_taken: tuple[NotTaken, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether it got nothing of what it should."""
        return self.refused is not None or len(self.not_taken) == self.to_do > 0

    @property
    def to_do(self) -> int:
        """How many findings are to be written."""
        return self.to_import + self.to_archive


class Pushing(msgspec.Struct, frozen=True):
    """All that a run has written, or would."""

    as_of: datetime
    generated_at: datetime
    dry_run: bool
    policy: tuple[str, str]
    """Its path and SHA-256."""
    seen: tuple[PlaceSeen, ...]
    """Each place of the audit."""
    unseen: tuple[PlaceSeen, ...]
    """Those of which the audit does not tell everything."""
    places: tuple[PushedPlace, ...]
    """Of a run that was interrupted, those until then."""
    endpoint: str | None = None
    """An endpoint that is not AWS's own."""

    @property
    def whole(self) -> bool:
        """Whether everything was seen, and is in Security Hub or would be written."""
        pushed = all(each.refused is None and not each.not_taken for each in self.places)
        return pushed and not self.unseen

    @property
    def nothing(self) -> bool:
        """Whether no place could be written to, or in a dry run be asked."""
        return all(each.failed for each in self.places)
