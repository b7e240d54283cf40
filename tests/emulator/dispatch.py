"""What a handler of an API operation is, and what handlers have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .errors import ApiError
from .records import Caller
from .visibility import matches
from .world import World

Params = Mapping[str, Any]
Result = dict[str, Any]
Handler = Callable[[World, Caller, Params], Result]
Item = TypeVar("Item")


def page(world: World, params: Params, member: str, items: Sequence[Any]) -> Result:
    """One page of a list answer, under the name of its list member."""
    if world.steady_pages:
        return _steady_page(world, params, member, items)
    token = params.get("NextToken") or "page-0"
    start = token.removeprefix("page-")
    if not start.isdecimal():
        raise ApiError("InvalidParameterValue", f"Unable to parse pagination token {token}")
    first = int(start)
    last = first + _size(world, params, items)
    more = {"NextToken": f"page-{last}"} if last < len(items) else {}
    return {member: list(items[first:last]), **more}


def _steady_page(world: World, params: Params, member: str, items: Sequence[Any]) -> Result:
    token = params.get("NextToken")
    if token is not None and token not in world.told:
        raise ApiError("InvalidParameterValue", f"Unable to parse pagination token {token}")
    told = world.told[token] if token else frozenset[str]()
    left = [item for item in items if repr(item) not in told]
    shown = left[: _size(world, params, items)]
    if len(shown) == len(left):
        return {member: shown}
    following = f"page-{len(world.told) + 1}"
    world.told[following] = told | {repr(item) for item in shown}
    return {member: shown, "NextToken": following}


def _size(world: World, params: Params, items: Sequence[Any]) -> int:
    asked = params.get("MaxResults") or params.get("MaxRecords")
    return min([n for n in (asked, world.page_size) if n], default=len(items))


def filtered(
    items: Sequence[Item], params: Params, values: Mapping[str, Callable[[Item], str]]
) -> list[Item]:
    """The items that pass every filter; `values` tells an item's value for a filter's name."""
    filters = params.get("Filters", [])
    for wanted in filters:
        if wanted["Name"] not in values:
            raise ApiError("InvalidParameterValue", f"The filter '{wanted['Name']}' is invalid")
    return [
        item
        for item in items
        if all(
            any(matches(values[f["Name"]](item), pattern) for pattern in f.get("Values", ()))
            for f in filters
        )
    ]


def tags_of(params: Params, resource_type: str) -> dict[str, str]:
    """The tags a creating call asks for."""
    return {
        tag["Key"]: tag["Value"]
        for specification in params.get("TagSpecifications", ())
        if specification["ResourceType"] == resource_type
        for tag in specification.get("Tags", ())
    }
