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
    token = params.get("NextToken") or "page-0"
    start = token.removeprefix("page-")
    if not start.isdecimal():
        raise ApiError("InvalidParameterValue", f"Unable to parse pagination token {token}")
    first = int(start)
    asked = params.get("MaxResults") or params.get("MaxRecords")
    sizes = [n for n in (asked, world.page_size) if n]
    last = first + min(sizes, default=len(items))
    more = {"NextToken": f"page-{last}"} if last < len(items) else {}
    return {member: list(items[first:last]), **more}


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
