"""The files that checkov loads: what they may import, what they are called, and their tables."""

import ast
import itertools
import sys
from pathlib import Path
from typing import Any

import assay_engine
import assay_report
import assay_scanned
import pytest
import yaml
from assay_families import BLIND, FAMILIES, GOLDEN, family_of
from assay_resource_types import RESOURCE_TYPES

from assay.inputs.surface import rows_by_type
from assay.model import Outcome, Severity, addresses, ids, verdicts
from assay.policy.rules import RULES
from tests import command
from tests.checkov import resource_types
from tests.checkov.running import CHECKS

MODULES = sorted(path for path in CHECKS.glob("*.py") if path.name != "__init__.py")
GRAPH_CHECKS = sorted(CHECKS.glob("*.yaml"))
OF_CHECKOV = {"assay_checks.py"}


def test_the_resource_types_are_those_of_the_surface_table() -> None:
    wanted = resource_types.text()
    assert resource_types.FILE.read_text() == wanted, "python -m tests.checkov.resource_types"
    assert set(RESOURCE_TYPES) == set(rows_by_type())


def test_the_families_are_of_rules_that_there_are_and_share_none() -> None:
    names = [name for family in FAMILIES for name in family.rules]
    assert len(names) == len(set(names))
    assert set(names) <= {rule.id for rule in RULES}
    assert {family_of(name) for name in BLIND} == {GOLDEN}
    assert {family_of(rule.id) for rule in RULES} == set(FAMILIES)


def test_what_outranks_what_and_what_decides_is_as_the_model_has_it() -> None:
    assert assay_report.WORST_FIRST == verdicts.WORST_FIRST
    for outcomes in itertools.product(Outcome, repeat=3):
        for some in (outcomes, outcomes[:1], ()):
            assert assay_report.worst(list(some)) == verdicts.worst(some)
    for outcome, severity, excepted in itertools.product(Outcome, Severity, (True, False)):
        decides = verdicts.decides(outcome, severity, excepted=excepted)
        assert assay_report.decides(outcome, severity, excepted=excepted) is decides


@pytest.mark.parametrize(
    "text",
    ["ami-0123456789abcdef0", "a ami-0123abcd, b", "image/ami-0123456789abcdef0", "ami-0123", ""],
)
def test_an_image_that_is_found_by_the_model_is_found_here(text: str) -> None:
    assert (assay_engine.AMI_ID.search(text) is not None) is any(ids.ami_ids_in(text))


@pytest.mark.parametrize("key", [None, 0, "a", 'a"b', "a.b]", "]\\"])
def test_indices_of_addresses_are_those_that_the_model_writes(key: addresses.InstanceKey) -> None:
    module = addresses.address("module.a", "module.b", key)
    address = addresses.address(module, "aws_instance.c", key)
    assert assay_scanned.bare(address) == "module.a.module.b.aws_instance.c"


def test_what_leaves_other_rules_blind_are_the_rules_of_undetermined() -> None:
    assert {rule.id for rule in RULES if not rule.configurable} | {"incomplete-plan"} == BLIND


def test_no_id_is_part_of_another() -> None:
    """checkov skips CKV_X_1 where a comment skips CKV_X_10, with plan enrichment."""
    ids = [family.id for family in FAMILIES] + [document["metadata"]["id"] for document in graphs()]
    assert len(ids) == len(set(ids))
    for one in ids:
        assert [other for other in ids if one in other] == [one]


def test_guidelines_are_urls() -> None:
    """Anything else crashes checkov's CycloneDX report."""
    guides = [family.guide for family in FAMILIES]
    guides += [document["metadata"]["guideline"] for document in graphs()]
    for guide in guides:
        assert guide.startswith("https://docs.aws.amazon.com/")
        assert guide.split() == [guide]


def test_checkov_loads_every_file_by_a_name_that_nobody_else_has() -> None:
    assert (CHECKS / "__init__.py").exists()
    assert [path for path in CHECKS.iterdir() if path.is_dir() and path.name != "__pycache__"] == []
    for path in MODULES:
        assert path.stem.startswith("assay_")
        assert path.stem not in sys.stdlib_module_names


@pytest.mark.parametrize("path", [*MODULES, CHECKS / "__init__.py"], ids=lambda path: path.stem)
def test_only_the_standard_library_checkov_and_one_another_are_imported(path: Path) -> None:
    own = {module.stem for module in MODULES}
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = {str(node.module).partition(".")[0]}
        elif isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
        else:
            continue
        foreign = names - own - sys.stdlib_module_names
        assert foreign <= ({"checkov"} if path.name in OF_CHECKOV else set()), foreign


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_and_functions_fit_on_a_screen(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            assert node.end_lineno - node.lineno < 48, node.name


def test_ignored_changes_are_looked_for_in_types_that_name_images() -> None:
    (document,) = [each for each in graphs() if each["metadata"]["id"] == "CKV2_ASSAY_2"]
    types = document["definition"]["or"][0]["and"][0]["resource_types"]
    assert set(types) <= {each for each in RESOURCE_TYPES if each.startswith("aws_")}


def test_the_command_prints_the_directory(tmp_path: Path) -> None:
    run = command.assay("checkov-dir", cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr) == (0, f"{CHECKS}\n", "")


class TestScanned:
    def test_the_file_that_checkov_shows_below_a_root(self) -> None:
        files = frozenset({"/r/a/plan.json", "/r/x/a/plan.json", "/r/plan.json", "/r/b/xplan.json"})
        assert assay_scanned.whole_path("/a/plan.json", files) == "/r/a/plan.json"
        assert assay_scanned.whole_path("/x/a/plan.json", files) == "/r/x/a/plan.json"
        assert assay_scanned.whole_path("/plan.json", files) == "/r/plan.json"
        assert assay_scanned.whole_path("/no.json", files) is None

    def test_the_root(self) -> None:
        assert assay_scanned.root_of("/r/x/a/main.tf", "/a/main.tf") == "/r/x"
        assert assay_scanned.root_of("/main.tf", "/main.tf") == "/"

    def test_an_address_without_indices(self) -> None:
        bare = assay_scanned.bare
        assert bare('module.a["x.y[0]"].aws_instance.b[3]') == "module.a.aws_instance.b"
        assert bare(r'aws_instance.b["x\"]"]') == "aws_instance.b"

    def test_a_graph_of_either_library_or_none(self) -> None:
        node = {"file_path_": "/r/main.tf", "block_type_": "resource",
                "__address__": "aws_instance.a", "resource_type": "aws_instance"}  # fmt: skip

        class Rustworkx:
            def nodes(self) -> list[object]:
                return [("hash", node), ("hash", {"file_path_": "/r/b.tf"})]

        class Networkx:
            adjacency = None

            def nodes(self, data: bool) -> list[object]:
                assert data
                return [("hash", node)]

        found = assay_scanned.vertices(Rustworkx())
        assert found.resources == (("aws_instance.a", "aws_instance"),)
        assert found.files == {"/r/main.tf", "/r/b.tf"}
        assert assay_scanned.vertices(Networkx()).files == {"/r/main.tf"}
        assert assay_scanned.vertices(None) == ((), (), frozenset())


def graphs() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text()) for path in GRAPH_CHECKS]
