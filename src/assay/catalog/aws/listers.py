"""The functions that ask AWS for what only fleet commands need, a row for each.

Imported only when the first of them is asked.
"""

from assay.catalog.aws.accounts import accounts, regions, units
from assay.catalog.aws.asking import by_pages, in_batches
from assay.catalog.aws.events import image_events
from assay.catalog.aws.findings import image_findings
from assay.catalog.aws.fleets import fleets, spot_fleets
from assay.catalog.aws.groups import groups, launch_configurations
from assay.catalog.aws.image_parameters import image_parameters
from assay.catalog.aws.image_uses import image_uses, instance_images
from assay.catalog.aws.listings import images, listed_images
from assay.catalog.aws.recipes import container_recipes, image_recipes
from assay.catalog.aws.references import image_references
from assay.catalog.aws.sharing import launch_permissions
from assay.catalog.aws.template_lists import templates
from assay.catalog.aws.usage_reports import image_usages
from assay.catalog.fleet_questions import (
    ACCOUNTS_OF,
    CONTAINER_RECIPES_OF,
    FINDINGS_OF,
    FLEETS_OF,
    GROUPS_OF,
    IMAGE_EVENTS_OF,
    IMAGE_PARAMETERS_OF,
    IMAGE_RECIPES_OF,
    IMAGES_OF,
    INSTANCE_IMAGES,
    LAUNCH_CONFIGURATIONS_OF,
    LAUNCH_PERMISSIONS_OF,
    LISTED_IMAGES,
    REFERENCES_OF,
    REGIONS_OF,
    SPOT_FLEETS_OF,
    TEMPLATES_OF,
    UNITS_OF,
    USAGES_OF,
    USED_IMAGES,
)

INSTANCES_A_CALL = 100
"""A small number, because one unknown instance causes the others to be asked for again."""

FLEET_ASKERS = dict((in_batches(INSTANCE_IMAGES, instance_images, INSTANCES_A_CALL),))

LISTERS = dict(
    (
        by_pages(IMAGES_OF, images),
        by_pages(LISTED_IMAGES, listed_images),
        by_pages(USED_IMAGES, image_uses),
        by_pages(TEMPLATES_OF, templates),
        by_pages(GROUPS_OF, groups),
        by_pages(LAUNCH_CONFIGURATIONS_OF, launch_configurations),
        by_pages(IMAGE_PARAMETERS_OF, image_parameters),
        by_pages(IMAGE_RECIPES_OF, image_recipes),
        by_pages(CONTAINER_RECIPES_OF, container_recipes),
        by_pages(USAGES_OF, image_usages),
        by_pages(LAUNCH_PERMISSIONS_OF, launch_permissions),
        by_pages(FINDINGS_OF, image_findings),
        by_pages(REFERENCES_OF, image_references),
        by_pages(FLEETS_OF, fleets),
        by_pages(SPOT_FLEETS_OF, spot_fleets),
        by_pages(REGIONS_OF, regions),
        by_pages(ACCOUNTS_OF, accounts),
        by_pages(UNITS_OF, units),
        by_pages(IMAGE_EVENTS_OF, image_events),
    )
)
