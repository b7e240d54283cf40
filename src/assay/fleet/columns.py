"""The columns of the store, and the conversion of images, uses and places to rows and back.

Account, Region and night of images and uses are in the path. Columns may be added, but none is
removed or changes its meaning, so that stored nights stay readable.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from assay.model import AllowedImages, Ancestry, AncestryEnd, AncestryEntry, Image, recorded_end
from assay.model.inventory import Classified, ImageClass, ListedImage, Use, family
from assay.model.places_seen import PlaceSeen
from assay.model.uses import LaunchPermission

_MARK = (
    "STRUCT(key VARCHAR, source_image_id VARCHAR, source_image_region VARCHAR,"
    " source_image_creation_time TIMESTAMPTZ, watermark_creation_time TIMESTAMPTZ)"
)
_ENTRY = (
    "STRUCT(image_id VARCHAR, region VARCHAR, owner_alias VARCHAR, creation_date TIMESTAMPTZ,"
    " source_image_id VARCHAR, source_image_region VARCHAR)"
)
_USED_IMAGE = (
    "STRUCT(id VARCHAR, name VARCHAR, owner_id VARCHAR, owner_alias VARCHAR, state VARCHAR,"
    " public BOOLEAN, creation_date TIMESTAMPTZ, deprecation_time TIMESTAMPTZ,"
    f" image_allowed BOOLEAN, watermarks {_MARK}[])"
)
IMAGES = {
    "image_id": "VARCHAR",
    "name": "VARCHAR",
    "owner_id": "VARCHAR",
    "owner_alias": "VARCHAR",
    "class": "VARCHAR",
    "why": "VARCHAR",
    "state": "VARCHAR",
    "public": "BOOLEAN",
    "architecture": "VARCHAR",
    "platform": "VARCHAR",
    "virtualization": "VARCHAR",
    "boot_mode": "VARCHAR",
    "creation_date": "TIMESTAMPTZ",
    "deprecation_time": "TIMESTAMPTZ",
    "last_launched": "TIMESTAMPTZ",
    "deregistration_protection": "VARCHAR",
    "source_image_id": "VARCHAR",
    "source_image_region": "VARCHAR",
    "source_instance_id": "VARCHAR",
    "root_image_id": "VARCHAR",
    "depth": "INTEGER",
    "ancestry": f"{_ENTRY}[]",
    "family": "VARCHAR",
    "watermarks": f"{_MARK}[]",
    "product_codes": "VARCHAR[]",
    "snapshots": "VARCHAR[]",
    "snapshot_gb": "BIGINT",
    "shared_from": "VARCHAR",
    "image_allowed": "BOOLEAN",
    "scan_severity": "VARCHAR",
    "scan_date": "TIMESTAMPTZ",
    "fix_available_since": "MAP(VARCHAR, TIMESTAMPTZ)",
    "launch_permissions": "STRUCT(account VARCHAR, organization VARCHAR)[]",
    "stale_since": "TIMESTAMPTZ",
}
"""The columns of `images`. `ancestry` and `launch_permissions` are null if they were not asked for,
which is not the same as an empty list."""
USES = {
    "type": "VARCHAR",
    "id": "VARCHAR",
    "name": "VARCHAR",
    "image_id": "VARCHAR",
    "via": "VARCHAR",
    "state": "VARCHAR",
    "since": "TIMESTAMPTZ",
    "image": _USED_IMAGE,
    "stale_since": "TIMESTAMPTZ",
}
"""The columns of `uses`."""
PLACES = {
    "account": "VARCHAR",
    "region": "VARCHAR",
    "state": "VARCHAR",
    "reason": "VARCHAR",
    "images": "BIGINT",
    "uses": "BIGINT",
    "calls": "BIGINT",
    "seen_at": "TIMESTAMPTZ",
    "stale_since": "TIMESTAMPTZ",
    "allowed_images": "VARCHAR",
    "whole": "VARCHAR[]",
}
"""The columns of `places`. `allowed_images` is a JSON document with the settings, or null if they
are unknown."""


def image_row(found: Classified) -> dict[str, Any]:
    """A row of `images`, by column."""
    image, listed = found.listed.image, found.listed
    scan = image.scan_results
    return {
        "image_id": image.id,
        "name": image.name,
        "owner_id": image.owner_id,
        "owner_alias": image.owner_alias,
        "class": found.kind.value,
        "why": found.why,
        "state": image.state,
        "public": image.public,
        "architecture": listed.architecture,
        "platform": listed.platform,
        "virtualization": listed.virtualization,
        "boot_mode": listed.boot_mode,
        "creation_date": image.creation_date,
        "deprecation_time": image.deprecation_time,
        "last_launched": listed.last_launched,
        "deregistration_protection": listed.deregistration_protection,
        "source_image_id": image.source_image_id,
        "source_image_region": image.source_image_region,
        "source_instance_id": image.source_instance_id,
        "root_image_id": found.root,
        "depth": found.depth,
        "ancestry": found.ancestry.entries if found.ancestry else None,
        "family": family(image.name),
        "watermarks": image.watermarks,
        "product_codes": image.product_codes,
        "snapshots": listed.snapshots,
        "snapshot_gb": listed.snapshot_gb,
        "shared_from": image.owner_id if found.shared else None,
        "image_allowed": image.image_allowed,
        "scan_severity": scan.highest_finding_severity if scan else None,
        "scan_date": scan.finding_scan_date if scan else None,
        "fix_available_since": scan.fix_available_since if scan else None,
        "launch_permissions": found.launch_permissions,
        "stale_since": None,
    }


def image_of(row: Mapping[str, Any]) -> Classified:
    """The image of a row of the view `images`, which also has account and Region."""
    listed = ListedImage(
        _image(row),
        architecture=row["architecture"],
        platform=row["platform"],
        virtualization=row["virtualization"],
        boot_mode=row["boot_mode"],
        last_launched=row["last_launched"],
        deregistration_protection=row["deregistration_protection"],
        snapshots=tuple(row["snapshots"] or ()),
        snapshot_gb=row["snapshot_gb"],
    )
    return Classified(
        row["account"],
        row["region"],
        listed,
        shared=row["shared_from"] is not None,
        kind=ImageClass(row["class"]),
        why=row["why"],
        root=row["root_image_id"],
        depth=row["depth"],
        ancestry=_ancestry(row["ancestry"]),
        launch_permissions=_permissions(row["launch_permissions"]),
    )


def _image(row: Mapping[str, Any]) -> Image:
    scanned = row["scan_severity"] is not None or row["scan_date"] is not None
    scan = {
        "highest_finding_severity": row["scan_severity"],
        "finding_scan_date": row["scan_date"],
        "fix_available_since": row["fix_available_since"] or {},
    }
    told = {name: row[name] for name in Image.__struct_fields__ if name in IMAGES}
    lists = {name: told[name] or () for name in ("watermarks", "product_codes")}
    whole = {**told, **lists, "id": row["image_id"], "scan_results": scan if scanned else None}
    return msgspec.convert(whole, Image)


def _ancestry(entries: list[dict[str, Any]] | None) -> Ancestry | None:
    if not entries:
        return None
    found = msgspec.convert(entries, tuple[AncestryEntry, ...])
    return Ancestry(found, recorded_end(found) or AncestryEnd.UNEXPLAINED)


def _permissions(told: list[dict[str, Any]] | None) -> tuple[LaunchPermission, ...] | None:
    return None if told is None else msgspec.convert(told, tuple[LaunchPermission, ...])


def use_row(found: Use) -> dict[str, Any]:
    """A row of `uses`, by column."""
    return {**msgspec.structs.asdict(found), "stale_since": None}


def use_of(row: Mapping[str, Any]) -> Use:
    """The use of a row of the view `uses`."""
    told = {name: row[name] for name in Use.__struct_fields__}
    if told["image"] is not None:
        told["image"] = {**told["image"], "watermarks": told["image"]["watermarks"] or ()}
    return msgspec.convert(told, Use)


def place_row(found: PlaceSeen) -> dict[str, Any]:
    """A row of `places`, by column."""
    told = {name: getattr(found, name) for name in PLACES}
    settings = found.allowed_images
    return {**told, "allowed_images": settings and msgspec.json.encode(settings).decode()}


def place_of(row: Mapping[str, Any]) -> PlaceSeen:
    """The place of a row of the view `places`."""
    settings = row["allowed_images"]
    read = msgspec.json.decode(settings, type=AllowedImages) if settings else None
    whole = row["whole"] or ()
    return msgspec.convert({**row, "allowed_images": read, "whole": whole}, PlaceSeen)
