"""Is it a plan? If not, the message names what it is and how to get a plan; nothing is quoted."""

import gzip
import json
from typing import Any

import pytest

from assay.errors import InputError, NotAPlanError
from assay.inputs.plan.document.document import PlanDocument, read_documents
from tests.plans import dump, instance, plan

PLAN = plan(instance("aws_instance.a", "ami-0123456789abcdef0"))
SECRET = "hunter2"


def read_document(path: str, data: bytes) -> PlanDocument:
    (document,) = read_documents(path, data)
    return document.plan


def encode(document: Any) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "data",
    [
        dump(PLAN),
        json.dumps(PLAN, indent=2).encode(),
        json.dumps(PLAN, indent=2).replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + dump(PLAN),
        dump(PLAN).decode().encode("utf-16"),
        b"\xfe\xff" + dump(PLAN).decode().encode("utf-16-be"),
        gzip.compress(dump(PLAN)),
    ],
    ids=["one line", "pretty", "CRLF", "BOM", "UTF-16", "UTF-16BE", "gzip"],
)
def test_encodings_of_a_plan(data: bytes) -> None:
    changes = read_document("plan.json", data).resource_changes
    assert changes is not None
    assert [change.address for change in changes] == ["aws_instance.a"]


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.2", "1.17"])
def test_known_format_versions(version: str) -> None:
    found = read_document("plan.json", dump({**PLAN, "format_version": version}))
    assert found.format_version == version


@pytest.mark.parametrize("version", ["2.0", "10.0", "1", "", "v1.2", SECRET])
def test_unknown_format_versions_are_refused(version: str) -> None:
    with pytest.raises(InputError, match="format_version") as caught:
        read_document("plan.json", dump({**PLAN, "format_version": version}))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04tfplan", "a saved binary plan"),
        (b"Terraform will perform the following actions: hunter2", "text, not JSON"),
        (encode({"format_version": "1.0"}), "neither plan nor state"),
        (encode({"format_version": "1.0", "values": {"hunter2": 1}}), "a Terraform state"),
        (encode({"version": 4, "lineage": "x", "resources": []}), "a Terraform state file"),
        (encode({"@level": "info", "type": "planned_change"}), "a plan stream"),
        (b'{"@level":"info","a":"hunter2"}\n{"@level":"info"}\n', "a plan stream"),
        (encode({"format_version": "1.2", "configuration": {}}), "a configuration without"),
        (encode({"hello": SECRET}), "not a Terraform plan"),
        (encode({"remote_plan_format": 1, "run_id": SECRET}), "the bookmark of a plan"),
        (encode({"resource_changes": 3, "values": {}}), "a Terraform state"),
    ],
)
def test_other_documents_are_named(data: bytes, what: str) -> None:
    with pytest.raises(NotAPlanError) as caught:
        read_document("some/plan.json", data)
    line = str(caught.value)
    assert line.startswith("some/plan.json: ")
    assert what in line
    assert "terraform show -json" in line
    assert SECRET not in line
    assert "\n" not in line


def test_what_opentofu_has_encrypted_is_named() -> None:
    """OpenTofu, internal/encryption/base.go: what `meta` holds is the key provider's."""
    data = encode({"meta": {}, "encrypted_data": "aHVudGVyMg==", "encryption_version": "v0"})
    with pytest.raises(NotAPlanError, match=r"OpenTofu has encrypted; run .* tofu show -json"):
        read_document("tfplan", data)


@pytest.mark.parametrize(
    "data",
    [
        dump(PLAN)[:-40],
        dump(PLAN)[:200],
        b"{" * 5000,
        b"[" * 100_000,
        b'{"format_version": "1.2", "planned_values": NaN}',
        b"null",
        b"[]",
        b'"plan"',
        b"7",
        b"\x1f\x8b\x08\x00damaged",
        gzip.compress(dump(PLAN))[:-20],
        b"\xff\xfe\x00",
        b"\x00\x01\x02\x03",
        dump(PLAN).replace(b"aws_instance", b"\xff\xfe\xfa"),
        b'{"format_version":"1.2","planned_values":{},"resource_changes":[{"address":"\\ud800"}]}',
        encode({**PLAN, "resource_changes": {"hunter2": 1}}),
        encode({**PLAN, "resource_changes": [{"address": SECRET}]}),
        encode({**PLAN, "resource_changes": [SECRET]}),
        encode({**PLAN, "configuration": [SECRET]}),
    ],
)
def test_damage_is_one_line_that_quotes_nothing(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_document("plan.json", data)
    line = str(caught.value)
    assert line.startswith("plan.json: ")
    assert SECRET not in line
    assert "\n" not in line


def test_the_plan_of_a_failed_run_is_refused() -> None:
    with pytest.raises(InputError, match="a run that failed"):
        read_document("plan.json", dump({**PLAN, "errored": True}))
