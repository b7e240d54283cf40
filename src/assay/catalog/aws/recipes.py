"""Recipes of Image Builder: what the next image is built on, and on which instance a container is.

Facts: Image Builder API Reference, ListImageRecipes and ListContainerRecipes (without an owner the
account's own; at most 100 a page, told with their parent image); ImageRecipe, `parentImage` (an AMI id,
the ARN of an image of Image Builder, `ssm:` and a parameter, a product of the Marketplace). A recipe
cannot be changed, so each version stands for itself; what another account shares stands in its list.
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
    """Every recipe of an image."""
    pages = sdk.pages(
        place, "imagebuilder", "ListImageRecipes", "imageRecipeSummaryList", maxResults=A_PAGE
    )
    return listed("imagebuilder:ListImageRecipes", pages, _image_recipe)


def container_recipes(sdk: Sdk, place: Place) -> Pages[Recipe]:
    """Every recipe of a container; its parent is a container, too, and no image of EC2."""
    pages = sdk.pages(
        place,
        "imagebuilder",
        "ListContainerRecipes",
        "containerRecipeSummaryList",
        maxResults=A_PAGE,
    )
    return listed("imagebuilder:ListContainerRecipes", pages, _container_recipe)


def _image_recipe(raw: Mapping[str, Any]) -> Recipe | None:
    """One that names no parent could build on any image."""
    arn, name, image = text(raw, "arn"), text(raw, "name"), text(raw, "parentImage")
    return Recipe(arn, name, image) if arn and name and image else None


def _container_recipe(raw: Mapping[str, Any]) -> Recipe | None:
    arn, name = text(raw, "arn"), text(raw, "name")
    return Recipe(arn, name, text(raw, "instanceImage")) if arn and name else None
