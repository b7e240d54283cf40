"""Plans for tests, in the shape of `terraform show -json`; only what a test says differs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

REGION = "us-east-1"


def resource(
    address: str,
    after: Mapping[str, Any] | None,
    *,
    actions: Sequence[str] = ("create",),
    unknown: Any = None,
    sensitive: Any = None,
    module: str | None = None,
    **change: Any,
) -> dict[str, Any]:
    """One element of `resource_changes`; the type and name come from the address."""
    local = address.removeprefix(f"{module}.") if module else address
    resource_type, _, rest = local.partition(".")
    return {
        "address": address,
        **({"module_address": module} if module else {}),
        "mode": "managed",
        "type": resource_type,
        "name": rest.partition("[")[0],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": list(actions),
            "before": None,
            "after": after,
            "after_unknown": {} if unknown is None else unknown,
            "before_sensitive": False,
            "after_sensitive": {} if sensitive is None else sensitive,
            **change,
        },
    }


def instance(address: str, ami: str | None, **more: Any) -> dict[str, Any]:
    """An `aws_instance` that names its image directly."""
    return resource(address, {"ami": ami, "launch_template": []}, **more)


def configured(
    resource_type: str, name: str, expressions: Mapping[str, Any] | None = None, key: str = "aws"
) -> dict[str, Any]:
    """One element of `configuration.root_module.resources`."""
    return {
        "address": f"{resource_type}.{name}",
        "mode": "managed",
        "type": resource_type,
        "name": name,
        "provider_config_key": key,
        "expressions": dict(expressions or {}),
    }


def plan(
    *changes: Mapping[str, Any],
    configuration: Sequence[Mapping[str, Any]] | None = None,
    region: str | None = REGION,
    **more: Any,
) -> dict[str, Any]:
    """A whole plan; resources without a configuration of their own get a plain one."""
    blocks = (
        list(configuration)
        if configuration is not None
        else [
            configured(change["type"], change["name"])
            for change in changes
            if "module_address" not in change
        ]
    )
    expressions = {"region": {"constant_value": region}} if region else {}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": list(changes),
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": expressions}},
            "root_module": {"resources": blocks},
        },
        **more,
    }


def dump(document: Mapping[str, Any]) -> bytes:
    """The plan as terraform writes it: one line of UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
