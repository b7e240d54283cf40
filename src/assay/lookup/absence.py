"""Explains why an image is not visible.

EC2 gives the same answer for an id that never existed, one of another Region, one that is not
shared, one that was deregistered and one that Allowed AMIs hides. This module asks for everything
else that can be read. It reports what was read as a fact, and what cannot be read as a possibility.

Facts: EC2 API Reference, DescribeImages, GetAllowedImagesSettings, ListImagesInRecycleBin; EC2 User
Guide, "Control the discovery and use of AMIs in Amazon EC2 with Allowed AMIs".
"""

from collections.abc import Collection, Mapping

import msgspec

from assay.catalog.interface import Answer, ImageCatalog
from assay.catalog.questions import ALLOWED_IMAGES, IMAGES, REMOVALS, ImageKey
from assay.model import AllowedImages, Clue, Image, Place, Removal
from assay.model.times import day_of

REMOVALS_ASKED = 20
"""For how many images of a run EC2 is asked whether they were deregistered; each takes a call."""


class Explanations(msgspec.Struct, frozen=True, gc=False):
    """The clues for each image, and the Allowed AMIs settings that were read for them."""

    clues: Mapping[ImageKey, tuple[Clue, ...]] = {}
    settings: Mapping[Place, Answer[AllowedImages]] = {}


def explain(
    absent: Collection[ImageKey], places: Collection[Place], catalog: ImageCatalog
) -> Explanations:
    """Return the clues for each image that is not visible, facts first, possibilities last.

    `places` are those that the run uses; no other Region or account is searched.
    """
    if not absent:
        return Explanations()
    elsewhere = _elsewhere(absent, places, catalog)
    unexplained = [key for key in absent if key not in elsewhere]
    removed = catalog.ask(REMOVALS, unexplained[:REMOVALS_ASKED])
    settings = catalog.ask(ALLOWED_IMAGES, {place for place, _ in absent})
    clues: dict[ImageKey, tuple[Clue, ...]] = {}
    for key in absent:
        found = list(elsewhere.get(key, ()))
        removal, allowed = removed.get(key), settings.get(key[0])
        if isinstance(removal, Removal):
            found.append(_removal(removal))
        if isinstance(allowed, AllowedImages) and allowed.state == "enabled":
            found.append(_hidden(key[0], allowed))
        clues[key] = (*found, _unknown(key[0]))
    return Explanations(clues, settings)


def _elsewhere(
    absent: Collection[ImageKey], places: Collection[Place], catalog: ImageCatalog
) -> dict[ImageKey, list[Clue]]:
    """The other places of this run in which the id is visible, those of the same account first."""
    candidates = {key: _others(key[0], places) for key in absent}
    asked = {(place, key[1]) for key, others in candidates.items() for place in others}
    answers = catalog.ask(IMAGES, asked)
    found: dict[ImageKey, list[Clue]] = {}
    for key, others in candidates.items():
        for place in others:
            if isinstance(answers[place, key[1]], Image):
                found.setdefault(key, []).append(_visible(key[0], place))
    return found


def _others(here: Place, places: Collection[Place]) -> list[Place]:
    others = [place for place in places if place != here and place.partition == here.partition]
    return sorted(others, key=lambda place: (place.account != here.account, str(place)))


def _visible(here: Place, there: Place) -> Clue:
    if here.region == there.region:
        return Clue(
            f"account {there.account or 'of the caller'} sees it in {there.region}, but {here.account or 'this account'} does not",
            f"share it with account {here.account}" if here.account else "share it",
        )
    return Clue(
        f"it is visible in {there}: an AMI id is valid only in its own Region",
        f"use the image's copy in {here.region}, or the provider for {there.region}",
    )


def _removal(removal: Removal) -> Clue:
    if removal.until is not None:
        return Clue(
            f"it is {removal.what}, until {day_of(removal.until)}",
            "restore it from the Recycle Bin, or use the image that replaces it",
        )
    return Clue(f"it is {removal.what}", "use the image that replaces it")


def _hidden(place: Place, allowed: AllowedImages) -> Clue:
    by = " by a declarative policy" if allowed.managed_by == "declarative-policy" else ""
    return Clue(
        f"possibly hidden: Allowed AMIs is enabled{by} in {place}",
        "check the account's Allowed AMIs criteria: EC2 does not show images that they do not admit",
    )


def _unknown(place: Place) -> Clue:
    account = place.account or "this account"
    return Clue(
        f"possibly not shared with {account}, deregistered, disabled by its owner, or not an image at all: EC2 gives the same answer for all of these",
        "check the id, its Region, and whether its owner shares it with this account",
    )
