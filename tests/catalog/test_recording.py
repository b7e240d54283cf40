"""What a recording keeps of what it was told, and what it leaves out."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from assay.catalog.decorators.recording import RecordingCatalog
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import INSTANCES, PARAMETERS, TEMPLATES
from assay.catalog.recorded import RecordedCatalog
from assay.catalog.redaction import NO_IMAGE
from assay.lookup.resolution import resolve
from assay.model import Alias, AmiId, Place, TemplateRef, TemplateVersion, Unusable, parse_image
from tests.command import talking_to
from tests.emulator import Server, serve
from tests.worlds import REGION, WORKLOAD, GoldenWorld

HERE = Place.of(REGION, WORKLOAD)
SECRET = "hunter2"
AMI = "ami-0123456789abcdef0"

VALUES = {
    SECRET: NO_IMAGE,
    f"{AMI} {SECRET}": NO_IMAGE,
    f"{AMI}\n": NO_IMAGE,
    f"{AMI},{AMI}": NO_IMAGE,
    f"ami-{SECRET}": NO_IMAGE,
    f"resolve:ssm:/{SECRET}": NO_IMAGE,
    f'"{SECRET}"': NO_IMAGE,
    f'["{AMI}", "{SECRET}"]': NO_IMAGE,
    f'{{"password": "{SECRET}"}}': NO_IMAGE,
    f'{{"image_id": "{AMI}", "password": "{SECRET}"': NO_IMAGE,
    '{"a":' * 5_000 + f'"{SECRET}"' + "}" * 5_000: NO_IMAGE,
    AMI: AMI,
    f'{{"image_id": "{AMI}", "password": "{SECRET}", "n": 1, "{SECRET}": {{"x": ["{AMI}"]}}}}': (
        f'{{"image_id":"{AMI}"}}'
    ),
    f'{{"eu": {{"image_id": "{AMI}"}}, "us": {{"password": "{SECRET}"}}}}': (
        f'{{"eu":{{"image_id":"{AMI}"}}}}'
    ),
}
"""Values of parameters, and what is kept of them."""


@pytest.fixture
def server(golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serve(golden.world) as running:
        for name, value in talking_to(running.url, WORKLOAD).items():
            monkeypatch.setenv(name, value)
        yield running


def recorded(recording: RecordingCatalog) -> bytes:
    return recording.to_json(datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize(("value", "kept"), VALUES.items(), ids=range(len(VALUES)))
def test_of_a_parameter_only_an_image_is_kept(
    golden: GoldenWorld, server: Server, value: str, kept: str
) -> None:
    golden.world.put_parameter(WORKLOAD, REGION, "/prod/db", value)
    key, live = (HERE, "/prod/db"), LiveCatalog()
    assert live.ask(PARAMETERS, [key]) == {key: value}
    recording = RecordingCatalog(live)
    assert recording.ask(PARAMETERS, [key]) == {key: value}, "who asks is told what there is"
    data = recorded(recording)
    assert SECRET not in data.decode()
    again = RecordedCatalog.load("c.json", data)
    assert again.ask(PARAMETERS, [key]) == {key: kept}
    question = (Alias("/prod/db"), HERE)
    assert resolve([question], again).of == resolve([question], live).of or kept == AMI


def test_what_stands_for_no_image_names_none() -> None:
    assert isinstance(parse_image(NO_IMAGE), Unusable)


def test_a_recording_that_holds_a_secret_is_read_and_loses_it_when_it_is_recorded_again() -> None:
    """As earlier versions wrote them."""
    old = {
        "assay_catalog": 2,
        "recorded_at": "2026-11-21T00:00:00Z",
        "places": [
            {
                "region": REGION,
                "account": WORKLOAD,
                "parameters": {"found": {"/prod/db": SECRET, "/golden": AMI}},
                "instances": {"found": {"i-1": SECRET}},
                "templates": {
                    "found": {
                        "lt-1:1": {
                            "template_id": "lt-1",
                            "name": "a",
                            "number": 1,
                            "image": SECRET,
                        },
                        "lt-1:2": {"template_id": "lt-1", "name": "a", "number": 2, "image": None},
                    }
                },
            }
        ],
    }
    before = RecordedCatalog.load("old.json", json.dumps(old).encode())
    recording = RecordingCatalog(before)
    parameters = [(HERE, name) for name in ("/prod/db", "/golden")]
    first, second = TemplateRef("lt-1", None, "1"), TemplateRef("lt-1", None, "2")

    def ask(catalog: Any) -> list[Any]:
        return [
            *catalog.ask(PARAMETERS, parameters).values(),
            *catalog.ask(INSTANCES, [(HERE, "i-1")]).values(),
            *catalog.ask(TEMPLATES, [(HERE, first), (HERE, second)]).values(),
        ]

    of_one, of_two = TemplateVersion("lt-1", "a", 1, SECRET), TemplateVersion("lt-1", "a", 2, None)
    assert ask(recording) == [SECRET, AMI, SECRET, of_one, of_two]
    data = recorded(recording)
    assert SECRET not in data.decode()
    of_one = TemplateVersion("lt-1", "a", 1, NO_IMAGE)
    after = RecordedCatalog.load("new.json", data)
    assert ask(after) == [NO_IMAGE, AMI, NO_IMAGE, of_one, of_two]
    for value in (Alias("/prod/db"), Alias("/golden"), first, second):
        assert resolve([(value, HERE)], after).of == resolve([(value, HERE)], before).of


def test_what_a_template_may_say_of_its_image_is_kept(golden: GoldenWorld, server: Server) -> None:
    alias = "resolve:ssm:/golden/web:3"
    keys = []
    for number, image in enumerate((AMI, alias)):
        template = golden.world.create_launch_template(WORKLOAD, REGION, f"t{number}", image)
        keys.append((HERE, TemplateRef(template, None, "1")))
    recording = RecordingCatalog(LiveCatalog())
    recording.ask(TEMPLATES, keys)
    answers = RecordedCatalog.load("c.json", recorded(recording)).ask(TEMPLATES, keys)
    images = [parse_image(each.image) for each in answers.values() if hasattr(each, "image")]
    assert images == [AmiId(AMI), Alias("/golden/web", "3")]
