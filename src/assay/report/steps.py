"""Lineages as formats show them: one step per image, from the image used towards its root."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from assay.model import (
    Ancestor,
    AncestryEnd,
    Image,
    Place,
    Provenance,
    Resolved,
    Unresolved,
    Watermark,
    how_made,
)


class LineageStep(msgspec.Struct, frozen=True, gc=False):
    """One image of a lineage, from the image used towards its root."""

    image_id: str
    region: str | None
    owner: str | None
    how: str | None
    end: str | None
    marked: tuple[str, ...] = ()
    """The watermarks that were first attached to this very image."""
    visible: bool | None = None
    """Whether EC2 shows the image from here; None if EC2 was not asked or did not answer."""
    watermarks: tuple[str, ...] = ()
    """The keys of all its watermarks, if the image is visible."""
    open: bool = False
    """Whether the lineage may continue beyond this image, so that an image's absence proves nothing."""
    planned: bool = False
    """Whether the plan still has to make the image."""
    refused: bool = False
    """Whether EC2 was asked about the image but did not answer."""

    @property
    def where(self) -> str:
        """The image's Region, in words."""
        return self.region or "unknown Region"

    @property
    def whose(self) -> str | None:
        """The image's owner, in words."""
        return f"owner {self.owner}" if self.owner else None

    @property
    def unseen(self) -> str | None:
        """Why no details of the image are shown, in words; None if EC2 shows it."""
        if self.planned:
            return "still to be made by the plan"
        if self.visible:
            return None
        if self.visible is False:
            return "not visible"
        return "not followed further" if self.passed_over else "could not be looked up"

    @property
    def passed_over(self) -> bool:
        """Whether EC2 could have been asked about the image but was not: neither answered nor refused."""
        asked = self.visible is not None or self.refused
        return bool(self.region) and not asked and not self.planned

    @property
    def how_made(self) -> str:
        """How the image was made from that of the next step, for a line between the two."""
        return self.how or "unknown"

    @property
    def made_from(self) -> str:
        """The same as a phrase that the next step's id completes."""
        return f"made by {self.how} from" if self.how else "made in an unknown way from"


def lineage(provenance: Provenance | None, hide: Callable[[str], str]) -> Iterator[LineageStep]:
    """The steps of a recorded lineage; `hide` is applied to every id before it is shown."""
    if provenance is None:
        return
    last = len(provenance.ancestors) - 1
    for depth, ancestor in enumerate(provenance.ancestors):
        entry, seen = ancestor.entry, ancestor.seen
        yield LineageStep(
            image_id=hide(entry.image_id),
            region=entry.region,
            owner=owner(seen) if seen else entry.owner_alias,
            how=how_made(seen) if seen else None,
            end=hide(_end(provenance)) if depth == last else None,
            marked=_marked_here(ancestor, provenance.image),
            visible=ancestor.visible,
            refused=ancestor.refused or (depth == last and provenance.end is AncestryEnd.REFUSED),
            watermarks=keys(seen.watermarks) if seen else (),
            open=depth == last and not provenance.ancestry.complete,
        )


def _end(provenance: Provenance) -> str:
    """Why the lineage goes no further, with the detail that is known."""
    end, detail = provenance.end.value, provenance.detail
    return f"{end}: {detail}" if detail else end


def marked(key: str, *, first: bool, detached: bool = False) -> str:
    """A watermark in words: whether it was first attached to this image, and whether it was detached."""
    return f"{'first marked' if first else 'marked'} {key}{' (detached since)' if detached else ''}"


def chain(steps: Iterable[LineageStep]) -> str:
    """A lineage on one line, from the image used to its root."""
    return " <- ".join(_in_chain(step) for step in steps)


def _in_chain(step: LineageStep) -> str:
    notes = [*step.marked, *([step.owner] if step.end and step.owner else [])]
    if step.unseen:
        notes.append(step.unseen)
    return f"{step.image_id} ({', '.join(notes)})" if notes else step.image_id


def planned(found: Resolved | Unresolved) -> Iterator[LineageStep]:
    """The images that the plan will make, starting with the one that will be used."""
    for step in found.derivations:
        place = step.place if isinstance(step.place, Place) else None
        yield LineageStep(
            image_id=f"(made by {step.by})",
            region=place.region if place else None,
            owner=place.account if place else None,
            how=step.how,
            end=None,
            planned=True,
        )


def _marked_here(ancestor: Ancestor, image: Image) -> tuple[str, ...]:
    """The marks first attached to an ancestor, according to its own marks and the used image's."""
    # A mark names the image it was first attached to, and every descendant inherits it. So the image
    # used reveals an ancestor's mark even if the ancestor does not show it or has lost it since.
    marks = (*image.watermarks, *(ancestor.seen.watermarks if ancestor.seen else ()))
    return first_marked(ancestor.entry.image_id, ancestor.entry.region, marks)


def first_marked(image_id: str, region: str | None, marks: Iterable[Watermark]) -> tuple[str, ...]:
    """The keys of those marks that were first attached to the given image."""
    here = (image_id, region)
    return keys([m for m in marks if (m.source_image_id, m.source_image_region) == here])


def keys(marks: Iterable[Watermark]) -> tuple[str, ...]:
    """The keys of the marks, without duplicates."""
    return tuple(dict.fromkeys([mark.key for mark in marks if mark.key]))


def owner(image: Image) -> str | None:
    """The owner of an image: its owner alias or, without one, its account id."""
    return image.owner_alias or image.owner_id
