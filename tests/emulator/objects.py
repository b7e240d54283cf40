"""S3's objects, of which one version is read: GetObject.

Facts: S3 API Reference, GetObject ("Permissions"): naming a version takes `s3:GetObjectVersion`, and without
`s3:ListBucket`, which nobody has here, what is not there is answered with 403.
"""

from urllib.parse import parse_qs, unquote, urlsplit

from .dispatch import Handler, Params, Result
from .errors import ApiError
from .records import Caller
from .world import World

NOBODY_MAY_LIST = ("AccessDenied", "Access Denied", 403)


def asked_at(path: str) -> dict[str, str]:
    """The parameters of GetObject, from a path with the bucket at its beginning."""
    parts = urlsplit(path)
    _, bucket, key = unquote(parts.path).split("/", 2)
    version = parse_qs(parts.query).get("versionId", [])
    return {"Bucket": bucket, "Key": key, **({"VersionId": version[0]} if version else {})}


def get_object(world: World, caller: Caller, params: Params) -> Result:
    place = (params["Bucket"], params["Key"], params.get("VersionId"))
    if place not in world.objects:
        raise ApiError(*NOBODY_MAY_LIST)
    return {"Body": world.objects[place]}


HANDLERS: dict[str, Handler] = {"GetObject": get_object}
