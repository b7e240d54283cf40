"""Image Builder recipes: the parent of the next image, and the build instance of a container.

Facts: Image Builder API Reference, ListImageRecipes and ListContainerRecipes (without an owner, the
account's own; at most 100 a page, with their parent image); ImageRecipe, `parentImage` (an AMI id,
the ARN of an Image Builder image, `ssm:` and a parameter, a Marketplace product). A recipe cannot
be changed, so each version is separate. A recipe that another account shares is in that account's
list.
"""

from collections.abc import Mapping
from typing import Any

from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Pages
from assay.model import Place
from assay.model.uses import Recipe

A_PAGE = 100


def image_recipes(sdk: Sdk, place: Place) -> Pages[Recipe]:
    """Every image recipe."""
    pages = sdk.pages(
        place, "imagebuilder", "ListImageRecipes", "imageRecipeSummaryList", maxResults=A_PAGE
    )
    return listed("imagebuilder:ListImageRecipes", pages, _image_recipe)


def container_recipes(sdk: Sdk, place: Place) -> Pages[Recipe]:
    """Every container recipe. Its parent is a container image, not an EC2 image."""
    pages = sdk.pages(
        place,
        "imagebuilder",
        "ListContainerRecipes",
        "containerRecipeSummaryList",
        maxResults=A_PAGE,
    )
    return listed("imagebuilder:ListContainerRecipes", pages, _container_recipe)


def _image_recipe(raw: Mapping[str, Any]) -> Recipe | None:
    """None if the recipe names no parent: it could build on any image."""
    arn, name, image = text(raw, "arn"), text(raw, "name"), text(raw, "parentImage")
    return Recipe(arn, name, image) if arn and name and image else None


def _container_recipe(raw: Mapping[str, Any]) -> Recipe | None:
    arn, name = text(raw, "arn"), text(raw, "name")
    return Recipe(arn, name, text(raw, "instanceImage")) if arn and name else None
