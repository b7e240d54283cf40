"""SSM parameters that contain images: DescribeParameters, and their values from GetParameters.

Facts: Systems Manager API Reference, ParameterStringFilter (`DataType`), DescribeParameters (at
most 50 a page; a page may be empty without being the last), GetParameters (at most 10 names). A
parameter of the type `text` may also contain an image, but cannot be distinguished from any other
text. A parameter that another account shares is in that account's list.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.catalog.aws.listed import text, unreadable, whole_number
from assay.catalog.aws.parameters import get_parameters
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Complete, CutShort, Page, Pages, Unavailable
from assay.model import Place
from assay.model.uses import (
    ImageParameter,
)

A_PAGE = 50
VALUES_A_CALL = 10
IMAGE = "aws:ec2:image"


def image_parameters(sdk: Sdk, place: Place) -> Pages[ImageParameter]:
    """Every parameter of that type with its value, without those deleted in the meantime."""
    unread = 0
    try:
        for page in sdk.pages(
            place,
            "ssm",
            "DescribeParameters",
            "Parameters",
            ParameterFilters=[{"Key": "DataType", "Option": "Equals", "Values": [IMAGE]}],
            MaxResults=A_PAGE,
        ):
            # An endpoint that ignores the filter returns every parameter.
            found = [_parameter(raw) for raw in page if text(raw, "DataType") in (IMAGE, None)]
            named = [each for each in found if each is not None]
            unread += len(found) - len(named)
            refused = None
            valued: list[ImageParameter] = []
            for batch in _batches(named):
                try:
                    some, untold = _valued(sdk, place, batch)
                except RefusedError as error:
                    refused = error
                    break
                valued += some
                unread += untold
            yield Page(tuple(valued))
            if refused:
                raise refused
    except RefusedError as refused_page:
        yield CutShort(refused_page.obstacle, refused_page.reason)
        return
    yield unreadable("ssm:DescribeParameters", unread) if unread else Complete()


def _parameter(raw: Mapping[str, Any]) -> ImageParameter | None:
    name, kind = text(raw, "Name"), text(raw, "DataType")
    if name is None or kind is None:
        return None
    return ImageParameter(name, None, text(raw, "ARN"), whole_number(raw, "Version"))


def _batches(named: Sequence[ImageParameter]) -> Iterator[Sequence[ImageParameter]]:
    for start in range(0, len(named), VALUES_A_CALL):
        yield named[start : start + VALUES_A_CALL]


def _valued(
    sdk: Sdk, place: Place, batch: Sequence[ImageParameter]
) -> tuple[list[ImageParameter], int]:
    """The parameters with their values, and the number of parameters whose value is unavailable."""
    answers = get_parameters(sdk, place, [each.name for each in batch])
    found: list[ImageParameter] = []
    untold = 0
    for each in batch:
        match answers[each.name]:
            case Absent():
                continue
            case Unavailable():
                untold += 1
                found.append(each)
            case str(value):
                found.append(msgspec.structs.replace(each, value=value))
    return found, untold
