"""The quick reading of EC2's lists against botocore's own: the same values, the same errors."""

import functools
import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from botocore.parsers import ResponseParserError, ResponseParserFactory
from hypothesis import given
from hypothesis import strategies as st

from assay.catalog.aws import quick_xml
from assay.catalog.aws.clients import _time as time_of
from assay.catalog.aws.clients import new_session
from assay.catalog.aws.quick_xml import LISTS, UnfamiliarError, parser_factory, reader_of
from assay.kept import Kept
from tests.emulator.wire import answer, service_model

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "aws-samples"
OPERATIONS = {
    "DescribeImages",
    "DescribeInstanceImageMetadata",
    "DescribeLaunchTemplateVersions",
    "DescribeLaunchTemplates",
}


@functools.cache
def models() -> dict[str, Any]:
    """EC2's model as it is, and as it is cut."""
    return {"whole": service_model("ec2"), "cut": new_session(Kept(None)).get_service_model("ec2")}


def shape_of(operation: str, model: str = "whole") -> Any:
    return models()[model].operation_model(operation).output_shape


def stock() -> Any:
    factory = ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=time_of)
    return factory


def outcome(factory: Any, body: bytes, shape: Any) -> Any:
    """What a parser makes of an answer: a value, or the kind of its error."""
    answered = {"status_code": 200, "headers": {}, "body": body}
    try:
        return plain(factory.create_parser("ec2").parse(answered, shape))
    except (ResponseParserError, ValueError, LookupError, TypeError, AttributeError) as error:
        return type(error)


def plain(value: Any) -> Any:
    """Where a member stands twice, botocore may give the elements themselves for a value."""
    if isinstance(value, Element):
        return value.tag, value.text, [plain(child) for child in value]
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def comes_twice(body: bytes, shape: Any) -> bool:
    """Whether a member of a structure does."""

    def within(element: Element, of: Any) -> bool:
        if of.type_name == "list":
            return any(within(item, of.member) for item in element)
        if of.type_name != "structure":
            return False
        members = {
            each.serialization.get("name") or name: each for name, each in of.members.items()
        }
        tags = [child.tag.rpartition("}")[2] for child in element]
        told = [tag for tag in tags if tag in members]
        below = zip(tags, element, strict=True)
        return len(told) != len(set(told)) or any(
            within(child, members[tag]) for tag, child in below if tag in members
        )

    return within(fromstring(body), shape)


def same(operation: str, body: bytes) -> Any:
    """Both read the same of both models; what they read of the whole one is returned."""
    for model in ("cut", "whole"):
        shape = shape_of(operation, model)
        found, quick = outcome(stock(), body, shape), outcome(parser_factory(time_of), body, shape)
        assert quick == found or (isinstance(quick, type) and comes_twice(body, shape))
    return found


def test_the_answers_are_those_of_the_lists() -> None:
    assert {shape_of(name).name for name in OPERATIONS} == LISTS
    for name in OPERATIONS:
        for model in ("cut", "whole"):
            reader_of(shape_of(name, model), time_of)  # raises nothing


def test_assay_reads_them_in_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """And botocore's walk is not needed for a plain answer."""
    session = new_session(Kept(None))
    parser = session.get_component("response_parser_factory").create_parser("ec2")
    monkeypatch.setattr("botocore.parsers.BaseXMLResponseParser._handle_structure", None)
    body = b"<A><imagesSet><item><imageId>ami-1</imageId></item></imagesSet></A>"
    answered = {"status_code": 200, "headers": {}, "body": body}
    assert parser.parse(answered, shape_of("DescribeImages"))["Images"] == [{"ImageId": "ami-1"}]


# --------------------------------------------------------------------------------- documented answers


def sample_names() -> list[str]:
    if not SAMPLES.is_dir():
        return []
    return [
        path.name for path in sorted(SAMPLES.glob("ec2.*.json")) if path.name.split(".")[1] in OPERATIONS
    ]  # fmt: skip


def test_the_samples_are_there() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"NO GOLDEN SAMPLES: {SAMPLES} is missing, so AWS's answers were not compared")
    assert len(sample_names()) >= 8


@pytest.mark.parametrize("name", sample_names())
def test_a_documented_answer_is_read_alike(name: str) -> None:
    sample = json.loads((SAMPLES / name).read_text())
    body = answer("ec2", sample["operation"], sample["response"], "request-1")
    found = same(sample["operation"], body)
    assert found["ResponseMetadata"]["RequestId"] == "request-1"
    assert len(found) > 1


# -------------------------------------------------------------------------------------- any answer

TEXTS = st.sampled_from(
    [
        *("", " ", "ami-1", "true", "false", "True", "12", "-1", "1.5", "x", "é☃", "a&b<c>"),
        *("2026-11-21T00:00:00.000Z", "2026-11-21T00:00:00Z", "1760000000", "not a time"),
    ]
)
NOISE = st.sampled_from(
    [
        "",
        "",
        "",
        "<!-- note -->",
        "<?pi?>",
        "\n  ",
        "text",
        "<unknown><imageId>n</imageId></unknown>",
    ]
)


def tags() -> list[str]:
    """The names of all elements that the lists have, and some that none has."""
    found: set[str] = {"item", "requestId", "member", "x"}

    def walk(shape: Any) -> None:
        if shape.type_name == "structure":
            for name, of in shape.members.items():
                found.add(of.serialization.get("name") or name)
                walk(of)
        elif shape.type_name == "list":
            walk(shape.member)

    for operation in OPERATIONS:
        walk(shape_of(operation, "cut"))
    return sorted(found)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@st.composite
def formed(draw: Any, shape: Any, depth: int = 0) -> str:
    """What stands in an element of a shape: mostly what belongs there."""
    if draw(st.integers(0, 30)) == 0 or depth > 6:
        name = draw(st.sampled_from(tags()))
        return f"<{name} a='1'>{escaped(draw(TEXTS))}</{name}>"
    if shape.type_name == "structure":
        members = draw(st.lists(st.sampled_from(sorted(shape.members)), max_size=5))
        parts = []
        for member in members:
            of = shape.members[member]
            tag = of.serialization.get("name") or member
            parts.append(f"{draw(NOISE)}<{tag}>{draw(formed(of, depth + 1))}</{tag}>")
        return "".join(parts)
    if shape.type_name == "list":
        item = st.sampled_from(["item", "item", "item", "member"])
        parts = []
        for _ in range(draw(st.integers(0, 3))):
            tag = draw(item)
            parts.append(f"{draw(NOISE)}<{tag}>{draw(formed(shape.member, depth + 1))}</{tag}>")
        return "".join(parts)
    likely = {
        "boolean": "true",
        "timestamp": "2026-11-21T00:00:00.000Z",
        "integer": "7",
        "long": "7",
    }
    if draw(st.integers(0, 9)):
        return likely.get(shape.type_name, "text")
    return escaped(draw(TEXTS))


@given(data=st.data())
def test_any_answer_is_read_alike(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(sorted(OPERATIONS)))
    inner = data.draw(formed(shape_of(operation, "cut")))
    namespace = data.draw(
        st.sampled_from(["", ' xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'])
    )
    request = data.draw(st.sampled_from(["", "<requestId>r</requestId>", "<requestId/>"]))
    body = f"<{operation}Response{namespace}>{request}{inner}</{operation}Response>".encode()
    cut = data.draw(st.sampled_from([len(body), len(body), len(body), len(body) // 2, 0]))
    same(operation, body[:cut])


@pytest.mark.parametrize(
    "inner",
    [
        "<imagesSet/>",
        "<imagesSet></imagesSet><nextToken>t</nextToken>",
        "<imagesSet><item/><item>text</item></imagesSet>",
        "<imagesSet><item><imageId>a</imageId></item></imagesSet><imagesSet/>",
        "<imagesSet><item><imageId>a</imageId><imageId>b</imageId></item></imagesSet>",
        "<imagesSet><item><imageId>a<b/>c</imageId></item></imagesSet>",
        "<imagesSet><item><imageId>a<!-- b -->c</imageId></item></imagesSet>",
        "<imagesSet><item><imageId><![CDATA[a&b]]></imageId></item></imagesSet>",
        "<imagesSet><item><imageId>a</imageId><tagSet><item><key>k</key></item></tagSet></item></imagesSet>",
        '<imagesSet><item xmlns:x="urn:x"><x:imageId>a</x:imageId></item></imagesSet>',
        "<x:imagesSet/>",
        "<imagesSet><item><isPublic>TRUE</isPublic></item></imagesSet>",
        "<imagesSet><item><imageWatermarkSet><item><watermarkCreationTime/></item></imageWatermarkSet></item></imagesSet>",
        "<imagesSet><item><blockDeviceMapping><item><ebs><volumeSize>big</volumeSize></ebs></item></blockDeviceMapping></item></imagesSet>",
        "<imagesSet><item><imageId>&unknown;</imageId></item></imagesSet>",
        "<Images><item/></Images>",
    ],
)
def test_odd_answers_are_read_alike(inner: str) -> None:
    for root in (
        "<A>{}</A>",
        '<A xmlns="urn:a">{}</A>',
        '<?xml version="1.0"?><!DOCTYPE A><A>{}</A>',
    ):
        same("DescribeImages", root.format(inner).encode())


@pytest.mark.parametrize(
    ("operation", "inner"),
    [
        ("DescribeImages", "<imagesSet/><imagesSet/>"),
        ("DescribeImages", "<imagesSet><item><imageId>a</imageId><imageId>a</imageId></item></imagesSet>"),
        ("DescribeImages", "<nextToken/><imagesSet/><nextToken/>"),
        ("GetAllowedImagesSettings", "<state>disabled</state><state>enabled</state>"),
    ],
)  # fmt: skip
def test_what_comes_twice_cannot_be_read(operation: str, inner: str) -> None:
    """Neither of the two is more true; of every answer of EC2, also those that botocore reads."""
    shape = shape_of(operation)
    once = f"<A>{inner}</A>".encode()
    assert outcome(parser_factory(time_of), once, shape) is ResponseParserError
    unknown = b"<A><a/><a/><requestId>r</requestId></A>"
    assert outcome(parser_factory(time_of), unknown, shape) == outcome(stock(), unknown, shape)


# ------------------------------------------------------------------------------------------- shapes


def test_a_shape_of_another_kind_is_left_to_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """DescribeImages with a list that is written without one around it, say."""
    shape = shape_of("DescribeInstances")  # not among the lists: read by botocore alone
    monkeypatch.setattr(quick_xml, "LISTS", LISTS | {shape.name})
    body = answer("ec2", "DescribeInstances", {"Reservations": [{"OwnerId": "1"}]}, "r")
    found = outcome(stock(), body, shape)
    assert outcome(parser_factory(time_of), body, shape) == found
    for serialization in ({"flattened": True}, {"xmlAttribute": True}, {"location": "header"}):
        odd = models()["whole"].shape_for("ImageList")
        odd.serialization.update(serialization)
        with pytest.raises(UnfamiliarError):
            reader_of(odd, time_of)
        odd.serialization.clear()
    for name in ("Blob",):
        with pytest.raises(UnfamiliarError):
            reader_of(models()["whole"].shape_for(name), time_of)
