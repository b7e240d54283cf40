"""The emulator's wire formats against documented AWS answers and against botocore's models."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.utils import parse_timestamp

from tests.emulator import ApiError, check_shape
from tests.emulator.endpoint import HANDLERS
from tests.emulator.wire import answer, parse_request, service_model

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "aws-samples"


def index() -> dict[str, int]:
    """File name to the number of known deviations from botocore's model."""
    if not SAMPLES.is_dir():
        return {}
    return {
        row["file"]: row["deviations"] for row in json.loads((SAMPLES / "INDEX.json").read_text())
    }


def load(name: str) -> tuple[str, str, Any]:
    sample = json.loads((SAMPLES / name).read_text())
    return sample["service"], sample["operation"], sample["response"]


def sample_names() -> list[str]:
    emulated = {f"{service}.{name}" for service, table in HANDLERS.items() for name in table}
    return [
        name
        for name, deviations in index().items()
        if not deviations and ".".join(name.split(".")[:2]) in emulated
    ]


def with_times(shape: Any, value: Any) -> Any:
    """A sample's JSON with its times as what the SDK gives: datetimes."""
    if shape.type_name == "structure":
        return {name: with_times(shape.members[name], member) for name, member in value.items()}
    if shape.type_name == "list":
        return [with_times(shape.member, item) for item in value]
    return parse_timestamp(value) if shape.type_name == "timestamp" else value


def test_the_samples_are_there() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"NO GOLDEN SAMPLES: {SAMPLES} is missing, so AWS's answers were not compared")
    assert len(sample_names()) > 25


@pytest.mark.parametrize("name", sample_names())
def test_a_documented_answer_survives_the_round_trip(name: str) -> None:
    service, operation, response = load(name)
    model = service_model(service)
    shape = model.operation_model(operation).output_shape
    expected = with_times(shape, response)
    body = answer(service, operation, expected, "request-1")
    check_shape(service, operation, body)
    http = {"body": body, "headers": {}, "status_code": 200}
    parsed = create_parser(model.protocol).parse(http, shape)
    del parsed["ResponseMetadata"]
    assert parsed == expected


def test_the_user_guides_misspelt_watermark_is_refused() -> None:
    name = "ec2.DescribeImages.userguide-1.json"
    if name not in index():
        pytest.skip(f"NO GOLDEN SAMPLES: {SAMPLES} is missing, so AWS's answers were not compared")
    service, operation, response = load(name)
    with pytest.raises(AssertionError, match="SourceImageCreationDate: not a member"):
        check_shape(service, operation, answer(service, operation, response, "request-1"))


def test_a_missing_required_member_is_refused() -> None:
    body = answer("sts", "AssumeRole", {"Credentials": {"AccessKeyId": "ASIA"}}, "request-1")
    with pytest.raises(AssertionError, match="SecretAccessKey: required, and missing"):
        check_shape("sts", "AssumeRole", body)


@pytest.mark.parametrize(
    ("operation", "body", "violation"),
    [
        ("GetParameters", b'{"InvalidParameters": [1]}', "1 is not string"),
        ("GetParameters", b'{"Parameters": [{"LastModifiedDate": "now"}]}', "is not timestamp"),
        ("PutParameter", b'{"Version": "1"}', "is not long"),
        ("PutParameter", b'{"Tier": "Golden"}', "'Golden' is not"),
    ],
)
def test_json_is_held_to_the_model_too(operation: str, body: bytes, violation: str) -> None:
    with pytest.raises(AssertionError, match=violation):
        check_shape("ssm", operation, body)


def test_an_element_that_comes_twice_is_refused() -> None:
    body = answer("ec2", "CreateImage", {"ImageId": "ami-1"}, "request-1")
    element = b"<imageId>ami-1</imageId>"
    with pytest.raises(AssertionError, match="imageId: twice"):
        check_shape("ec2", "CreateImage", body.replace(element, element * 2))


def test_a_parameter_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(ApiError, match=r"UnknownParameter.*Filter\.1\.Nam is not recognized"):
        parse_request("ec2", "", b"Action=DescribeImages&Version=2016-11-15&Filter.1.Nam=x")
