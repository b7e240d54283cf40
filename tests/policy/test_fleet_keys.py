"""Whose fleet it is (`aws.accounts`, `aws.organization`), and what golden images may start from."""

import msgspec
import pytest

from assay.errors import PolicyError
from assay.model import Accounts, ImageName, Organization, Policy, Roots
from assay.policy.document import decode
from assay.policy.load import load, validate

GOLDEN = 'version: 1\ngolden:\n  watermarks: [{key: "111122223333:golden-*"}]\n'
UNIT, OTHER, ROOT = "ou-ab12-cd34ef56", "ou-ab12-11112222", "r-ab12"


def read(text: str) -> Policy:
    loaded = load("p.yaml", text.encode())
    assert validate("p.yaml", text.encode()) == loaded
    return loaded


def refusal(text: str) -> PolicyError:
    """The same refusal, whoever asks."""
    with pytest.raises(PolicyError) as loaded:
        load("p.yaml", text.encode())
    with pytest.raises(PolicyError) as validated:
        validate("p.yaml", text.encode())
    assert str(loaded.value) == str(validated.value)
    return loaded.value


def test_where_nothing_is_said_there_is_neither_fleet_nor_root() -> None:
    policy = read(GOLDEN)
    assert policy.fleet is None
    assert policy.golden.roots is None


def test_accounts_are_named_once_each() -> None:
    twice = 'aws: {accounts: ["222222222222", "111111111111", "222222222222"]}\n'
    assert read(GOLDEN + twice).fleet == Accounts(("222222222222", "111111111111"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("{}", Organization()),
        (f"{{units: [{UNIT}, {ROOT}]}}", Organization((UNIT, ROOT))),
        ("{exclude: []}", Organization()),
        (f'{{units: [{UNIT}], exclude: ["222222222222", {OTHER}]}}',
         Organization((UNIT,), ("222222222222", OTHER))),
    ],
)  # fmt: skip
def test_an_organization_may_be_a_part_of_one(said: str, meant: Organization) -> None:
    assert read(f"{GOLDEN}aws: {{organization: {said}}}\n").fleet == meant


def test_a_pipeline_may_start_from_images_and_owners() -> None:
    image = ImageName("ami-0123abcd", "us-east-1")
    images = "images: [{id: ami-0123abcd, region: us-east-1}]"
    owners = 'owners: [amazon, aws-marketplace, "099720109477"]'
    named = ("amazon", "aws-marketplace", "099720109477")
    for said, meant in (
        (images, Roots((image,))),
        (owners, Roots((), named)),
        (f"{images}, {owners}", Roots((image,), named)),
    ):
        assert read(f"{GOLDEN}  roots: {{{said}}}\n").golden.roots == meant


@pytest.mark.parametrize(
    ("rest", "where", "said"),
    [
        ("aws: {accounts: []}", "4:17", "aws.accounts is empty: it would describe no account"),
        ("aws: {accounts: [222222222222]}", "4:18", "put it in quotes"),
        ('aws: {accounts: ["2222"]}', "4:18", "must look like an account of 12 digits"),
        ('aws: {accounts: "222222222222"}', "4:17", "aws.accounts must be a list"),
        ("aws: {account: []}", "4:7", "did you mean 'accounts'?"),
        ("aws: {organisation: {}}", "4:7", "did you mean 'organization'?"),
        ("aws: {organization: }", "4:21", "aws.organization must be a mapping"),
        ("aws: {organization: {unit: []}}", "4:22", "did you mean 'units'?"),
        ("aws: {organization: {units: []}}", "4:29", "it would describe no account"),
        ("aws: {organization: {units: [prod]}}", "4:30",
         "must look like an organizational unit, ou-ab12-cd34ef56, or the root, r-ab12"),
        ('aws: {organization: {units: ["222222222222"]}}', "4:30", "an organizational unit"),
        (f"aws: {{organization: {{exclude: [{ROOT}]}}}}", "4:32", "an account of 12 digits, or"),
        (f"aws: {{organization: {{units: [{UNIT}], exclude: [{UNIT}]}}}}", "4:59",
         f"{UNIT} is listed both under units and under exclude; remove it from one of the two"),
        ('aws: {accounts: ["222222222222"], organization: {}}', "4:35",
         "aws has both accounts and organization; keep only the one that describes your fleet"),
        ("  roots: {}", "4:10", "golden.roots is empty: no image would be allowed as a root"),
        ("  roots: {owners: []}", "4:19", "golden.roots.owners is empty: no image would be allowed as a root"),
        ("  roots: {owners: [self]}", "4:20", "must look like amazon, aws-marketplace or 12 digits"),
        ("  roots: {images: [{id: ami-0123abcd}]}", "4:20", "has no key 'region', which is required"),
        ("  root: {}", "4:3", "did you mean 'roots'?"),
        (("  roots: {images: [{id: ami-0123abcd, region: us-east-1}]}\n"
         "revoked: {images: [{id: ami-0123abcd, region: us-east-1}]}"), "4:20",
         "ami-0123abcd is both a root and revoked; remove it from one of the two: everything built from it would fail"),
        (("scopes: [{name: a, match: {region: '*'}, golden: {watermarks: "
         '[{key: "111122223333:b"}], roots: {owners: [amazon]}}}]'), "4:90",
         "unknown key 'roots' in scopes.0.golden"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_where_it_stands(rest: str, where: str, said: str) -> None:
    error = refusal(f"{GOLDEN}{rest}\n")
    assert error.where == f"p.yaml:{where}"
    assert said in str(error)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {"golden": {"roots": {}}},
            r"^is empty: no image would be allowed as a root - at `\$.golden.roots`",
        ),
        (
            {"aws": {"accounts": ["222222222222"], "organization": {}}},
            r"^has both accounts and an organization - at `\$.aws`",
        ),
    ],
)
def test_what_the_json_schema_refuses_the_types_do_already(
    parts: dict[str, dict[str, object]], said: str
) -> None:
    golden = {"watermarks": [{"key": "111122223333:golden"}], **parts.get("golden", {})}
    with pytest.raises(msgspec.ValidationError, match=said):
        decode({"version": 1, **parts, "golden": golden})
