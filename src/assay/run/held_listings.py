"""Candidates among what an audit reads anyway: asks nothing, and keeps little."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from assay.catalog.questions import ImageKey
from assay.fleet.columns import image_of
from assay.fleet.night import Night
from assay.fleet.places import At
from assay.fleet.replacements import Seen, is_golden_itself
from assay.fleet.uses import OWN, SHARED
from assay.model import Image, Place
from assay.model.inventory import ListedImage
from assay.model.places_seen import PlaceSeen
from assay.model.uses import UsedImage
from assay.report.unseen import unseen
from assay.run.listings import Listed

_CANDIDATES = """
SELECT * FROM images SEMI JOIN (
    SELECT unnest($2::VARCHAR[]) AS account, unnest($3::VARCHAR[]) AS region
) USING (account, region)
WHERE night = $1 AND len(list_filter(watermarks, lambda mark:
    (mark.source_image_id = image_id AND mark.source_image_region = region)
    OR (source_instance_id IS NULL AND mark.source_image_id = source_image_id
        AND mark.source_image_region = source_image_region))) > 0
ORDER BY image_id
"""
"""The same condition as `is_golden_itself`, for any mark."""
_REPLACED = """
SELECT * FROM images SEMI JOIN (
    SELECT unnest($2::VARCHAR[]) AS region, unnest($3::VARCHAR[]) AS image_id
) USING (region, image_id)
WHERE night = $1 ORDER BY account
"""


class HeldListings:
    """`Listings` of some places, for questions that are known in advance."""

    source = "held"

    def __init__(self, places: Iterable[PlaceSeen], told: Mapping[ImageKey, UsedImage]) -> None:
        """`told` is what EC2 says about the images of instances."""
        self._gaps = {
            (each.account, each.region): (unseen(each),)
            for each in places
            if each.lacks((OWN, SHARED))
        }
        self._told = {(place.region, id): image for (place, id), image in told.items()}
        self._candidates: defaultdict[At, list[Seen]] = defaultdict(list)
        self._known: defaultdict[tuple[str, str], dict[str, Seen]] = defaultdict(dict)

    def hold(self, at: At, images: Iterable[ListedImage], used: Collection[str]) -> None:
        """Keep a place's candidates and the images used there."""
        for each in images:
            image, region = each.image, at[1]
            if any(is_golden_itself(image, mark, region) for mark in image.watermarks):
                self._candidates[at].append(Seen(each))
            if image.id in used:
                self._known[region, image.id][at[0]] = Seen(each)

    def read(self, night: Night, wanted: Collection[ImageKey]) -> None:
        """Read some images, and the candidates in their places. Raises `StoreError`."""
        places = sorted({(place.account or "", place.region) for place, _ in wanted})
        accounts, regions = [each[0] for each in places], [each[1] for each in places]
        rows = night.store.records(_CANDIDATES, night.date, accounts, regions)
        for found in map(image_of, rows):
            self._candidates[found.account, found.region].append(Seen(found.listed, found.root))
        replaced = sorted({(place.region, id) for place, id in wanted})
        given = [each[0] for each in replaced], [each[1] for each in replaced]
        for found in map(image_of, night.store.records(_REPLACED, night.date, *given)):
            known = self._known[found.region, found.listed.image.id]
            known[found.account] = Seen(found.listed, found.root)

    def of(self, place: Place) -> Listed:
        """Return the candidates there."""
        at = (place.account or "", place.region)
        return Listed(tuple(self._candidates.get(at, ())), self._gaps.get(at, ()))

    def image(self, place: Place, id: str) -> Seen | None:
        """Return the image as listed here, or else as another account or an instance shows it."""
        known = self._known.get((place.region, id), {})
        if known:
            return known.get(place.account or "") or next(iter(known.values()))
        told = self._told.get((place.region, id))
        if told is None:
            return None
        return Seen(
            ListedImage(
                Image(**{each: getattr(told, each) for each in UsedImage.__struct_fields__})
            )
        )

    def parameters(self, place: Place, id: str) -> tuple[str, ...]:  # noqa: ARG002
        """Return nothing: these are never needed."""
        return ()

    def places(self) -> tuple[PlaceSeen, ...]:
        """Return nothing: the report names what was not seen."""
        return ()
