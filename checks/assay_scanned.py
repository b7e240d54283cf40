"""What checkov scans: the plan on disk, and its graph of plans and code."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from assay_resource_types import RESOURCE_TYPES
from assay_trouble import NoVerdictError

PROVIDERS = ("aws", "awscc")
_INDEX = re.compile(r'\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')


class Scanned(NamedTuple):
    """A plan, or a directory of code, as checkov will go through it."""

    addresses: frozenset[str]
    """The addresses of the resources that checkov will ask about."""
    carrier: str | None
    """Where findings about the whole are reported: an AWS provider, or a resource that may name an
    image."""
    concerns_aws: bool
    """Whether there is anything that assay may report on."""
    sha256: str = ""


def read_plan(path: str) -> Scanned | None:
    """The plan in a file; None if checkov does not recognize it as one. Raises `NoVerdictError`."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        document = json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise NoVerdictError(f"the plan cannot be read ({type(error).__name__})") from error
    if not isinstance(document, dict) or not {"terraform_version", "planned_values"} <= set(
        document
    ):
        return None
    try:
        resources = tuple(_resources(document["planned_values"].get("root_module") or {}))
        providers = tuple(_providers(document.get("configuration") or {}))
    except (AttributeError, KeyError, TypeError) as error:
        raise NoVerdictError("the plan is not in Terraform's form") from error
    named = any(resource_type in RESOURCE_TYPES for _, resource_type in resources)
    return Scanned(
        addresses=frozenset(address for address, _ in resources),
        carrier=_carrier(providers, resources),
        concerns_aws=named or bool(providers) or b"ami-" in data,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _carrier(providers: tuple[str, ...], resources: tuple[tuple[str, str], ...]) -> str | None:
    named = [address for address, resource_type in resources if resource_type in RESOURCE_TYPES]
    return next(iter((*providers, *named, *(address for address, _ in resources))), None)


def _resources(module: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Address and type of planned resources, in the order in which checkov asks."""
    for resource in module.get("resources") or []:
        if resource.get("mode") == "managed":
            yield resource["address"], resource["type"]
    for child in module.get("child_modules") or []:
        yield from _resources(child)


def _providers(configuration: dict[str, Any]) -> Iterator[str]:
    """The addresses that checkov uses for the root module's AWS providers."""
    for key, provider in (configuration.get("provider_config") or {}).items():
        if provider.get("name") in PROVIDERS and not key.startswith("module."):
            yield f"{provider['name']}.{provider.get('alias', 'default')}"


# --------------------------------------------------------------------------------- checkov's graph


class Vertices(NamedTuple):
    """The contents of checkov's graph: resources with their types, AWS providers, and files."""

    resources: tuple[tuple[str, str], ...]
    providers: tuple[str, ...]
    files: frozenset[str]


_last: list[tuple[Any, Vertices]] = []


def vertices(graph: Any) -> Vertices:
    """The contents of a graph, from rustworkx or networkx; empty if there is no graph."""
    if not _last or _last[0][0] is not graph:
        _last[:] = [(graph, _vertices(graph))]
    return _last[0][1]


def _vertices(graph: Any) -> Vertices:
    resources, providers, files = [], [], set()
    for node in _nodes(graph):
        files.add(str(node.get("file_path_")))
        address, block = str(node.get("__address__")), node.get("block_type_")
        if block == "resource":
            resources.append((address, str(node.get("resource_type"))))
        if block == "provider" and address.partition(".")[0] in PROVIDERS:
            providers.append(address)
    return Vertices(tuple(resources), tuple(providers), frozenset(files))


def _nodes(graph: Any) -> Iterator[dict[str, Any]]:
    if graph is None:
        return
    held = graph.nodes(data=True) if hasattr(graph, "adjacency") else graph.nodes()
    for node in held:
        attributes = node[1] if isinstance(node, tuple) else node
        if isinstance(attributes, dict):
            yield attributes


def read_code(found: Vertices) -> Scanned:
    """The resources of a graph of code, with addresses without indices."""
    return Scanned(
        addresses=frozenset(bare(address) for address, _ in found.resources),
        carrier=_carrier(found.providers, found.resources),
        concerns_aws=True,
    )


def bare(address: str) -> str:
    """The address without indices, which is all that code can say if only a plan counts instances."""
    return _INDEX.sub("", address)


@functools.lru_cache(maxsize=4096)
def whole_path(shown: str, files: frozenset[str]) -> str | None:
    """The file that checkov shows as `/path/below/the/root`.

    Checkov tells a check no more. Every file of the graph is below the root, so if several paths
    end in the same way, the shortest is the right one.
    """
    tail = shown.replace(os.sep, "/").lstrip("/")
    fitting = [
        path
        for path in files
        if path.replace(os.sep, "/") == f"/{tail}" or path.replace(os.sep, "/").endswith(f"/{tail}")
    ]
    if fitting:
        return min(fitting, key=len)
    here = os.path.abspath(tail)
    return here if os.path.exists(here) else None


def root_of(path: str, shown: str) -> str:
    """The directory that checkov was told to scan."""
    tail = shown.replace("/", os.sep).lstrip(os.sep)
    return path[: -len(tail)].rstrip(os.sep) or os.sep
