"""The launch templates that this plan deletes."""

from collections.abc import Iterator

from assay.inputs.plan.document.planned import PlannedResources
from assay.inputs.plan.places.providers import Providers
from assay.model import TemplateChange, Unusable

_ID = {"aws_launch_template": "id", "awscc_ec2_launch_template": "launch_template_id"}


def deleted_templates(planned: PlannedResources, providers: Providers) -> Iterator[TemplateChange]:
    """Yield the templates that will be gone, including those replaced by others of the same name.

    A template keeps its id for life (EC2 User Guide, "Launch templates"), so the id of a replaced
    template is gone. Its name leads to the successor, which is read elsewhere.
    """
    for resource in planned.changing(_ID, "delete"):
        named = resource.was((_ID[resource.change.type],))
        if isinstance(named, str):
            place = providers.place(resource.own_region, resource.configured)
            address = resource.change.address
            gone = Unusable(
                f"is a launch template that this plan deletes ({address})",
                "launch from a template that is not deleted",
            )
            yield TemplateChange(address, named, None, place, gone, deletes=True)
