"""botocore's models of the services that assay calls, reduced to what it uses and kept in a cache.

A client with the whole EC2 model has to read four megabytes and create 830 methods, and its parser
builds every member of every answer. The reduced model is made from the installed botocore and never
shipped: that botocore's model decides what can be seen, above all watermarks.

Facts: botocore's modules `loaders` (where the data are) and `model` (what a service model
contains).
"""

import gzip
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from assay import __version__
from assay.catalog.aws.permissions import EVERY_READ, MARKING, SERVICES
from assay.digests import sha256
from assay.kept import Kept

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    **{
        service: tuple(
            each.operation for each in (*EVERY_READ, *MARKING) if each.service == service
        )
        for service in SERVICES
    },
    # botocore itself exchanges a web identity, through a client of the same session.
    "sts": ("AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"),
}
"""Every operation of these services that is called through a botocore session."""

MEMBERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ec2": {
        "Image": (
            *("CreationDate", "DeprecationTime", "DeregistrationProtection", "ImageAllowed"),
            *("ImageId", "ImageOwnerAlias", "ImageWatermarks", "LastLaunchedTime", "Name"),
            *("OwnerId", "ProductCodes", "Public", "PublicSsmParameterName", "ScanResults"),
            *("SourceImageId", "SourceImageRegion", "SourceInstanceId", "State", "StateReason"),
            *("Architecture", "BlockDeviceMappings", "BootMode", "PlatformDetails", "Tags"),
            "VirtualizationType",
        ),
        "Reservation": ("Instances", "OwnerId"),
        "Instance": (
            *("ImageId", "InstanceId", "InstanceType", "LaunchTime", "ProductCodes", "State"),
            *("Architecture", "BlockDeviceMappings", "BootMode", "PlatformDetails", "Tags"),
            "VirtualizationType",
        ),
        "LaunchTemplateVersion": (
            *("LaunchTemplateData", "LaunchTemplateId", "LaunchTemplateName", "VersionNumber"),
        ),
        "ResponseLaunchTemplateData": ("BlockDeviceMappings", "ImageId", "InstanceType"),
    },
}
"""The members kept of large answer shapes. All other shapes and all requests stay whole."""

ENDPOINTS = (*SERVICES, "oidc", "portal.sso", "s3", "signin", "sts")
"""Endpoint prefixes: those of the services above, those that botocore's credential providers call
through a client of the same session (whose models its own loader finds), and that of S3, which has
a global endpoint in us-east-1."""

_MODEL, _RULES, _ENDPOINTS = "service-2", "endpoint-rule-set-1", "endpoints"
_WHOLE = ("partitions", "sdk-default-configuration")
"""Files that every client also reads, small enough to stay as they are."""
_Parts = Mapping[str, msgspec.Raw]
"""JSON documents by botocore's name for them, such as `ec2/2016-11-15/service-2`."""


def cut_loader(session: Any, cache: Kept) -> "CutLoader | None":
    """A `data_loader` for a botocore session; None if botocore's own must be used.

    `cache` must be used for nothing else. If it keeps nothing, each process makes its own models,
    which is still faster than reading the whole ones.
    """
    from botocore.exceptions import BotoCoreError
    from botocore.loaders import Loader

    trouble = (
        # Files that cannot be read, or have unexpected content.
        *(OSError, EOFError, zlib.error, ValueError, msgspec.MsgspecError),
        # A botocore whose internals differ from the one known here.
        *(LookupError, TypeError, AttributeError),
        # Something missing in botocore, or a user's configuration that it cannot read.
        BotoCoreError,
    )
    try:
        if session.get_config_variable("data_path") or Path(Loader.CUSTOMER_DATA_PATH).exists():
            return None  # the user's own models take precedence
        return CutLoader(Loader(), _parts(cache))
    except trouble:
        # Safe: nothing has been asked yet, and botocore's own loader does everything that this one
        # does. A real error occurs there again and is reported.
        return None


class CutLoader:
    """A botocore `Loader` for `Session.register_component`: reduced models, then botocore's files.

    For the models that it has, it lists no directories and looks for no extra files.
    """

    def __init__(self, stock: Any, parts: _Parts) -> None:
        self._stock = stock
        self._parts = parts
        self._read: dict[str, Any] = {}
        services = (name.split("/") for name in parts if "/" in name)
        self._versions = {(service, kind): version for service, version, kind in services}

    def __getattr__(self, name: str) -> Any:
        """Leave everything else that a `Loader` can do to botocore's own."""
        return getattr(self._stock, name)

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        version = self._versions.get((service_name, type_name))
        if version is None or api_version not in (None, version):
            return self._stock.load_service_model(service_name, type_name, api_version)
        return self.load_data(f"{service_name}/{version}/{type_name}")

    def load_data(self, name: str) -> Any:
        return self.load_data_with_path(name)[0]

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Return the path of botocore's own file, because it checks whether endpoints are built in."""
        if name not in self._parts:
            found: tuple[Any, str] = self._stock.load_data_with_path(name)
            return found
        if name not in self._read:  # one object for all clients, as in botocore's loader
            self._read[name] = msgspec.json.decode(self._parts[name])
        return self._read[name], f"{self._stock.BUILTIN_DATA_PATH}/{name}"


# ---------------------------------------------------------------------------------------- keeping


def _parts(cache: Kept) -> _Parts:
    """The models kept by an earlier process, or new ones, which are kept for the next process.

    Whoever can write the model decides what the gate sees and which host it asks.
    """
    from botocore import __version__ as botocore_version

    prefix = f"botocore-{botocore_version}-"
    name = f"{prefix}{_fingerprint()}.json"
    digest, _, body = (cache.read(name) or b"").partition(b"\n")
    if not body or digest != _digest(body):  # detects damage, not malice
        body = _made()
        cache.write(name, _digest(body) + b"\n" + body)
        cache.forget("botocore-*.json", but=prefix)
    return _fields(body)


def _fingerprint() -> str:
    """Identifies this assay and the parts it keeps, so that another version keeps its own models."""
    cut = (__version__, OPERATIONS, MEMBERS, ENDPOINTS, _WHOLE)
    return sha256(repr(cut).encode())[:16]


def _digest(body: bytes) -> bytes:
    return sha256(body).encode()


# ---------------------------------------------------------------------------------------- cutting


class _Bytes:
    """A file loader for botocore's `Loader` that does not decode the files."""

    def exists(self, file_path: str) -> bool:
        return any(Path(f"{file_path}{end}").is_file() for end in (".json", ".json.gz"))

    def load_file(self, file_path: str) -> bytes | None:
        plain, zipped = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return plain.read_bytes()
        return gzip.decompress(zipped.read_bytes()) if zipped.is_file() else None


def _made() -> bytes:
    """All parts as one JSON document, from the installed botocore."""
    from botocore.loaders import Loader

    files = Loader(file_loader=_Bytes())
    parts = {name: msgspec.Raw(files.load_data(name)) for name in _WHOLE}
    parts[_ENDPOINTS] = _cut_endpoints(files.load_data(_ENDPOINTS))
    for service in OPERATIONS:
        for kind in (_MODEL, _RULES):
            name = f"{service}/{files.determine_latest_version(service, kind)}/{kind}"
            extras = [f"{files.BUILTIN_DATA_PATH}/{name}.{of}-extras" for of in files.extras_types]
            if any(map(files.file_loader.exists, extras)):
                raise ValueError(name)  # only botocore's own loader knows how to merge these
            text = files.load_data(name)
            parts[name] = _cut_model(service, text) if kind == _MODEL else msgspec.Raw(text)
    return msgspec.json.encode(parts)


def _cut_endpoints(text: bytes) -> msgspec.Raw:
    """All partitions and Regions, but only the services in `ENDPOINTS`."""
    data = _fields(text)
    partitions = msgspec.json.decode(data["partitions"], type=list[dict[str, msgspec.Raw]])
    for partition in partitions:
        services = _fields(partition["services"])
        kept = {name: services[name] for name in services if name in ENDPOINTS}
        partition["services"] = _raw(kept)
    return _raw({**data, "partitions": _raw(partitions)})


def _cut_model(service: str, text: bytes) -> msgspec.Raw:
    """The operations that are called, and the shapes that are reachable from them.

    An operation that this botocore does not know stays unknown, as in its own model.
    """
    model = _fields(text)
    model.pop("documentation", None)
    known, shapes = _fields(model["operations"]), _fields(model["shapes"])
    called = [name for name in known if name in OPERATIONS[service]]
    operations = {name: _bare(msgspec.json.decode(known[name])) for name in called}
    found: dict[str, Any] = {}
    wanted = list(_shapes_of(operations))
    while wanted:
        name = wanted.pop()
        if name not in found:
            shape = _bare(msgspec.json.decode(shapes[name]))
            found[name] = _narrowed(shape, MEMBERS.get(service, {}).get(name))
            wanted.extend(_shapes_of(found[name]))
    in_order = {name: found[name] for name in shapes if name in found}
    return _raw({**model, "operations": operations, "shapes": in_order})


def _narrowed(shape: Any, kept: Collection[str] | None) -> Any:
    if kept is None:
        return shape
    members = {name: each for name, each in shape["members"].items() if name in kept}
    return {**shape, "members": members}


def _bare(node: Any) -> Any:
    """Remove the documentation texts, most of a model, but not members named `documentation`."""
    if isinstance(node, dict):
        return {
            name: _bare(each)
            for name, each in node.items()
            if name != "documentation" or not isinstance(each, str)
        }
    return [_bare(each) for each in node] if isinstance(node, list) else node


def _shapes_of(node: Any) -> Iterator[str]:
    """Every shape that a part of a model refers to, at any depth: `{"shape": NAME}`."""
    if isinstance(node, dict):
        if isinstance(node.get("shape"), str):
            yield node["shape"]
        for each in node.values():
            yield from _shapes_of(each)
    elif isinstance(node, list):
        for each in node:
            yield from _shapes_of(each)


def _fields(text: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """Decode an object but not its members."""
    return msgspec.json.decode(text, type=dict[str, msgspec.Raw])


def _raw(node: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(node))
