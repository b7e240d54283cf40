"""`assay export declarative-policy`: what its documented syntax can say, and nothing that is guessed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.command import POLICY, Run
from tests.worlds import PIPELINE

MARKED = {"ImageWatermarks": [{"WatermarkKey": f"{PIPELINE}:golden-*"}]}
DOCUMENTED: dict[str, Any] = {
    "ImageProviders": [PIPELINE, "amazon", "aws-marketplace", "aws-backup-vault"],
    "ImageNames": ["golden-*"],
    "CreationDateCondition": {"MaximumDaysSinceCreated": 300},
    "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0},
}


def export(folder: Path, *options: str, criteria: list[dict[str, Any]] | None = None) -> Run:
    (folder / "assay.yaml").write_text(POLICY)
    if criteria is not None:
        (folder / "criteria.json").write_text(json.dumps({"ImageCriteria": criteria}))
        options = ("--criteria", "criteria.json", *options)
    return command.assay("export", "declarative-policy", *options, cwd=folder)


def test_what_has_a_documented_key_is_said_in_it(tmp_path: Path) -> None:
    """The form of the example in the Organizations User Guide."""
    run = export(tmp_path, "--state", "enabled", "--message", "ask: #images", criteria=[DOCUMENTED])
    assert run.code == 0, run.stderr
    assert json.loads(run.stdout) == {
        "ec2_attributes": {
            "exception_message": {"@@assign": "ask: #images"},
            "allowed_images_settings": {
                "state": {"@@assign": "enabled"},
                "image_criteria": {
                    "criteria_1": {
                        "allowed_image_providers": {
                            "@@assign": [PIPELINE, "amazon", "aws_marketplace", "aws_backup_vault"]
                        },
                        "image_names": {"@@assign": ["golden-*"]},
                        "creation_date_condition": {
                            "maximum_days_since_created": {"@@assign": 300}
                        },
                        "deprecation_time_condition": {
                            "maximum_days_since_deprecated": {"@@assign": 0}
                        },
                    }
                },
            },
        }
    }
    assert "try audit_mode first" in run.stderr


def test_a_condition_without_a_key_costs_its_criterion(tmp_path: Path) -> None:
    codes = {"MarketplaceProductCodes": ["abc"], **DOCUMENTED}
    scanned = {"ScanResultCondition": {"MaximumSeverityLabel": "low"}, **MARKED}
    run = export(tmp_path, criteria=[MARKED, DOCUMENTED, codes, scanned])
    assert run.code == 0
    settings = json.loads(run.stdout)["ec2_attributes"]["allowed_images_settings"]
    assert settings["state"] == {"@@assign": "audit_mode"}
    assert list(settings["image_criteria"]) == ["criteria_1"]
    no_key = "the documented syntax has no key for"
    assert f"criterion 1 is left out: {no_key} watermarks\n" in run.stderr
    assert f"criterion 3 is left out: {no_key} product codes\n" in run.stderr
    assert f"criterion 4 is left out: {no_key} watermarks and scan results\n" in run.stderr
    assert "watermark" not in run.stdout


def test_whoever_wants_it_wider_is_told_what_is_missing(tmp_path: Path) -> None:
    run = export(tmp_path, "--wider", criteria=[{**DOCUMENTED, **MARKED}, MARKED])
    assert run.code == 0
    settings = json.loads(run.stdout)["ec2_attributes"]["allowed_images_settings"]
    assert settings["image_criteria"].keys() == {"criteria_1"}
    assert "criterion 1 admits more than it should" in run.stderr
    assert "criterion 2 is left out" in run.stderr


@pytest.mark.parametrize("wider", [(), ("--wider",)])
def test_a_policy_of_marks_alone_is_no_declarative_policy_yet(
    tmp_path: Path, wider: tuple[str, ...]
) -> None:
    run = export(tmp_path, *wider)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith(
        "assay: assay.yaml: no criterion can be written as a declarative policy: "
    )
    assert "no key for watermarks" in run.stderr


def test_a_file_is_written_instead(tmp_path: Path) -> None:
    run = export(tmp_path, "-o", "declared.json", criteria=[DOCUMENTED])
    assert (run.code, run.stdout) == (0, "")
    assert "ec2_attributes" in json.loads((tmp_path / "declared.json").read_text())
    assert export(tmp_path, "-o", "criteria.json", criteria=[DOCUMENTED]).code == 2
