"""Pictures of lineages, drawn by Mermaid itself in a browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assay.report.formats import markdown
from assay.report.safe import safe
from assay.report.view import views
from tests import command
from tests.node import chromium, node, package
from tests.report import samples

DRAW = Path(__file__).parents[1] / "node" / "draw.js"
_BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def drawn(diagrams: list[str], folder: Path) -> list[dict[str, Any]]:
    """What is to be seen of each diagram; nothing else may be there."""
    package("mermaid"), package("playwright-core")
    (folder / "diagrams.json").write_text(json.dumps(diagrams))
    found: list[dict[str, Any]] = json.loads(node(DRAW, chromium(), folder / "diagrams.json"))
    for each in found:
        assert each["error"] is None
        assert (each["links"], each["handlers"]) == (0, 0)
    return found


def words(labels: list[str]) -> set[str]:
    """The lines of all labels, however the browser breaks them."""
    return {re.sub(r"\s+", " ", line).strip() for label in labels for line in label.split("\n")}


@pytest.mark.parametrize("name", ["demo", "everything", "hostile"])
def test_pictures_in_the_report_are_drawn_and_say_what_they_should(
    name: str, tmp_path: Path
) -> None:
    report = samples.ALL[name]()
    diagrams = _BLOCK.findall(markdown.render(report, samples.PLAIN))
    assert diagrams
    seen = words([label for each in drawn(diagrams, tmp_path) for label in each["labels"]])
    for shown in views(report):
        if shown.outcome != "pass":
            for step in shown.lineage:
                assert step.image_id in seen
                assert not step.end or re.sub(r"\s+", " ", safe(step.end)).strip() in seen
                for key in step.marked:
                    assert re.sub(r"\s+", " ", safe(f"first marked {key}")).strip() in seen


def test_assay_trace_is_drawn(tmp_path: Path) -> None:
    demo = samples.DEMO
    plan = json.loads((demo / "plan.json").read_text())
    for name, variable in (("golden", "web_ami"), ("home made", "legacy_ami")):
        image = plan["variables"][variable]["value"]
        run = command.assay(
            "trace", image, "--catalog", demo / "catalog.json", "--policy", demo / "policy.yaml",
            "--region", "us-east-1", "--format", "mermaid", cwd=tmp_path,
        )  # fmt: skip
        assert run.code == 0, (name, run.stderr)
        [found] = drawn([run.stdout], tmp_path)
        assert image in words(found["labels"])
        assert "owner 222222222222" in words(found["labels"])


def test_a_broken_diagram_would_be_noticed(tmp_path: Path) -> None:
    package("mermaid"), package("playwright-core")
    clicks = 'flowchart TD\n  n0["x"]\n  click n0 "javascript:alert(1)"\n'
    (tmp_path / "bad.json").write_text(json.dumps(['flowchart TD\n  n0["x', clicks]))
    broken, clickable = json.loads(node(DRAW, chromium(), tmp_path / "bad.json"))
    assert broken["error"]
    assert clickable["links"] or clickable["handlers"]
