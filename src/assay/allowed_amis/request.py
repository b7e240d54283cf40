"""Criteria that a user may set: from a file, or those that come closest to a policy.

Facts: EC2 API Reference, ReplaceImageCriteriaInAllowedImagesSettings and ImageCriterionRequest: the
number of criteria, the number of values in each list, `none` only alone, at least three characters in a
name with a `?`. The meaning of an empty list or condition is not documented, so both are refused.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from assay.allowed_amis.export import MOST_CRITERIA, MOST_VALUES, Criterion, allowed_amis
from assay.allowed_amis.settings import NOT_TOLD, read_settings
from assay.catalog.aws.ec2 import criterion
from assay.errors import InputError
from assay.model import AllowedImages, Policy

_MOST = {**MOST_VALUES, "MarketplaceProductCodes": 50, "ImageNames": 50}


def read_criteria(path: str, data: bytes) -> AllowedImages:
    """Return the criteria in `data`; `path` is for messages.

    Raises `InputError`, also if EC2 would not accept them.
    """
    criteria_in(path, data)
    return AllowedImages(NOT_TOLD, None, read_settings(path, data).criteria)


def criteria_in(path: str, data: bytes) -> tuple[Criterion, ...]:
    """Like `read_criteria`, but return the criteria with EC2's own keys. Raises `InputError`."""
    read_settings(path, data)
    criteria = json.loads(data.removeprefix(b"\xef\xbb\xbf"))["ImageCriteria"]
    for problem in _problems(criteria):
        raise InputError(problem, where=path, hint="change the criteria: EC2 would not accept them")
    return tuple(criteria)


def of_policy(policy: Policy, as_of: datetime) -> tuple[AllowedImages, tuple[str, ...]]:
    """Return the closest criteria, and what they do not express. Raises `PolicyError`."""
    exported = allowed_amis(policy, as_of)
    return AllowedImages(NOT_TOLD, None, tuple(map(criterion, exported.criteria))), exported.lost


def _problems(criteria: list[dict[str, Any]]) -> Iterator[str]:
    if len(criteria) > MOST_CRITERIA:
        yield f"ImageCriteria has {len(criteria)} criteria, but EC2 accepts at most {MOST_CRITERIA}"
    for at, each in enumerate(criteria):
        here = f"ImageCriteria[{at}]"
        if not each:
            yield f"{here} has no condition"
        for name, value in each.items():
            if not value:
                yield f"{here}.{name} is empty"
            elif len(value) > _MOST.get(name, len(value)):
                yield f"{here}.{name} has {len(value)} values, but EC2 accepts at most {_MOST[name]}"
        if "none" in each.get("ImageProviders", ()) and len(each["ImageProviders"]) > 1:
            yield f"{here}.ImageProviders has 'none' together with other values"
        for name in each.get("ImageNames", ()):
            if "?" in name and len(name) < 3:
                yield f"{here}.ImageNames has a name with a ? and fewer than three characters"
