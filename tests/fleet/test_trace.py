"""`assay trace` of instances, from stored nights and by CloudTrail: each step says who told it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

import assay
from assay.fleet.store import Store
from assay.model import Image
from assay.model.inventory import Classified, ImageClass, ListedImage
from assay.model.places_seen import PlaceSeen, PlaceState
from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import Fault, Server, serve
from tests.test_trace import CI, HERE, IRELAND, REGIONAL, Family
from tests.worlds import AMAZON, PIPELINE, REGION, STRANGER, WORKLOAD

AS_OF = "2026-11-21T00:00:00Z"
GOLDEN = f"{PIPELINE}:golden-web"
READERS = "aws:\n  readers:\n" + "".join(
    f'    "{account}":\n      role_arn: "arn:aws:iam::{account}:role/assay-reader"\n'
    for account in (PIPELINE, REGIONAL, WORKLOAD)
)


class Estate(Family):
    """The family, with an instance of the Region's copy and one of the workload's own in Ireland."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.shared = self.world.run_instance(WORKLOAD, IRELAND, self.copy)
        self.own = self.world.run_instance(WORKLOAD, IRELAND, self.used)

    def lose(self, region: str, image_id: str) -> None:
        """Nobody is shown it any more."""
        self.hide(region, image_id)
        self.world.deregister(image_id, region)


@pytest.fixture
def estate() -> Estate:
    return Estate()


@pytest.fixture
def server(estate: Estate) -> Iterator[Server]:
    with serve(estate.world) as running:
        yield running


def trace(
    folder: Path, server: Server, what: str, *more: str, account: str = WORKLOAD, **variables: str
) -> Run:
    run = command.assay(
        "trace", what, "--as-of", AS_OF, "--format", "json", *more,
        cwd=folder, env=talking_to(server.url, account) | variables,
    )  # fmt: skip
    if run.code != 2:
        path = Path(assay.__file__).parent / "report" / "lineage.schema.json"
        schema = json.loads(path.read_text())
        Draft7Validator(schema, format_checker=FormatChecker()).validate(run.report)
    return run


def text(folder: Path, server: Server, what: str, *more: str) -> str:
    options = ("trace", what, "--as-of", AS_OF, *more)
    run = command.assay(*options, cwd=folder, env=talking_to(server.url, WORKLOAD))
    lines = [each for each in run.stdout.splitlines() if not each.startswith("stored: ")]
    assert max(map(len, lines)) <= 100
    return " ".join(run.stdout.split())


def line(run: Run) -> list[tuple[str, str | None]]:
    """Each image, and by what the next one is known."""
    return [(step["image_id"], step["edge"]) for step in run.report["lineage"]]


def sources(step: dict[str, Any], claim: str) -> list[str]:
    return [each["source"] for each in step["evidence"] if each["claim"] == claim]


def inventory(folder: Path, server: Server, *accounts: str, at: str = "2026-11-20") -> None:
    (folder / "accounts").write_text("\n".join(accounts))
    (folder / "assay.yaml").write_text(POLICY + READERS)
    run = command.assay(
        "inventory", "--accounts", "accounts", "--region", REGION, "--region", IRELAND,
        "--as-of", at, cwd=folder, env=talking_to(server.url, CI),
    )  # fmt: skip
    assert run.code in (0, 3), run.stderr
    (folder / "assay.yaml").unlink()
    server.requests.clear()


# --------------------------------------------------------------------------------------- instances


def test_an_instance_is_traced_to_its_root(estate: Estate, server: Server, tmp_path: Path) -> None:
    run = trace(tmp_path, server, estate.own, *HERE)
    assert line(run) == [
        (estate.used, "recorded"),
        (estate.copy, "recorded"),
        (estate.golden, "recorded"),
        (estate.base, None),
    ]
    told = run.report
    assert (run.code, told["traced"], told["image_id"]) == (0, estate.own, estate.used)
    assert told["instance"] == {
        "id": estate.own, "image_id": estate.used, "state": "running",
        "launch_time": told["instance"]["launch_time"],
    }  # fmt: skip
    assert [step["owner"] for step in told["lineage"]] == [WORKLOAD, REGIONAL, PIPELINE, "amazon"]
    assert [step["how"] for step in told["lineage"]] == [
        "CopyImage", "CopyImage", "CreateImage", None,
    ]  # fmt: skip
    assert told["lineage"][2]["marks"][0]["attached"] == "here"
    assert sum(server.counts().values()) == 5
    assert sources(told["lineage"][0], "source")[0] == "ec2:GetImageAncestry"
    assert all(each["at"] for step in told["lineage"] for each in step["evidence"])
    assert [(each["region"], each["state"]) for each in told["places"]] == [
        (IRELAND, "seen"), (REGION, "seen"),
    ]  # fmt: skip
    assert sum(each["calls"] for each in told["places"]) == 5


def test_an_image_that_is_gone_and_not_shared_has_its_origin(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    """The metadata of the instance has its marks; the source of a mark is an ancestor, not a parent."""
    estate.lose(IRELAND, estate.copy)
    (tmp_path / "assay.yaml").write_text(POLICY)
    run = trace(tmp_path, server, estate.shared, *HERE)
    first, golden, *_ = run.report["lineage"]
    assert line(run)[:2] == [(estate.copy, "mark"), (estate.golden, "recorded")]
    assert (first["owner"], first["state"], first["visible"]) == (REGIONAL, "deregistered", False)
    assert first["marks"][0]["golden"] is True
    assert sources(first, "image") == ["ec2:DescribeInstanceImageMetadata"]
    by_mark = first["evidence"][-1]
    assert (by_mark["claim"], by_mark["grade"]) == ("source", "mark")
    assert (golden["owner"], golden["how"], golden["visible"]) == (PIPELINE, "CreateImage", True)
    assert sum(server.counts().values()) == 5
    assert run.code == 3
    reasons = " ".join(gap["reason"] for gap in run.report["gaps"])
    assert f"the steps between {estate.copy} and {estate.golden} are not known" in reasons
    assert f"no reader for account {REGIONAL}" in reasons
    assert run.report["summary"]["edges"] == {"recorded": 1, "mark": 1, "cloudtrail": 0}
    assert run.report["end"]["complete"] is False
    shown = text(tmp_path, server, estate.shared, *HERE)
    assert f"launched from {estate.copy} on 2026-11-01, running" in shown
    assert f"│ descends, according to a watermark, from ● {estate.golden}" in shown
    assert f"evidence: ec2:DescribeInstanceImageMetadata ({WORKLOAD}/{IRELAND}, 20" in shown


def test_a_reader_asks_no_more_than_five_times(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY + READERS)
    estate.lose(IRELAND, estate.copy)
    run = trace(tmp_path, server, estate.shared, *HERE, "--account", WORKLOAD, account=CI)
    assert line(run)[0] == (estate.copy, "mark")
    assert sum(server.counts().values()) <= 5
    assert run.code == 3


@pytest.mark.parametrize("seed", range(4))
def test_five_calls_whatever_is_lost(estate: Estate, tmp_path: Path, seed: int) -> None:
    """Of each image of the line, gone or not, with CloudTrail and without."""
    lost = [image for bit, image in enumerate((estate.used, estate.copy)) if seed >> bit & 1]
    for image in lost:
        estate.lose(IRELAND, image)
    for denied in (False, True):
        if denied:
            estate.world.deny(WORKLOAD, "LookupEvents")
        with serve(estate.world) as server:
            run = trace(tmp_path, server, estate.own, *HERE)
            assert sum(server.counts().values()) <= 5
        assert run.report["lineage"][0]["watermarks"] == [GOLDEN]
        assert run.code == (3 if estate.used in lost else 0), run.stdout


def test_cloudtrail_tells_of_an_own_image_that_is_gone(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    """The one call that is left asks who made it, and is graded as what it is."""
    estate.lose(IRELAND, estate.used)
    run = trace(tmp_path, server, estate.own, *HERE)
    first = run.report["lineage"][0]
    assert line(run)[:2] == [(estate.used, "cloudtrail"), (estate.copy, "mark")]
    assert first["how"] == "CopyImage"
    event = first["evidence"][-1]
    assert (event["grade"], event["source"]) == ("cloudtrail", "cloudtrail:LookupEvents")
    assert event["at"] == "2026-11-01T00:05:00Z"
    assert event["event"]["by"] == f"arn:aws:iam::{WORKLOAD}:user/tester"
    assert sum(server.counts().values()) == 5
    assert run.code == 3


def test_an_outage_of_another_zone_costs_nothing(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    estate.world.zones_out.add((IRELAND, "b"))
    assert trace(tmp_path, server, estate.own, *HERE).code == 0


def test_an_instance_that_nobody_knows(estate: Estate, server: Server, tmp_path: Path) -> None:
    run = trace(tmp_path, server, "i-00000000", *HERE)
    assert (run.code, run.stdout) == (2, "")
    assert f"EC2 shows no i-00000000 in {WORKLOAD}/{IRELAND}" in run.stderr
    assert sum(server.counts().values()) == 3  # the last for what it may have been


def test_a_denial_names_the_place(estate: Estate, server: Server, tmp_path: Path) -> None:
    estate.world.deny(WORKLOAD, "DescribeInstanceImageMetadata")
    run = trace(tmp_path, server, estate.own, *HERE)
    (place,) = run.report["places"]
    assert (run.code, place["state"], place["account"]) == (3, "denied", WORKLOAD)
    assert "the reader needs ec2:DescribeInstanceImageMetadata" in place["reason"]
    assert run.report["summary"]["not_seen_places"] == 1


@pytest.mark.parametrize("wrong", ["i-xyz", "lt-00000000", "web", "i-0123456789abcdefg"])
def test_an_id_of_another_form_is_a_wrong_question(tmp_path: Path, wrong: str) -> None:
    run = command.assay("trace", wrong, *HERE, cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert (
        f"{wrong!r} is neither an AMI id nor an instance id; write ami- or i- followed by"
        in run.stderr
    )


# ------------------------------------------------------------------------------------ stored nights


def test_a_night_fills_what_is_not_shown(estate: Estate, server: Server, tmp_path: Path) -> None:
    inventory(tmp_path, server, REGIONAL, WORKLOAD)
    estate.world.deny(WORKLOAD, "GetImageAncestry", "LookupEvents")
    estate.lose(IRELAND, estate.copy)
    alone = trace(tmp_path, server, estate.used, *HERE, ASSAY_STORE="none")
    assert (line(alone)[:2], alone.code) == ([(estate.used, "recorded"), (estate.copy, "mark")], 3)
    for options, variables in (
        ((), {}),
        (("--store", "inventory"), {}),
        ((), {"ASSAY_STORE": "inventory"}),
    ):
        run = trace(tmp_path, server, estate.used, *HERE, *options, **variables)
        assert [edge for _, edge in line(run)] == ["recorded", "recorded", "recorded", None]
        assert run.code == 0
        gone = run.report["lineage"][1]
        assert (gone["owner"], gone["how"], gone["visible"]) == (REGIONAL, "CopyImage", False)
        assert gone["marks"][0]["carried"] is True
        assert {(e["claim"], e["source"], e["account"]) for e in gone["evidence"]} == {
            ("image", "night 2026-11-20", REGIONAL),
            ("source", "night 2026-11-20", REGIONAL),
        }
        assert all(each["grade"] == "recorded" for each in gone["evidence"])
        assert run.report["night"]["date"] == "2026-11-20"
        assert (REGIONAL, IRELAND) in {(p["account"], p["region"]) for p in run.report["places"]}
    for name in ("mermaid", "dot"):
        picture = command.assay(
            "trace", estate.used, *HERE, "--format", name,
            cwd=tmp_path, env=talking_to(server.url, WORKLOAD),
        ).stdout.replace("#40;", "(").replace("#41;", ")").replace("#47;", "/")  # fmt: skip
        assert f"according to night 2026-11-20, {REGIONAL}/{IRELAND}" in picture
        assert "CopyImage (night 2026-11-20)" in picture
    shown = text(tmp_path, server, estate.used, *HERE)
    assert f"evidence: night 2026-11-20 ({REGIONAL}/{IRELAND}, 20" in shown
    assert "stored: night 2026-11-20 of " in shown


def test_the_past_is_asked_alone(estate: Estate, server: Server, tmp_path: Path) -> None:
    inventory(tmp_path, server, PIPELINE, REGIONAL, WORKLOAD)
    inventory(tmp_path, server, WORKLOAD, at="2026-11-22")
    for image in (estate.used, estate.copy):
        estate.lose(IRELAND, image)
    run = trace(tmp_path, server, estate.used, "--night", "2026-11-20")
    assert line(run)[:3] == [
        (estate.used, "recorded"), (estate.copy, "recorded"), (estate.golden, "recorded"),
    ]  # fmt: skip
    assert server.counts() == {}
    assert run.report["region"] == IRELAND
    assert run.report["lineage"][0]["visible"] is None
    assert run.report["catalog"]["kind"] == "offline"
    # Amazon's base stands in nobody's listing, and EC2's record ends with it
    assert (run.code, run.report["end"]["reason"]) == (0, "public provider")
    base = run.report["lineage"][-1]
    assert (base["image_id"], base["owner"]) == (estate.base, "amazon")
    assert sources(base, "image") == ["night 2026-11-20"]
    shown = text(tmp_path, server, estate.used, "--night", "2026-11-20")
    assert "not followed further" not in shown
    assert shown.startswith(f"{estate.used} in {IRELAND} ")
    assert "answers from: that night alone (AWS was not asked)" in shown
    assert "offline" not in shown
    assert "public provider: EC2's record ends at a public image of amazon" in shown
    later = trace(tmp_path, server, estate.used, "--night", "2026-11-22")
    assert line(later)[0] == (estate.used, "recorded")
    by_instance = trace(tmp_path, server, estate.own, "--night", "2026-11-20")
    assert [id for id, _ in line(by_instance)] == [id for id, _ in line(run)]
    assert by_instance.report["instance"]["id"] == estate.own
    assert sources(by_instance.report["lineage"][0], "image") == ["night 2026-11-20"]


def test_what_no_night_has(estate: Estate, server: Server, tmp_path: Path) -> None:
    inventory(tmp_path, server, WORKLOAD)
    for what in ("ami-00000000", "i-00000000"):
        run = trace(tmp_path, server, what, "--night", "2026-11-20")
        assert (run.code, run.stdout) == (2, "")
        assert f"has no {what}" in run.stderr
    missing = trace(tmp_path, server, estate.used, *HERE, "--night", "2026-11-19")
    assert missing.code == 2
    assert "has no night 2026-11-19; the nearest night is 2026-11-20" in missing.stderr
    assert server.counts() == {}


def test_a_store_that_somebody_names_has_to_be_one(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    run = trace(tmp_path, server, estate.used, *HERE, "--store", "nothing")
    assert run.code == 2
    assert "holds no night; run assay inventory first" in run.stderr
    (tmp_path / "inventory").mkdir()
    assert trace(tmp_path, server, estate.used, *HERE).code == 0


def test_a_damaged_store_is_told_where_anything_is_missing(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    night = tmp_path / "inventory" / "night=2026-11-20"
    night.mkdir(parents=True)
    (night / "places.parquet").write_bytes(b"no parquet")
    estate.world.deny(WORKLOAD, "GetImageAncestry", "LookupEvents")
    whole = trace(tmp_path, server, estate.used, *HERE)
    assert (whole.code, whole.report["gaps"]) == (0, [])
    estate.hide(IRELAND, estate.copy)
    run = trace(tmp_path, server, estate.used, *HERE)
    assert run.code == 3
    assert any("cannot be read" in gap["reason"] for gap in run.report["gaps"])
    named = trace(tmp_path, server, estate.used, *HERE, "--store", "inventory")
    assert named.code == 2


def test_an_instance_that_has_ended_is_remembered(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    inventory(tmp_path, server, REGIONAL, WORKLOAD)
    del estate.world.instances[estate.own]
    run = trace(tmp_path, server, estate.own, *HERE)
    assert run.report["image_id"] == estate.used
    assert sources(run.report["lineage"][0], "image") == ["ec2:DescribeImages"]
    assert any("EC2 shows no" in gap["reason"] for gap in run.report["gaps"])
    assert sum(server.counts().values()) <= 5
    elsewhere = trace(tmp_path, server, estate.own, *HERE, account=STRANGER)
    assert elsewhere.report["account"] == WORKLOAD
    assert f"EC2 shows no {estate.own} in {STRANGER}" in elsewhere.report["gaps"][0]["reason"]


NIGHT = date(2026, 11, 20)
READ = datetime(2026, 11, 20, 3, tzinfo=UTC)


def stored(folder: Path, *images: Image) -> None:
    """A night of one place, and one that was denied."""
    store = Store(folder / "inventory")
    place = PlaceSeen(WORKLOAD, IRELAND, PlaceState.SEEN, images=len(images), seen_at=READ)
    listed = [
        Classified(
            WORKLOAD, IRELAND, ListedImage(each), shared=False, kind=ImageClass.UNKNOWN, why=""
        )
        for each in images
    ]
    store.write(NIGHT, place, listed, ())
    lost = PlaceSeen(STRANGER, IRELAND, PlaceState.DENIED, "may not", seen_at=READ)
    store.finish(NIGHT, [place, lost])


def test_a_line_that_bites_its_tail_ends(tmp_path: Path) -> None:
    ids = ("ami-00000001", "ami-00000002")
    images = [
        Image(id, owner_id=WORKLOAD, source_image_id=other, source_image_region=IRELAND)
        for id, other in (ids, ids[::-1])
    ]
    stored(tmp_path, *images)
    options = ("trace", ids[0], "--night", "2026-11-20", "--format", "json")
    run = command.assay(*options, cwd=tmp_path)
    assert run.code == 3
    assert [step["image_id"] for step in run.report["lineage"]] == [*ids]
    assert "is recorded as its own ancestor" in run.report["end"]["text"]
    # What the night did not see may be what is missing
    assert [(p["account"], p["state"]) for p in run.report["places"]] == [
        (WORKLOAD, "seen"), (STRANGER, "denied"),
    ]  # fmt: skip


def test_a_night_that_contradicts_ec2_is_not_believed(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    other = Image(estate.copy, owner_id=REGIONAL, source_image_id="ami-00000009", source_image_region=IRELAND)  # fmt: skip
    stored(tmp_path, other)
    estate.hide(IRELAND, estate.copy)
    run = trace(tmp_path, server, estate.used, *HERE)
    assert [id for id, _ in line(run)] == estate.line
    assert any("names ami-00000009 as the source" in gap["reason"] for gap in run.report["gaps"])


# ---------------------------------------------------------------------------------------- CloudTrail


def test_who_registered_an_image_is_told_by_cloudtrail(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    snapshots = ["snap-00000001"]
    image = estate.world.register_image(WORKLOAD, IRELAND, name="r", snapshots=snapshots)
    run = trace(tmp_path, server, image, *HERE)
    (step,) = run.report["lineage"]
    assert (step["how"], run.code, run.report["end"]["reason"]) == (
        "RegisterImage", 0, "no recorded source",
    )  # fmt: skip
    assert (
        "CloudTrail says that RegisterImage made it of snap-00000001" in (run.report["end"]["text"])
    )
    estate.world.deny(WORKLOAD, "LookupEvents")
    run = trace(tmp_path, server, image, *HERE)
    assert (run.code, run.report["lineage"][0]["how"]) == (0, None)
    (gap,) = run.report["gaps"]
    assert gap["reason"].startswith(f"cloudtrail:LookupEvents in {IRELAND}: denied")
    assert (gap["account"], gap["region"]) == (WORKLOAD, IRELAND)


def test_an_image_that_is_gone_is_followed_through_the_instance_it_was_made_of(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    made = estate.world.create_image(WORKLOAD, IRELAND, estate.own, name="made")
    estate.world.deregister(made, IRELAND)
    run = trace(tmp_path, server, made, *HERE)
    assert line(run)[:3] == [
        (made, "cloudtrail"), (estate.used, "recorded"), (estate.copy, "recorded"),
    ]  # fmt: skip
    first = run.report["lineage"][0]
    assert (first["how"], first["owner"], first["visible"]) == ("CreateImage", None, False)
    # Whose it was, and how it was marked, nobody told
    assert run.code == 3
    del estate.world.instances[estate.own]
    assert line(trace(tmp_path, server, made, *HERE)) == line(run)
    mermaid = command.assay(
        "trace", made, *HERE, "--as-of", AS_OF, "--format", "mermaid",
        cwd=tmp_path, env=talking_to(server.url, WORKLOAD),
    )  # fmt: skip
    assert "CreateImage #40;CloudTrail#41;" in mermaid.stdout


def test_a_reader_of_the_owner_asks_its_history(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY + READERS)
    estate.lose(IRELAND, estate.copy)
    estate.world.deny(WORKLOAD, "GetImageAncestry")
    stored(tmp_path, Image(estate.copy, owner_id=REGIONAL, state="available"))
    events = [each for each in estate.world.events if each.account == REGIONAL]
    assert [each.name for each in events] == ["CopyImage"]
    run = trace(tmp_path, server, estate.used, *HERE, "--account", WORKLOAD, account=CI)
    # The night knows of no source, an event of the owner's names one
    assert line(run)[:3] == [
        (estate.used, "recorded"), (estate.copy, "cloudtrail"), (estate.golden, "recorded"),
    ]  # fmt: skip
    asked = {call.account for call in server.calls("LookupEvents")}
    assert asked == {REGIONAL}
    assert run.report["lineage"][1]["how"] == "CopyImage"


def test_what_is_too_long_ago_is_not_asked(estate: Estate, server: Server, tmp_path: Path) -> None:
    image = estate.world.register_image(WORKLOAD, IRELAND, name="r")
    run = trace(tmp_path, server, image, *HERE, "--as-of", "2027-11-21T00:00:00Z")
    assert server.calls("LookupEvents") == []
    assert "before the 90 days that CloudTrail keeps" in run.report["gaps"][0]["reason"]
    assert run.code == 0


def test_a_fault_of_cloudtrail_loses_nothing_else(estate: Estate, tmp_path: Path) -> None:
    estate.lose(IRELAND, estate.used)

    def broken(call: Any) -> Fault | None:
        return Fault(500, "InternalError") if call.operation == "LookupEvents" else None

    with serve(estate.world, broken) as server:
        run = trace(tmp_path, server, estate.used, *HERE, AWS_MAX_ATTEMPTS="1")
    assert (run.code, run.report["lineage"]) == (3, [])
    assert run.report["end"]["reason"] == "not-visible"
    assert any("cloudtrail:LookupEvents" in gap["reason"] for gap in run.report["gaps"])
    assert AMAZON not in run.stdout


def test_where_the_calls_are_used_up_the_line_is_not_followed_further_and_says_why(
    estate: Estate, server: Server, tmp_path: Path
) -> None:
    """A reader takes two of the five: whatever is drawn then is neither hidden nor refused."""
    (tmp_path / "assay.yaml").write_text(POLICY + READERS)
    estate.lose(IRELAND, estate.copy)
    asked = ("trace", estate.shared, *HERE, "--account", WORKLOAD, "--as-of", AS_OF)
    spent = "the 5 calls for an instance are used up"
    run = trace(tmp_path, server, *asked[1:], account=CI)
    assert run.code == 3
    assert {step["unseen"] for step in run.report["lineage"]} == {"not followed further"}
    assert run.report["end"]["text"] == f"not followed further: {spent}"
    reasons = [gap["reason"] for gap in run.report["gaps"]]
    assert f"{estate.golden} was not looked up: {spent}" in reasons
    drawn = {
        form: command.assay(
            *asked, "--format", form, cwd=tmp_path, env=talking_to(server.url, CI)
        ).stdout
        for form in ("text", "mermaid", "dot")
    }
    assert f"╵ not followed further: {spent}" in drawn["text"]
    assert "could not be looked up" not in drawn["text"]
    assert drawn["mermaid"].count(":::passed") == 1
    assert "style n1 stroke-dasharray:1 3" in drawn["mermaid"]
    assert ":::hidden" not in drawn["mermaid"]
    for form in ("mermaid", "dot"):  # what an instance or a night describes lacks nothing
        lines = drawn[form].splitlines()
        (node,) = [each for each in lines if each.lstrip().startswith(("n0[", "n0 ["))]
        assert "not followed further" not in node
    assert drawn["dot"].count("dotted") == 3  # both images, and the line to the reason
    assert 'style="filled,dotted"' in drawn["dot"]
    assert "dashed" not in drawn["dot"]
