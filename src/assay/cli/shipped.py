"""Files that come with assay's modules: next to them in a wheel, at the top of a checkout."""

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_PLACES = (_HERE, os.path.dirname(os.path.dirname(_HERE)))
POLICY = "policy.yaml"


def folder(name: str, marker: str = "") -> str:
    """The directory of that name that contains `marker`. Raises `InputError` if there is none."""
    from assay.errors import InputError

    for place in _PLACES:
        found = os.path.join(place, name)
        if os.path.exists(os.path.join(found, marker)):
            return found
    raise InputError(
        f"this installation of assay does not contain {name}", hint="install the wheel"
    )


def starters() -> dict[str, str]:
    """The path of each starter policy by its name. Raises `InputError`."""
    place = folder("policies")
    paths = {name: os.path.join(place, name, POLICY) for name in sorted(os.listdir(place))}
    return {name: path for name, path in paths.items() if os.path.isfile(path)}


def title(document: bytes) -> str:
    """The purpose of a policy, from its first line."""
    return document.decode().partition("\n")[0].lstrip("# ")


class Starter(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """The name of a starter policy."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from assay.errors import did_you_mean

        known = starters()
        if value not in known:
            hint = did_you_mean(value, known) or f"there are {', '.join(known)}"
            self.fail(f"{value!r} is not a starter policy; {hint}", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """The names that begin with `incomplete`."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in starters() if name.startswith(incomplete)]
