"""What an emulated world holds, as facts that another emulator can be given."""

from typing import Any

from tests.emulator import Image, World

COPIES = "/copies"
"""Where the server tells which images CopyImage made, and of what."""


def facts(world: World) -> dict[str, Any]:
    """Images, templates and instances; parameters are put by API calls (see world.py)."""
    accounts = {image.owner_id for image in world.images.values()}
    for image in world.images.values():
        accounts |= image.shared_with
    return {
        "images": [_image(image, accounts) for image in world.images.values()],
        "templates": [
            {
                "id": template.template_id,
                "account": template.owner_id,
                "region": template.region,
                "name": template.name,
                "versions": [version.data for version in template.versions],
                "default_version": template.default_version,
            }
            for template in world.templates.values()
        ],
        "instances": [
            {
                "id": instance.instance_id,
                "account": instance.owner_id,
                "region": instance.region,
                "image_id": instance.image_id,
                "instance_type": instance.instance_type,
            }
            for instance in world.instances.values()
        ],
    }


def _image(image: Image, accounts: set[str]) -> dict[str, Any]:
    """moto shows an image to the account that has it, so each that sees it has it there."""
    seen_by = accounts if image.public else {image.owner_id, *image.shared_with}
    return {
        "id": image.image_id,
        "region": image.region,
        "seen_by": sorted(seen_by),
        "owner_id": image.owner_id,
        "owner_alias": image.owner_alias,
        "public": image.public,
        "name": image.name,
        "architecture": image.architecture,
        "creation_date": image.creation_date.isoformat(),
    }
