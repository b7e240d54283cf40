"""Finds the policy: the named one, or the one in this directory."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.model import Policy
    from assay.run.host import Host

DEFAULT_POLICY = "assay.yaml"
_SIMILAR = ("assay.yml", "assay.json", ".assay.yaml", ".assay.yml", ".assay.json")
"""Names of policies that are not read unless somebody names them."""


def open_policy(host: "Host", path: str | None) -> "Policy":
    """Return the named policy, or the default one. Raises `PolicyError`."""
    from assay.errors import PolicyError
    from assay.policy.load import load

    if path is None and os.path.exists(DEFAULT_POLICY):
        path = DEFAULT_POLICY
    if path is None:
        what = f"there is no policy: {DEFAULT_POLICY} is not in this directory"
        similar = next(filter(os.path.exists, _SIMILAR), None)
        if similar is not None:
            raise PolicyError(f"{what}, but {similar} is", hint=f"use --policy {similar}")
        cure = "name one with --policy FILE or ASSAY_POLICY, or write one: assay init"
        raise PolicyError(what, hint=cure)
    return load(path, host.read(path))


def policy_if_any(host: "Host", path: str | None) -> "Policy | None":
    """Return the policy for a command that works without one, or None."""
    return open_policy(host, path) if path or os.path.exists(DEFAULT_POLICY) else None
