"""Image Builder's lists of recipes."""

from typing import Any

from .dispatch import Handler, Params, Result, page
from .records import Caller
from .world import World


def list_image_recipes(world: World, caller: Caller, params: Params) -> Result:
    return _listed(world, caller, params, "image", "imageRecipeSummaryList")


def list_container_recipes(world: World, caller: Caller, params: Params) -> Result:
    return _listed(world, caller, params, "container", "containerRecipeSummaryList")


def _listed(world: World, caller: Caller, params: Params, kind: str, member: str) -> Result:
    """The caller's own, as without an owner. The names of paging begin small in this service."""
    if params.get("filters") or params.get("owner", "Self") != "Self":
        raise NotImplementedError("a filter or an owner")
    found: list[dict[str, Any]] = [
        {"arn": recipe.arn, "name": recipe.name, "platform": "Linux", "owner": recipe.owner_id}
        | {recipe.member: recipe.image}
        for recipe in world.recipes
        if (recipe.owner_id, recipe.region, recipe.kind) == (caller.account, caller.region, kind)
    ]
    asked = {"NextToken": params.get("nextToken"), "MaxResults": params.get("maxResults")}
    answer = page(world, asked, member, found)
    token = answer.pop("NextToken", None)
    return {**answer, **({"nextToken": token} if token else {})}


HANDLERS: dict[str, Handler] = {
    "ListContainerRecipes": list_container_recipes,
    "ListImageRecipes": list_image_recipes,
}
