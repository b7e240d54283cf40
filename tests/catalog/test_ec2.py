"""EC2's answers as our values: what is missing stays missing, and why an ancestry ends."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assay.catalog.aws import ec2
from assay.model import Ancestry, AncestryEnd, TemplateVersion, Watermark

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "aws-samples"
HOME = "us-east-1"


def entry(
    id: str, source: str | None = None, region: str | None = HOME, **more: Any
) -> dict[str, Any]:
    parent = {"SourceImageId": source, "SourceImageRegion": region} if source else {}
    return {"ImageId": id, "CreationDate": datetime(2026, 1, 1, tzinfo=UTC), **parent, **more}


def ancestry(*entries: dict[str, Any]) -> Ancestry | None:
    return ec2.ancestry("ami-0", HOME, list(entries))


class TestAncestry:
    def end(self, *entries: dict[str, Any]) -> AncestryEnd | None:
        found = ancestry(*entries)
        return found.end if found else None

    def test_an_image_without_a_source_ends_it(self) -> None:
        assert self.end(entry("ami-0", "ami-1"), entry("ami-1")) is AncestryEnd.NO_RECORDED_SOURCE

    @pytest.mark.parametrize("alias", ["amazon", "aws-marketplace"])
    def test_a_public_provider_ends_it_whatever_its_own_source(self, alias: str) -> None:
        last = entry("ami-1", "ami-9", ImageOwnerAlias=alias)
        assert self.end(entry("ami-0", "ami-1"), last) is AncestryEnd.PUBLIC_PROVIDER

    def test_fifty_entries_end_it(self) -> None:
        chain = [entry(f"ami-{n}", f"ami-{n + 1}") for n in range(50)]
        assert self.end(*chain) is AncestryEnd.ENTRY_LIMIT
        assert self.end(*chain[:49]) is AncestryEnd.UNEXPLAINED
        assert self.end(*chain[:49], entry("ami-49")) is AncestryEnd.NO_RECORDED_SOURCE

    def test_another_partition_ends_it(self) -> None:
        assert self.end(entry("ami-0", "ami-1", "cn-north-1")) is AncestryEnd.PARTITION_BOUNDARY

    def test_a_backup_vaults_image_explains_nothing(self) -> None:
        last = entry("ami-0", "ami-1", ImageOwnerAlias="aws-backup-vault")
        assert self.end(last) is AncestryEnd.UNEXPLAINED

    def test_each_entrys_region_is_told_by_the_one_before(self) -> None:
        found = ancestry(
            entry("ami-0", "ami-1", "eu-west-1"), entry("ami-1", "ami-2", None), entry("ami-2")
        )
        assert found
        assert [each.region for each in found.entries] == [HOME, "eu-west-1", None]
        assert not found.complete
        assert found.depth_of("ami-1", "eu-west-1") == 1
        assert found.depth_of("ami-1", HOME) is None

    @pytest.mark.parametrize(
        "entries",
        [
            [],
            [entry("ami-7")],
            [entry("ami-0", "ami-1"), entry("ami-2")],
            [entry("ami-0"), entry("ami-1")],
            [{}],
        ],
    )
    def test_what_is_no_chain_from_this_image_is_no_ancestry(
        self, entries: list[dict[str, Any]]
    ) -> None:
        assert ancestry(*entries) is None


class TestImage:
    def test_what_ec2_leaves_out_is_none(self) -> None:
        found = ec2.image({"ImageId": "ami-0"})
        assert (found.id, found.state, found.owner_id, found.public) == ("ami-0", None, None, None)
        assert found.watermarks == ()
        assert (found.creation_date, found.deprecation_time) == (None, None)

    def test_dates_come_as_strings_and_as_datetimes(self) -> None:
        found = ec2.image(
            {
                "ImageId": "ami-0",
                "CreationDate": "2026-01-02T03:04:05.000Z",
                "DeprecationTime": "rubbish",
                "ImageWatermarks": [{"WatermarkCreationTime": datetime(2026, 1, 1)}],  # noqa: DTZ001
            }
        )
        assert found.creation_date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert found.deprecation_time is None
        assert found.watermarks[0].watermark_creation_time == datetime(2026, 1, 1, tzinfo=UTC)

    def test_a_mark_with_members_of_another_name_is_not_read_as_one(self) -> None:
        """The User Guide's sample misspells them; `Region` is not `SourceImageRegion`."""
        found = ec2.image({"ImageId": "ami-0", "ImageWatermarks": [{"Region": HOME}]})
        assert found.watermarks == (Watermark(),)


class TestTemplateVersion:
    def test_a_version(self) -> None:
        raw = {"LaunchTemplateId": "lt-0", "LaunchTemplateName": "web", "VersionNumber": 3}
        assert ec2.template_version({**raw, "LaunchTemplateData": {}}) == TemplateVersion(
            "lt-0", "web", 3, None
        )
        assert ec2.template_version(raw) is None
        assert ec2.template_version({"LaunchTemplateData": {}, "VersionNumber": 3}) is None


def sample(name: str) -> dict[str, Any]:
    path = SAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"AWS'S OWN SAMPLES ARE NOT HERE: {path.name} was not read")
    loaded: dict[str, Any] = json.loads(path.read_text())
    response: dict[str, Any] = loaded["response"]
    return response


def test_the_documented_ancestry_ends_at_the_marketplace() -> None:
    """The sample leaves entries out between its second and last; the gap must not be bridged."""
    entries = sample("ec2.GetImageAncestry.userguide-1")["ImageAncestryEntries"]
    assert ec2.ancestry(entries[0]["ImageId"], HOME, entries) is None
    root = entries[-1]
    found = ec2.ancestry(root["ImageId"], HOME, [root])
    assert found
    assert found.end is AncestryEnd.PUBLIC_PROVIDER
    assert found.entries[0].source_image_id == "ami-9999999999EXAMPLE"


@pytest.mark.parametrize("name", ["awscli-1.46.3-1", "botocore-1.44.5-examples-1", "userguide-1"])
def test_documented_images_are_read(name: str) -> None:
    for raw in sample(f"ec2.DescribeImages.{name}")["Images"]:
        found = ec2.image(raw)
        assert (found.id, found.owner_id) == (raw["ImageId"], raw.get("OwnerId"))
        assert [mark.key for mark in found.watermarks] == [
            mark["WatermarkKey"] for mark in raw.get("ImageWatermarks", ())
        ]
