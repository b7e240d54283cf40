"""The function that answers each question of a check: a new kind of question needs one row here."""

from assay.catalog.aws.asking import in_batches, one_by_one
from assay.catalog.aws.images import allowed_images, describe_images, image_ancestry, removal
from assay.catalog.aws.instances import describe_instances
from assay.catalog.aws.parameters import get_parameters
from assay.catalog.aws.sdk import Sdk
from assay.catalog.aws.searching import search
from assay.catalog.aws.templates import all_versions, template_version
from assay.catalog.questions import (
    ALLOWED_IMAGES,
    ANCESTRY,
    EVERY_VERSION,
    IDENTITIES,
    IMAGES,
    INSTANCES,
    PARAMETERS,
    REMOVALS,
    SEARCHES,
    TEMPLATES,
)

VALUES_A_FILTER = 200
"""EC2 User Guide, "Filter your resources": at most 200 values in a filter."""
PARAMETERS_A_CALL = 10
"""SSM API Reference, GetParameters: 1 to 10 names."""

ASKERS = dict(
    (
        # One GetCallerIdentity per partition and account, in whichever Region answers first.
        one_by_one(IDENTITIES, Sdk.identity, in_order=str),
        in_batches(IMAGES, describe_images, VALUES_A_FILTER),
        one_by_one(ANCESTRY, image_ancestry),
        one_by_one(REMOVALS, removal),
        one_by_one(ALLOWED_IMAGES, allowed_images),
        in_batches(PARAMETERS, get_parameters, PARAMETERS_A_CALL),
        one_by_one(TEMPLATES, template_version),
        one_by_one(EVERY_VERSION, all_versions),
        in_batches(INSTANCES, describe_instances, VALUES_A_FILTER),
        one_by_one(SEARCHES, search),
    )
)
