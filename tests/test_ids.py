"""The forms of what AWS names: each the whole of a value, or found in a text and nothing else there."""

import json

import pytest
from botocore.session import Session

from assay.model import ids

AMI, OLD_AMI = "ami-0123456789abcdef0", "ami-0123abcd"
ARABIC = "".join(chr(0x660 + int(digit)) for digit in "111122223333")
"""Digits to Python's `\\d`, and to nobody at AWS."""

FITS = {
    ids.ACCOUNT: ("111122223333", "000000000000"),
    ids.REGION: ("us-east-1", "us-gov-west-1", "eusc-de-east-1", "ap-southeast-12"),
    ids.ZONE: ("us-east-1a", "eusc-de-east-1b"),
    ids.AMI_ID: (AMI, OLD_AMI),
    ids.INSTANCE_ID: ("i-0123456789abcdef0", "i-0123abcd"),
    ids.TEMPLATE_ID: ("lt-0123456789abcdef0", "lt-0123abcd"),
    ids.TEMPLATE_VERSION: ("1", "30", "$Latest", "$Default"),
    ids.PARAMETER: ("golden", "/golden/web", "/aws/service/ami-amazon-linux-latest/al2023_x"),
    ids.ROLE: ("arn:aws:iam::111122223333:role/a", "arn:aws-cn:iam::111122223333:role/path/to@it"),
}
FITS_NOT = {
    ids.ACCOUNT: ("11112222333", "1111222233334", "11112222333a", ARABIC),
    ids.REGION: (
        "us-east",
        "us-east-100",
        "Us-east-1",
        "us-east-1a",
        "us_east_1",
        "us-east-\u0661",
    ),
    ids.ZONE: ("us-east-1", "us-east-1-bos-1a", "us-east-1aa"),
    ids.AMI_ID: (f"{AMI}0", AMI[:-1], AMI.upper(), f" {AMI}", "ami-", "ami-0123456g"),
    ids.INSTANCE_ID: ("i-0123456789", f"x{AMI}", "i-"),
    ids.TEMPLATE_ID: ("lt-0123", "lt-0123456789abcdef01", "lt-0123abcG"),
    ids.TEMPLATE_VERSION: ("0", "01", "$latest", "", "9" * 20, "\u0661"),
    ids.PARAMETER: ("", "golden:3", "a b", "a\u00e9"),
    ids.ROLE: (
        "arn:aws:iam::111122223333:user/a",
        f"arn:aws:iam::{ARABIC}:role/a",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/a b",
        f"arn:aws:iam::111122223333:role/{'a' * 577}",
    ),
}


@pytest.mark.parametrize(("form", "text"), [(form, each) for form in FITS for each in FITS[form]])
def test_what_aws_writes_has_its_form_and_nothing_around_it(form: str, text: str) -> None:
    assert ids.has_form(text, form)
    for wrong in (f"{text}\n", f"\n{text}", f"{text} ", f"{text}\x00", [text], text.encode(), None):
        assert not ids.has_form(wrong, form)


@pytest.mark.parametrize(
    ("form", "text"), [(form, each) for form in FITS_NOT for each in FITS_NOT[form]]
)
def test_what_is_nearly_an_id_is_none(form: str, text: str) -> None:
    assert not ids.has_form(text, form)


def test_every_region_that_is_known_today_has_both_forms() -> None:
    session = Session()
    regions = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition, allow_non_regional=False)
    }
    assert len(regions) > 30
    for region in regions:
        assert ids.is_region(region)
        assert ids.has_form(region, ids.REGION_FOUND)
        assert ids.region_of_zone(f"{region}a") == region


def test_what_is_found_in_a_text_is_a_region_of_aws_alone() -> None:
    for text in ("team-a-1", "us-web-1", "us-east-12", "au-east-1"):
        assert ids.is_region(text)
        assert not ids.has_form(text, ids.REGION_FOUND)


@pytest.mark.parametrize(
    ("value", "account"),
    [
        ("arn:aws:iam::111122223333:role/a:b", "111122223333"),
        ("arn:aws-us-gov:iam::444455556666:role/x/y", "444455556666"),
        ("arn:aws:iam::111122223333:root", None),
        ("arn:aws:sts::111122223333:assumed-role/a/b", None),
        ({"arn": 1}, None),
        (None, None),
    ],
)
def test_a_role_tells_its_account(value: object, account: str | None) -> None:
    assert ids.account_of_role(value) == account


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (AMI, [AMI]),
        (f"a {AMI}, ({OLD_AMI})", [AMI, OLD_AMI]),
        (f"image/{AMI}:{OLD_AMI}", [AMI, OLD_AMI]),
        (json.dumps(f"a\n{AMI}\t{OLD_AMI}"), [AMI, OLD_AMI]),
        (json.dumps(json.dumps(f"a\u00e9{AMI}")), [AMI]),
        (f"x{AMI} _{AMI} -{AMI} {AMI}0 {AMI}z", []),
        ("ami- ami-xyz", []),
        ("", []),
    ],
)
def test_image_ids_are_found_where_words_begin_and_end(text: str, found: list[str]) -> None:
    assert list(ids.ami_ids_in(text)) == found
