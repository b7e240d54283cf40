"""The `planned_values` section: which resources will exist. What they will hold is not read here."""

import msgspec


class PlannedResource(msgspec.Struct, gc=False):
    """A resource of `planned_values`; what it will hold stands in `resource_changes`."""

    address: str = ""
    mode: str = "managed"


class PlannedModule(msgspec.Struct):
    """A module of `planned_values`."""

    resources: list[PlannedResource] | None = None
    child_modules: "list[PlannedModule] | None" = None


class PlannedValues(msgspec.Struct):
    """The `planned_values` section, of which only the addresses are read."""

    root_module: PlannedModule | None = None

    def addresses(self) -> list[str]:
        """The address of every managed resource, of all modules."""
        found: list[str] = []
        stack = [self.root_module]
        while stack:
            module = stack.pop()
            if module is not None:
                resources = module.resources or ()
                found += [each.address for each in resources if each.mode == "managed"]
                stack.extend(module.child_modules or ())
        return found
