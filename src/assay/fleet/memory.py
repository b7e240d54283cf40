"""What a stored night says about single images and instances, with the place it was read from."""

from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from msgspec.structs import replace

from assay.fleet.columns import image_of, use_of
from assay.fleet.night import Night
from assay.model import AncestryEnd, AncestryEntry, Image, how_made
from assay.model.images import PUBLIC_PROVIDERS
from assay.model.inventory import UseType
from assay.model.lines import Claim, Gap, Grade, Link, Told, is_open, sourced
from assay.model.uses import ImageUse, UsedImage


class Remembered(msgspec.Struct, frozen=True):
    """An instance as stored in a night."""

    account: str
    region: str
    use: ImageUse
    read_at: datetime | None


class Memory:
    """A night, asked for one thing at a time. Its methods raise `StoreError`."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.disputes: list[Gap] = []
        """Where the night contradicts the other sources, which take precedence."""
        self._places = {(each.account, each.region): each for each in night.places}

    @property
    def name(self) -> str:
        """The name of the night in evidence."""
        return f"night {self.night.date}"

    def regions_of(self, image_id: str) -> list[str]:
        """The Regions where the night lists an image, or something launched from it."""
        found = {each.region for each in self.night.images([image_id])}
        return sorted(found or {region for _, region, *_ in self._used(image_id)})

    def places_of(self, named: str) -> list[str]:
        """The Regions where the night has an image, or the places where it has an instance."""
        if named.startswith("i-"):
            return [f"{each.account}/{each.region}" for each in self.instance(named)]
        return self.regions_of(named)

    def instance(self, instance_id: str) -> list[Remembered]:
        """An instance in each place that has it, in case two places have the same id."""
        asked = (
            "SELECT * FROM uses WHERE night = $1 AND type = $2 AND id = $3 ORDER BY account, region"
        )
        given = (self.night.date, UseType.INSTANCE.value, instance_id)
        found: list[Remembered] = []
        for row in self.night.store.records(asked, *given):
            use = use_of(row)
            if use.image_id:
                image = use.image or UsedImage(use.image_id)
                told = ImageUse(use.id, image, use.state, use.since)
                at = (row["account"], row["region"])
                found.append(Remembered(*at, told, self._read_at(row)))
        return found

    def link_of(self, kept: Remembered) -> Link:
        """The image of an instance, as EC2 described it to the owner of the instance."""
        image, at = kept.use.image, (kept.account, kept.region, kept.read_at)
        if image == UsedImage(image.id):  # the night has only its id
            return Link(image.id, kept.region)
        return Link(
            image.id,
            kept.region,
            as_image(image),
            creation_date=image.creation_date,
            told=(self._told(Claim.IMAGE, *at),),
        )

    def add(self, link: Link) -> Link:
        """The link with what the night adds about its image, if anything."""
        listed = self._best(link)
        if listed is not None:
            return self._listed(link, listed)
        root = self._roots.get((link.image_id, link.region or "")) if is_open(link) else None
        if root is not None:
            return root_of(link, *root)
        if link.image is not None or link.region is None:
            return link
        used = [each for each in self._used(link.image_id) if each[1] == link.region]
        if not used:
            return link
        account, region, read_at, image = used[0]
        told = self._told(Claim.IMAGE, account, region, read_at)
        return replace(
            link,
            image=as_image(image),
            creation_date=link.creation_date or image.creation_date,
            told=(*link.told, told),
        )

    @cached_property
    def _roots(self) -> dict[tuple[str, str], tuple[AncestryEntry, Told]]:
        """The public images of AWS and its Marketplace that end stored ancestries, with evidence."""
        return {
            (entry.image_id, entry.region): (
                entry,
                self._told(Claim.IMAGE, row["account"], row["region"], self._read_at(row)),
            )
            for row, entry in self.night.told_roots()
            if entry.region and entry.owner_alias in PUBLIC_PROVIDERS
        }

    def _best(self, link: Link) -> dict[str, Any] | None:
        """The best row for an image: the owner's before others', fresh before stale."""
        asked = (
            "SELECT * FROM images WHERE night = $1 AND image_id = $2 AND region = $3"
            " ORDER BY shared_from IS NOT NULL, stale_since IS NOT NULL, account LIMIT 1"
        )
        given = (self.night.date, link.image_id, link.region)
        return next(self.night.store.records(asked, *given), None)

    def _listed(self, link: Link, row: dict[str, Any]) -> Link:
        image = image_of(row).listed.image
        at = (row["account"], row["region"], self._read_at(row))
        if link.image is None:
            said = self._told(Claim.IMAGE, *at)
            link = replace(link, image=image, told=(*link.told, said))
        link = replace(link, creation_date=link.creation_date or image.creation_date)
        told = self._told(Claim.SOURCE, *at)
        if is_open(link):
            return sourced(link, image, told)
        source, how = (image.source_image_id, image.source_image_region), how_made(image)
        if link.parent and image.source_image_id and source != link.parent:
            said_to_be = f"{self.name} of {at[0]} names {source[0]} as the source of"
            self.disputes.append(
                Gap(f"{said_to_be} {link.image_id}, not {link.parent[0]}", at[0], at[1])
            )
        elif how and not link.how:
            link = replace(link, how=how, told=(*link.told, told))
        return link

    def _told(self, claim: Claim, account: str, region: str, read_at: datetime | None) -> Told:
        return Told(claim, Grade.RECORDED, self.name, account, region, read_at)

    def _read_at(self, row: dict[str, Any]) -> datetime | None:
        """When EC2 returned the row: what could not be read that night was read in an earlier one."""
        place = self._places.get((row["account"], row["region"]))
        stale: datetime | None = row["stale_since"]
        return stale or (place.seen_at if place else None)

    def _used(self, image_id: str) -> list[tuple[str, str, datetime | None, UsedImage]]:
        """What EC2 told users of an image about it, which it does even if the image is gone."""
        asked = (
            "SELECT * FROM uses WHERE night = $1 AND image_id = $2 AND image IS NOT NULL"
            " QUALIFY row_number() OVER (PARTITION BY region ORDER BY account, id) = 1"
        )
        rows = self.night.store.records(asked, self.night.date, image_id)
        return [
            (row["account"], row["region"], self._read_at(row), image)
            for row in rows
            if (image := use_of(row).image)
        ]


def root_of(link: Link, entry: AncestryEntry, told: Told) -> Link:
    """The link with what EC2's record says about the public provider's image at its end."""
    source = (entry.source_image_id, entry.source_image_region) if entry.source_image_id else None
    return replace(
        link,
        owner_alias=entry.owner_alias,
        creation_date=link.creation_date or entry.creation_date,
        end=AncestryEnd.PUBLIC_PROVIDER,
        detail=None,
        source=source,
        told=(*link.told, told),
    )


def as_image(used: UsedImage) -> Image:
    """An instance's image as EC2 describes it, which does not include what it was made from."""
    told = {name: getattr(used, name) for name in UsedImage.__struct_fields__}
    return Image(**told)
