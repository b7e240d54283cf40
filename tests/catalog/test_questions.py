"""A kind of question is a value: a new one is answered by every catalogue, and none is told of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.catalog.aws.askers import ASKERS
from assay.catalog.aws.asking import one_by_one
from assay.catalog.aws.listers import FLEET_ASKERS
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.decorators.offline import OfflineCatalog
from assay.catalog.decorators.recording import RecordingCatalog
from assay.catalog.decorators.remembering import RememberingCatalog
from assay.catalog.fleet_questions import INSTANCE_IMAGES
from assay.catalog.interface import NEVER_ASKED, Absent, Answer, Question, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import QUESTIONS, ImageKey
from assay.catalog.recorded import RecordedCatalog
from assay.errors import RecordingError
from assay.kept import Kept
from assay.model import Place
from tests.emulator import World
from tests.judging import HERE, IRELAND, Emulated, credentials
from tests.worlds import REGION, WORKLOAD

RECORDED_AT = datetime(2026, 11, 21, tzinfo=UTC)
MISSING = (HERE, "ami-0fffffffffffffff1")
NOBODYS = (Place.of(REGION, "444444444444"), "ami-0fffffffffffffff1")
FIXTURES = Path(__file__).parents[2] / "fixtures"

# ------------------------------------------------- all that a new question is: a kind, and who asks it

NAMES: Question[ImageKey, str] = Question(
    "names",
    str,
    place=lambda key: key[0],
    written=lambda key: key[1],
    kept=lambda name: name.partition(" for ")[0],
    called="a name",
)


def name_of(sdk: Sdk, key: ImageKey) -> Answer[str]:
    place, id = key
    try:
        raw = sdk.call(place, "ec2", "DescribeImages", ImageIds=[id])
    except RefusedError as refused:
        if refused.code.startswith("InvalidAMIID."):
            return Absent()
        raise
    return str(raw["Images"][0]["Name"])


ASKED_LIVE = dict([one_by_one(NAMES, name_of)])
WITH_NAMES = (*QUESTIONS, NAMES)

# -------------------------------------------------------------------------------------------------------


@pytest.fixture
def key(served: Emulated, monkeypatch: pytest.MonkeyPatch) -> ImageKey:
    credentials(monkeypatch, served.server)
    world = World()
    served.show(world)
    return HERE, world.register_image(WORKLOAD, REGION, name="web-1 for s3cret")


def live() -> LiveCatalog:
    return LiveCatalog(Sdk(), {**ASKERS, **ASKED_LIVE})


def test_a_new_question_is_answered_by_every_catalogue(key: ImageKey) -> None:
    keys = [key, MISSING, NOBODYS]
    recording = RecordingCatalog(RememberingCatalog(live(), Kept(None)), WITH_NAMES)
    answers = recording.ask(NAMES, keys)
    name, missing, nobodys = (answers[each] for each in keys)
    assert (name, missing) == ("web-1 for s3cret", Absent())
    assert isinstance(nobodys, Unavailable)
    assert "no reader for account" in nobodys.reason

    written = recording.to_json(RECORDED_AT)
    assert b"s3cret" not in written
    recorded = RecordedCatalog.load("c.json", written, WITH_NAMES)
    never = (IRELAND, key[1])
    assert recorded.ask(NAMES, [*keys, never]) == {
        key: "web-1",
        MISSING: Absent(),
        NOBODYS: nobodys,
        never: Unavailable(NEVER_ASKED),
    }
    again = RecordingCatalog(recorded, WITH_NAMES)
    again.ask(NAMES, keys)
    assert again.to_json(RECORDED_AT) == written

    offline = OfflineCatalog().ask(NAMES, keys)
    assert set(offline.values()) == {Unavailable("not checked (offline)")}


def test_a_recording_with_a_question_that_is_not_known_is_refused(key: ImageKey) -> None:
    """One of a newer assay: what it was asked would be passed over."""
    recording = RecordingCatalog(live(), WITH_NAMES)
    recording.ask(NAMES, [key])
    with pytest.raises(RecordingError, match="unknown field `names`"):
        RecordedCatalog.load("c.json", recording.to_json(RECORDED_AT))


def test_a_key_that_must_not_be_quoted_is_not() -> None:
    names = {"absent": ["s3cret"], "unavailable": {"s3cret": "denied"}}
    file = {
        "assay_catalog": 2,
        "recorded_at": "2026-11-21T00:00:00Z",
        "places": [{"region": REGION, "names": names}],
    }
    with pytest.raises(RecordingError, match=r"a name in .* has two answers") as caught:
        RecordedCatalog.load("c.json", json.dumps(file).encode(), WITH_NAMES)
    assert "s3cret" not in str(caught.value)


def test_every_question_has_a_name_of_its_own_and_an_asker() -> None:
    names = [each.name for each in QUESTIONS]
    assert len(set(names)) == len(names)
    assert set(ASKERS) == {*names}
    assert set(FLEET_ASKERS) == {INSTANCE_IMAGES.name}  # of which no recording holds anything


@pytest.mark.parametrize("case", ["demo", "template-versions"])
def test_a_recording_is_written_as_it_was_read(case: str) -> None:
    """Byte by byte: what people have recorded stays theirs, and differs by what AWS answers alone."""
    written = (FIXTURES / case / "catalog.json").read_bytes()
    recorded = RecordedCatalog.load("c.json", written)
    recording = RecordingCatalog(recorded)
    for record in recorded.file.places:
        place = Place(record.partition, record.account, record.region)
        recording._records[place] = record
    assert recording.to_json(RECORDED_AT) == written
