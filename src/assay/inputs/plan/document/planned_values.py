"""The `planned_values` section: which resources will exist. Their values are not read here."""

import msgspec

from assay.inputs.plan.document.nested import modules


class PlannedResource(msgspec.Struct, gc=False):
    """A resource of `planned_values`; its values are in `resource_changes`."""

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
        """Return the addresses of all managed resources in all modules."""
        return [
            each.address
            for module in modules(self.root_module)
            for each in module.resources or ()
            if each.mode == "managed"
        ]
