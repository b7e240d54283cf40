"""`assay explain checkov` says what is so."""

import re
from pathlib import Path

from assay_families import FAMILIES, GOLDEN

from assay.cli import checkov_dir
from tests import command
from tests.checkov.environment import CHECKOV
from tests.checkov.running import CHECKS
from tests.checkov.test_table import graphs

PAGE = checkov_dir.__doc__ or ""
ELSEWHERE = {"ASSAY_CACHE_DIR", "ASSAY_NO_CACHE", "ASSAY_POLICY", "ASSAY_CATALOG"}
"""Variables of `assay check` itself."""


def test_it_is_shown(tmp_path: Path) -> None:
    run = command.assay("explain", "checkov", cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr) == (0, PAGE, "")


def test_the_families_shown_are_those_there_are() -> None:
    rows = dict(re.findall(r"^ {4}(CKV2?_ASSAY_\d)  +(.+)$", PAGE, re.MULTILINE))
    others = {family.id: family.rules for family in FAMILIES if family is not GOLDEN}
    for id, rules in others.items():
        assert set(rows.pop(id).split(", ")) == rules
    assert set(rows) == {GOLDEN.id, *(document["metadata"]["id"] for document in graphs())}


def test_the_variables_shown_are_those_that_are_read() -> None:
    code = "".join(path.read_text() for path in CHECKS.glob("*.py"))
    read = {name for name in re.findall(r'"(ASSAY_[A-Z_]+)"', code) if not name.endswith("_")}
    table = set(re.findall(r"^ {4}(ASSAY_[A-Z_]+) {2,}", PAGE, re.MULTILINE))
    assert table == read - ELSEWHERE
    assert read >= ELSEWHERE


def test_the_version_shown_is_the_one_that_is_tested() -> None:
    assert f"pipx install {CHECKOV}" in PAGE
