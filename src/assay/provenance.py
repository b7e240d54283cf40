"""Where does an image come from?"""

from collections.abc import Mapping

from assay.catalog.interface import Absent, ImageCatalog, ImageKey, Unavailable
from assay.model import Ancestry, AncestryEnd, Evidence, Image, Provenance


def trace(images: Mapping[ImageKey, Image], catalog: ImageCatalog) -> dict[ImageKey, Provenance]:
    """The recorded ancestry of each image, asked for once however many references use it."""
    answers = catalog.ancestry(list(images)) if images else {}
    traced: dict[ImageKey, Provenance] = {}
    for key, image in images.items():
        place, id = key
        match answers[key]:
            case Absent():
                ancestry = Ancestry((), AncestryEnd.REFUSED, "EC2 knows no ancestry of this image")
            case Unavailable(reason):
                ancestry = Ancestry((), AncestryEnd.REFUSED, reason)
            case ancestry:
                pass
        asked = Evidence("ec2:GetImageAncestry", id, place)
        traced[key] = Provenance(image, place, ancestry, (asked,))
    return traced
