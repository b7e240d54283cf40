"""The tags that a resource will have, for policies that match on them. They are never shown."""

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.raw import decode


def planned_tags(path: str, change: ResourceChange) -> dict[str, str]:
    """Return the resource's own tags and its provider's default tags, as far as they are planned.

    hashicorp/aws has them in `tags_all` and `tags`, an Auto Scaling group in `tag` blocks, and
    hashicorp/awscc as a list of keys and values. A tag that is known only after apply is left out.
    """
    after = decode(path, change, change.change.after)
    if not isinstance(after, dict):
        return {}
    found: dict[str, str] = {}
    for attribute in ("tags", "tag", "tags_all"):
        match after.get(attribute):
            case dict() as tags:
                found |= {key: value for key, value in tags.items() if isinstance(value, str)}
            case list() as tags:
                found |= dict(_pair(tag) for tag in tags if _is_pair(tag))
    return found


def _is_pair(tag: object) -> bool:
    return isinstance(tag, dict) and all(
        isinstance(tag.get(name), str) for name in ("key", "value")
    )


def _pair(tag: dict[str, str]) -> tuple[str, str]:
    return tag["key"], tag["value"]
