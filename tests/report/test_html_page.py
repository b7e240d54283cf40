"""The HTML report in a real browser: nothing leaves, nothing runs that is not ours, all can read it."""

import json
from pathlib import Path
from typing import Any

from assay.model import Place, Report
from assay.report.formats import html
from assay.report.formats.html_data import page_text
from assay.report.view import views
from tests.node import chromium, node, package
from tests.policy.builders import (
    HOME,
    MIDDLE,
    USER,
    ancestry,
    document,
    image,
    mark,
    subject,
    unresolved,
)
from tests.report import samples

HERE = Path(__file__).parent
PAGES = ("demo", "empty", "everything", "hostile", "many")


def written(name: str, directory: Path) -> Path:
    path = directory / f"{name}.html"
    path.write_text(html.render(samples.ALL[name](), samples.PLAIN), "utf-8")
    return path


def driven(script: str, *files: Path) -> Any:
    """What a script of this directory finds, which drives a browser through these pages."""
    package("playwright-core")
    return json.loads(node(HERE / script, chromium(), *files))


def test_pages_ask_for_nothing_run_nothing_else_and_can_be_read_by_all(tmp_path: Path) -> None:
    package("axe-core")
    found = driven("html_open.js", *(written(name, tmp_path) for name in PAGES))
    assert sorted(found) == sorted(PAGES)
    for name, page in found.items():
        assert page["requests"] == [page["url"]], name
        for what in ("console", "errors", "dialogs", "violations"):
            assert page[what] == [], (name, what)
        assert all(link.startswith(("#", "data:,")) for link in page["links"]), name
        assert not [each for each in page["attributes"] if each.startswith("on")], name
        assert not {"style", "src", "srcdoc", "action"} & set(page["attributes"]), name
        assert page["scripts"] == 1 + len(html._SCRIPTS), name
        assert page["overflow"] <= 0, f"{name} is wider than a narrow screen"
        for colours, axe in page["axe"].items():
            assert axe["violations"] == [], (name, colours)
            assert axe["passed"] > 20, (name, colours)
    elements = set(found["demo"]["elements"]) | set(found["everything"]["elements"])
    assert set(found["hostile"]["elements"]) <= elements
    for text in samples.HOSTILE.values():
        assert page_text(f'aws_instance.gone["{text}"]') in found["hostile"]["text"]
        assert any(
            page_text(f"marked 999999999999:{text}") in each for each in found["hostile"]["drawn"]
        )
    graph = found["demo"]["graph"]
    assert (graph["images"], graph["used"], graph["more"]) == (5, 4, "")
    assert graph["golden"] == ["ami-0f1a06d78f22e593a"]
    assert graph["made"] == ["CreateImage", "CopyImage", "CreateImage"]
    assert graph["crossing"] == ["into 111122223333", "into 222222222222"]
    graph = found["many"]["graph"]
    assert (graph["images"], graph["used"]) == (41, 40)
    assert graph["more"] == (
        "4,460 references with other images are not drawn. Use the filters to see them. "
        "500 references have no image with a readable lineage."
    )


def places() -> Report:
    """What can be told apart by account, Region, outcome, rule and words."""
    away, third = Place.of("eu-west-1", USER), Place.of(HOME, "333333333333")
    far = Place.of("eu-west-1", "333333333333")
    bare, good = image(), image(mark())
    return samples.reported(
        document(),
        subject(good, address="aws_instance.passes"),
        subject(bare, address="aws_instance.bare", place=away),
        subject(bare, address="module.firewall.aws_instance.vendor", place=third),
        subject(good, address="aws_instance.third", place=third),
        subject(good, address="aws_instance.far", place=far),
        unresolved(address="aws_instance.unknown"),
    )


def test_the_keyboard_alone_filters_opens_and_follows(tmp_path: Path) -> None:
    report, path = places(), tmp_path / "places.html"
    path.write_text(html.render(report, samples.PLAIN), "utf-8")
    found = driven("html_keyboard.js", path)
    steps = found["steps"]
    listed = {name: step["addresses"] for name, step in steps.items() if "addresses" in step}
    every = {verdict.subject.reference.address for verdict in report.verdicts}
    failing = {"aws_instance.bare", "module.firewall.aws_instance.vendor"}
    third = {"module.firewall.aws_instance.vendor", "aws_instance.third", "aws_instance.far"}
    assert found["errors"] == []
    assert (steps["skip"], steps["skipped"]) == ("skip", "references")
    assert set(listed["at first"]) == set(listed["cleared"]) == every
    assert set(listed["at first"][:2]) == failing
    assert listed["at first"][2] == "aws_instance.unknown"
    assert set(listed["without fail"]) == every - failing
    assert listed["found by words"] == ["module.firewall.aws_instance.vendor"]
    assert listed["nothing found"] == []
    assert set(listed["by account"]) == third
    assert listed["by account and Region"] == ["aws_instance.far"]
    assert listed["by rule"] == ["aws_instance.unknown"]
    assert steps["at first"]["status"] == "6 references"
    assert steps["found by words"]["status"] == "1 of 6 references with these filters"
    assert steps["nothing found"]["status"] == "0 of 6 references with these filters"
    assert (steps["closed"]["address"], steps["closed"]["open"]) == ("aws_instance.passes", False)
    assert steps["opened"]["open"]
    assert "golden origin" in steps["opened"]["text"]
    assert steps["followed"]["open"]
    assert steps["link"].endswith(steps["followed"]["address"])


def test_paper_shows_everything_and_without_scripts_what_does_not_pass_is_there(
    tmp_path: Path,
) -> None:
    full = tmp_path / "full.html"
    full.write_text(html.render(samples.many(150), samples.PLAIN), "utf-8")
    broken, whole = tmp_path / "broken.html", written("everything", tmp_path)
    broken.write_text(
        whole.read_text("utf-8").replace('id="verdicts">{', 'id="verdicts">'), "utf-8"
    )
    found = driven("html_paper.js", whole, full, broken)
    for name, report in (("everything", samples.of_everything()), ("full", samples.many(150))):
        page = found[name]
        every = [verdict.subject.reference.address for verdict in report.verdicts]
        results = [result for verdict in views(report) for result in verdict.results]
        messages = {result.message for result in results if result.outcome != "pass"}
        messages |= {result.rule for result in results}  # of what passed, paper has the names
        assert page["errors"] == []
        assert page["before"]["closed"] > 0
        assert page["before"]["controls"] > 0
        assert sorted(page["paper"]["addresses"]) == sorted(every)
        assert (page["paper"]["closed"], page["closedOnPaper"], page["paper"]["controls"]) == (
            0,
            0,
            0,
        )
        assert [each for each in messages if each not in page["paper"]["text"]] == []
        assert page["atOnce"] == page["paper"] | {"errors": []}
        assert page["paper"]["drawn"] == 1
        assert page["plain"]["requests"] == 1
        bad = [each for each in views(report) if each.outcome != "pass"]
        assert all(each.address in page["plain"]["text"] for each in bad)
        assert all(
            each.results[0].message in page["plain"]["text"]
            for each in bad
            if len(each.results) == 1
        )
    # At first a hundred; the group in which the hundredth stands is listed as far as it is open.
    assert 100 <= len(found["full"]["before"]["addresses"]) < 105
    assert len(found["broken"]["errors"]) == 1  # what did not pass is there all the same
    for verdict in samples.of_everything().verdicts:
        listed = verdict.subject.reference.address in found["broken"]["text"]
        assert listed == (verdict.outcome != "pass")


def alike(number: int, *, images: int) -> Report:
    """References that fail, on so many images, each of them with a lineage."""
    ids = [f"ami-0{n % images:016x}" for n in range(number)]
    return samples.reported(
        document(),
        *(
            subject(
                image(id=id), ancestry(id, MIDDLE), address=f"aws_instance.a[{n}]", file="web.tf"
            )
            for n, id in enumerate(ids)
        ),
    )


def test_paper_has_every_lineage_and_ten_failing_references_a_page(tmp_path: Path) -> None:
    """Beside the pages that any report has: the head, what rules say, what it rests on."""
    files = {}
    for name, images in (("alone", 40), ("one", 1)):
        files[name] = tmp_path / f"{name}.html"
        files[name].write_text(html.render(alike(40, images=images), samples.PLAIN), "utf-8")
    found = driven("html_paper.js", *files.values())
    for name, lineages in (("alone", 40), ("one", 1)):
        paper = found[name]["paper"]
        assert len(set(paper["addresses"])) == 40
        assert paper["text"].count("The record ends here") == lineages
        assert found[name]["pages"] <= 40 / 10 + 2
    assert len(found["alone"]["before"]["addresses"]) == 40
    assert len(found["one"]["before"]["addresses"]) == 5, "the rest of a group is collapsed"


def test_a_group_says_how_many_it_has_and_opens_where_a_link_leads(tmp_path: Path) -> None:
    path = tmp_path / "groups.html"
    path.write_text(html.render(alike(60, images=2), samples.PLAIN), "utf-8")
    found = driven("html_groups.js", path)
    assert found["errors"] == []
    assert found["first"] == {"said": "60 references", "groups": [30, 30], "listed": 10}
    assert found["followed"] == {"focus": "reference-30", "open": True, "listed": 30 + 5}
    assert found["filtered"] == {"said": "11 of 60 references with these filters", "listed": 10}
    assert found["headings"] == [
        f"{number} of 30 references in 222222222222/us-east-1" for number in (5, 6)
    ]


def test_five_thousand_verdicts_open_and_filter_without_a_long_task(tmp_path: Path) -> None:
    package("playwright-core")
    text = node(HERE / "html_speed.js", chromium(), written("many", tmp_path), "200", timeout=420)
    found = json.loads(text)
    assert found["control"] >= 200
    assert found["rows"] == 4500 + 1  # the 500 without an image are one group
    assert {what: time for what, time in found["longest"].items() if time >= 200} == {}
