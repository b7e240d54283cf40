"""The instances of a plan's modules, found by their calls and by the modules that contain them."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from assay.model.addresses import ModulePath, module_path, module_steps, parent_module, read_key

Called = list[tuple[str | int | None, str]]
"""The instances of one module call, by key and address."""


class ModuleInstances:
    """Module instances that contain anything, and those around them; the root's address is empty."""

    def __init__(self, holding: Iterable[str]) -> None:
        """`holding` are the addresses of modules that directly contain something."""
        self._holding = holding

    @cached_property
    def _all(self) -> list[str]:
        """Every address, sorted."""
        found: set[str] = set()
        for module in self._holding:
            while module and module not in found:
                found.add(module)
                module = parent_module(module)  # noqa: PLW2901 - climbs to the root
        return sorted(found)

    def called(self, module: str, name: str) -> Called:
        """Return the instances of one module call in one module instance, with their keys."""
        return self._called.get((module, name), [])

    @cached_property
    def _called(self) -> dict[tuple[str, str], Called]:
        found: defaultdict[tuple[str, str], Called] = defaultdict(list)
        for module in self._all:
            name, key = module_steps(module)[-1]
            found[parent_module(module), name].append((read_key(key), module))
        return dict(found)

    def within(self, module: str, path: ModulePath) -> list[str]:
        """Return the instances of the module at `path` that are `module` or are inside it."""
        found = self._at.get(path, [])
        if not module:
            return found if path else [""]
        from bisect import bisect_left

        start = bisect_left(found, module)
        own = [each for each in found[start : start + 1] if each == module]
        inside = bisect_left(found, f"{module}."), bisect_left(found, f"{module}/")
        return [*own, *found[slice(*inside)]]  # "/" comes right after "." in ASCII

    @cached_property
    def _at(self) -> dict[ModulePath, list[str]]:
        found: defaultdict[ModulePath, list[str]] = defaultdict(list)
        for module in self._all:
            found[module_path(module)].append(module)
        return dict(found)
