"""Whose credentials look at which account, over HTTP."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from assay.catalog.aws.once import Once
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.decorators.recording import RecordingCatalog
from assay.catalog.interface import Absent, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import ANCESTRY, IDENTITIES, IMAGES, INSTANCES, PARAMETERS, TEMPLATES
from assay.catalog.recorded import RecordedCatalog
from assay.errors import CredentialsError
from assay.model import (
    CommonReader,
    Identity,
    Image,
    Place,
    Reader,
    Readers,
    TemplateRef,
    TemplateVersion,
)
from tests.catalog.test_live import credentials
from tests.emulator import Fault, RawFault, Request, Server, serve
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

CI = "444444444444"
"""The caller's own account; sees nothing of the others'."""
EXTERNAL_ID = "s3cret-external-id"
BY_ACCOUNT = {
    WORKLOAD: Reader(f"arn:aws:iam::{WORKLOAD}:role/path/assay-reader", EXTERNAL_ID),
    PIPELINE: Reader(f"arn:aws:iam::{PIPELINE}:role/assay-reader"),
}
READERS = Readers(BY_ACCOUNT)
MINE, UNTOLD = Place.of(REGION, CI), Place.of(REGION)
THEIRS, PIPELINES = Place.of(REGION, WORKLOAD), Place.of(REGION, PIPELINE)
IRELAND, NOBODYS = Place.of("eu-west-1", WORKLOAD), Place.of(REGION, STRANGER)


def catalog(readers: Readers = READERS) -> LiveCatalog:
    return LiveCatalog(Sdk(readers))


@pytest.fixture
def server(golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serve(golden.world) as running:
        credentials(monkeypatch, running, CI)
        yield running


def lookups(server: Server) -> set[str | None]:
    """The accounts whose eyes looked at anything but themselves."""
    return {request.account for request in server.requests if request.service != "sts"}


def test_each_account_is_seen_with_its_readers_eyes(golden: GoldenWorld, server: Server) -> None:
    private = golden.home_made(WORKLOAD)
    keys = [(place, private) for place in (MINE, UNTOLD, THEIRS, PIPELINES)]
    answers = catalog().ask(IMAGES, keys)
    assert isinstance(answers[THEIRS, private], Image)
    for place in (MINE, UNTOLD, PIPELINES):
        assert isinstance(answers[place, private], Absent)
    assert lookups(server) == {CI, WORKLOAD, PIPELINE}


def test_the_role_is_the_policys_with_its_external_id(server: Server) -> None:
    catalog().ask(IMAGES, [(THEIRS, "ami-0aaaaaaaaaaaaaaaa"), (PIPELINES, "ami-0aaaaaaaaaaaaaaaa")])
    asked = {request.params["RoleArn"]: request for request in server.calls("AssumeRole")}
    assert set(asked) == {reader.role_arn for reader in BY_ACCOUNT.values()}
    assert {request.account for request in asked.values()} == {CI}
    for reader in BY_ACCOUNT.values():
        params = asked[reader.role_arn].params
        assert params["RoleSessionName"] == "assay"
        assert params.get("ExternalId") == reader.external_id


def test_every_question_goes_with_the_same_eyes(golden: GoldenWorld, server: Server) -> None:
    golden.world.put_parameter(WORKLOAD, REGION, "/golden", golden.golden)
    template = TemplateRef(
        golden.world.create_launch_template(WORKLOAD, REGION, "web", golden.golden), None, "1"
    )
    instance = golden.world.run_instance(WORKLOAD, REGION, golden.golden)
    asked = catalog()
    assert asked.ask(PARAMETERS, [(THEIRS, "/golden")])[THEIRS, "/golden"] == golden.golden
    assert isinstance(asked.ask(TEMPLATES, [(THEIRS, template)])[THEIRS, template], TemplateVersion)
    assert asked.ask(INSTANCES, [(THEIRS, instance)])[THEIRS, instance] == golden.golden
    assert not isinstance(
        asked.ask(ANCESTRY, [(THEIRS, golden.golden)])[THEIRS, golden.golden], Absent | Unavailable
    )
    assert lookups(server) == {WORKLOAD}


def test_sessions_are_opened_once_however_many_ask(golden: GoldenWorld, server: Server) -> None:
    ids = golden.many_copies(40)
    asked = catalog()
    asked.ask(ANCESTRY, [(place, id) for id in ids for place in (THEIRS, IRELAND, MINE)])
    asked.ask(IMAGES, [(THEIRS, id) for id in ids])
    assert len(server.calls("AssumeRole")) == 1
    assert [request.account for request in server.calls("GetCallerIdentity")] == [CI, WORKLOAD]


def test_the_callers_own_account_needs_no_reader(golden: GoldenWorld, server: Server) -> None:
    own = Readers({CI: Reader(f"arn:aws:iam::{CI}:role/assay-reader")})
    for readers in (Readers(), own, Readers({}, CommonReader("assay-reader"))):
        answers = catalog(readers).ask(IMAGES, [(MINE, golden.base)])
        assert isinstance(answers[MINE, golden.base], Image)
    assert not server.calls("AssumeRole")


def test_without_a_place_of_its_own_nobody_is_asked_who_they_are(
    golden: GoldenWorld, server: Server
) -> None:
    catalog().ask(IMAGES, [(UNTOLD, golden.base)])
    assert [request.operation for request in server.requests] == ["DescribeImages"]


def test_an_account_without_a_reader_is_not_looked_at(golden: GoldenWorld, server: Server) -> None:
    """Public images would be seen with anybody's eyes: not even those are looked up."""
    asked = catalog(Readers({PIPELINE: BY_ACCOUNT[PIPELINE]}))
    keys = [(NOBODYS, golden.base), (THEIRS, golden.base), (MINE, golden.base)]
    answers = asked.ask(IMAGES, keys)
    assert answers[NOBODYS, golden.base] == Unavailable(
        f"no reader for account {STRANGER}: add one to the policy's aws.readers"
    )
    assert isinstance(answers[THEIRS, golden.base], Unavailable)
    assert isinstance(answers[MINE, golden.base], Image)
    assert len(server.calls("DescribeImages")) == 1
    assert lookups(server) == {CI}
    assert not server.calls("AssumeRole")


ALL = Readers({PIPELINE: BY_ACCOUNT[PIPELINE]}, CommonReader("team/assay-reader", "of-all-others"))
"""A reader of one account, and one of all others."""


def test_the_reader_of_all_others_is_a_role_of_each_in_its_own_partition(
    golden: GoldenWorld, server: Server
) -> None:
    private = golden.home_made(WORKLOAD)
    places = (MINE, THEIRS, IRELAND, PIPELINES, NOBODYS)
    answers = catalog(ALL).ask(IMAGES, [(place, private) for place in places])
    assert isinstance(answers[THEIRS, private], Image)
    assert lookups(server) == {CI, WORKLOAD, PIPELINE, STRANGER}
    common = {"RoleSessionName": "assay", "ExternalId": "of-all-others"}
    asked = [dict(request.params) for request in server.calls("AssumeRole")]
    assert sorted(
        ({k: v for k, v in each.items() if k not in ("Action", "Version")} for each in asked),
        key=lambda each: str(each["RoleArn"]),
    ) == [
        {"RoleArn": BY_ACCOUNT[PIPELINE].role_arn, "RoleSessionName": "assay"},
        {"RoleArn": f"arn:aws:iam::{WORKLOAD}:role/team/assay-reader", **common},
        {"RoleArn": f"arn:aws:iam::{STRANGER}:role/team/assay-reader", **common},
    ]


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_its_arn_has_the_partition_of_the_place(
    server: Server, region: str, partition: str
) -> None:
    place = Place.of(region, WORKLOAD)
    assert isinstance(catalog(ALL).ask(IDENTITIES, [place])[place], Identity)
    (assumed,) = server.calls("AssumeRole")
    assert assumed.params["RoleArn"] == f"arn:{partition}:iam::{WORKLOAD}:role/team/assay-reader"


def test_every_kind_of_question_is_refused_alike(server: Server) -> None:
    asked, ref, id = catalog(Readers()), TemplateRef(None, "web", "1"), "ami-0aaaaaaaaaaaaaaaa"
    answers: list[Any] = [
        asked.ask(IMAGES, [(NOBODYS, id)])[NOBODYS, id],
        asked.ask(ANCESTRY, [(NOBODYS, id)])[NOBODYS, id],
        asked.ask(PARAMETERS, [(NOBODYS, "/x")])[NOBODYS, "/x"],
        asked.ask(TEMPLATES, [(NOBODYS, ref)])[NOBODYS, ref],
        asked.ask(INSTANCES, [(NOBODYS, "i-0")])[NOBODYS, "i-0"],
        asked.ask(IDENTITIES, [NOBODYS])[NOBODYS],
    ]
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert lookups(server) == set()


def refusing(role: str, fault: Fault | RawFault) -> Any:
    def refuse(request: Request) -> Fault | RawFault | None:
        asked = request.operation == "AssumeRole"
        return fault if asked and role in request.params["RoleArn"] else None

    return refuse


WITHOUT_SECRET = (
    b'<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
    b"<Credentials><AccessKeyId>ASIA2222222222220000</AccessKeyId></Credentials>"
    b"</AssumeRoleResult></AssumeRoleResponse>"
)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(403, "AccessDenied", EXTERNAL_ID), "denied (AccessDenied); the caller needs sts"),
        (Fault(400, "InvalidIdentityToken", EXTERNAL_ID), "refused (InvalidIdentityToken)"),
        (Fault(503, "Throttling"), "throttled"),
        (RawFault(502, b"<html>s3cret</html>"), "502"),
        (RawFault(200, b""), ""),
        (RawFault(200, WITHOUT_SECRET, "text/xml"), "without credentials"),
        (RawFault(200, b"<AssumeRoleResponse/>", "text/xml"), ""),
    ],
)
def test_a_role_that_cannot_be_assumed_costs_only_its_account(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch, fault: Fault | RawFault, said: str
) -> None:
    keys = [(place, id) for place in (THEIRS, PIPELINES, MINE) for id in golden.many_copies(3)]
    with serve(golden.world, refusing(WORKLOAD, fault)) as server:
        credentials(monkeypatch, server, CI)
        answers = catalog().ask(IMAGES, keys)
        assert lookups(server) == {CI, PIPELINE}
        assert len(server.calls("AssumeRole")) == 2
    for (place, _), answer in answers.items():
        if place is not THEIRS:
            assert not isinstance(answer, Unavailable)
            continue
        assert isinstance(answer, Unavailable)
        assert said in answer.reason
        assert f"account {WORKLOAD}" in answer.reason
        assert "s3cret" not in answer.reason
        assert "assay-reader" not in answer.reason


@pytest.mark.parametrize("readers", [READERS, ALL])
def test_a_reader_that_answers_as_somebody_else_is_refused(
    golden: GoldenWorld, server: Server, monkeypatch: pytest.MonkeyPatch, readers: Readers
) -> None:
    real = golden.world.assume_role
    elsewhere = f"arn:aws:iam::{STRANGER}:role/assay-reader"
    monkeypatch.setattr(golden.world, "assume_role", lambda _, name: real(elsewhere, name))
    asked = catalog(readers)
    answer = asked.ask(IMAGES, [(THEIRS, golden.golden)])[THEIRS, golden.golden]
    assert isinstance(answer, Unavailable)
    assert "the reader role belongs to another account" in answer.reason
    assert isinstance(asked.ask(IDENTITIES, [THEIRS])[THEIRS], Unavailable)
    assert lookups(server) == set()


def test_a_reader_that_will_not_say_who_it_is_is_refused(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(request: Request) -> Fault | None:
        asked = (request.operation, request.account) == ("GetCallerIdentity", WORKLOAD)
        return Fault(403, "AccessDenied") if asked else None

    with serve(golden.world, silent) as server:
        credentials(monkeypatch, server, CI)
        answer = catalog().ask(IMAGES, [(THEIRS, golden.golden)])[THEIRS, golden.golden]
        assert lookups(server) == set()
    assert isinstance(answer, Unavailable)


def test_where_the_caller_is_unknown_only_readers_look(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who the caller is cannot be told: no account is taken to be theirs."""

    def anonymous(request: Request) -> Fault | None:
        asked = (request.operation, request.account) == ("GetCallerIdentity", CI)
        return Fault(403, "AccessDenied") if asked else None

    with serve(golden.world, anonymous) as server:
        credentials(monkeypatch, server, CI)
        keys = [(place, golden.base) for place in (THEIRS, MINE, UNTOLD)]
        answers = catalog().ask(IMAGES, keys)
        assert len(server.calls("GetCallerIdentity")) == 2
    assert isinstance(answers[THEIRS, golden.base], Image)
    assert isinstance(answers[MINE, golden.base], Unavailable)
    assert isinstance(answers[UNTOLD, golden.base], Image)


def test_identities_are_the_callers_or_the_readers(server: Server) -> None:
    asked = catalog()
    found = asked.ask(IDENTITIES, [UNTOLD, Place.of("eu-west-1"), MINE, THEIRS, IRELAND, NOBODYS])
    by_place = {
        place: answer.account if isinstance(answer, Identity) else None
        for place, answer in found.items()
    }
    assert by_place == {
        UNTOLD: CI,
        Place.of("eu-west-1"): CI,
        MINE: CI,
        THEIRS: WORKLOAD,
        IRELAND: WORKLOAD,
        NOBODYS: None,
    }
    calls = sorted(request.account or "" for request in server.calls("GetCallerIdentity"))
    assert calls == [WORKLOAD, CI]


def test_without_credentials_there_is_no_verdict() -> None:
    with pytest.raises(CredentialsError, match="no usable AWS credentials"):
        catalog().ask(IMAGES, [(THEIRS, "ami-0aaaaaaaaaaaaaaaa")])


def test_a_recording_of_several_accounts_replays(golden: GoldenWorld, server: Server) -> None:
    private = golden.home_made(WORKLOAD)
    recording = RecordingCatalog(catalog())
    places = (MINE, THEIRS, PIPELINES, NOBODYS)
    keys = [(place, private) for place in places]
    live = recording.ask(IMAGES, keys)
    identity = recording.ask(IDENTITIES, [UNTOLD])[UNTOLD]
    written = recording.to_json(datetime(2026, 11, 21, tzinfo=UTC))
    replayed = RecordedCatalog.load("c.json", written)
    assert replayed.ask(IMAGES, keys) == live
    assert replayed.ask(IDENTITIES, [UNTOLD])[UNTOLD] == identity
    assert isinstance(live[THEIRS, private], Image)
    assert isinstance(live[NOBODYS, private], Unavailable)
    for secret in (EXTERNAL_ID, "ASIA", "session-token", "role/"):
        assert secret not in written.decode()


def test_the_caller_of_a_recording_stays_known_beside_readers(server: Server) -> None:
    recording = RecordingCatalog(catalog())
    live = recording.ask(IDENTITIES, [UNTOLD, THEIRS, MINE, PIPELINES, NOBODYS])
    written = recording.to_json(datetime(2026, 11, 21, tzinfo=UTC))
    assert RecordedCatalog.load("c.json", written).ask(IDENTITIES, list(live)) == live


class TestOnce:
    def test_threads_that_want_the_same_wait_for_it(self) -> None:
        once: Once[int] = Once(patience=5)
        calls: list[int] = []
        gate = threading.Event()

        def find_out() -> int:
            gate.wait(5)
            calls.append(1)
            return 7

        with ThreadPoolExecutor(8) as pool:
            found = [pool.submit(once.get, "key", f"r{n % 3}", find_out) for n in range(8)]
            gate.set()
            assert {future.result() for future in found} == {7}
        assert calls == [1]

    def test_a_refusal_is_remembered_without_its_code(self) -> None:
        """The code of an AssumeRole says nothing about the images that were asked for."""
        once: Once[int] = Once()

        def refuse() -> int:
            raise RefusedError("no", "InvalidAMIID.NotFound")

        for region, find_out in (("a", refuse), ("a", never), ("b", never)):
            with pytest.raises(RefusedError, match="no") as raised:
                once.get("key", region, find_out)
            assert raised.value.code == ""

    def test_what_one_region_refuses_for_itself_the_others_are_asked_for(self) -> None:
        once: Once[int] = Once()

        def off() -> int:
            raise RefusedError("off", "OptInRequired", regional=True)

        with pytest.raises(RefusedError, match="off"):
            once.get("key", "a", off)
        assert once.get("key", "b", lambda: 7) == 7
        with pytest.raises(RefusedError, match="off"):
            once.get("key", "a", never)
        assert once.get("key", "c", never) == 7

    def test_nobody_waits_long_for_a_region_that_is_silent(self) -> None:
        once: Once[int] = Once(patience=0)
        asked, gate = threading.Event(), threading.Event()

        def silent() -> int:
            asked.set()
            gate.wait(5)
            return 7

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(once.get, "key", "a", silent)
            assert asked.wait(5)
            assert once.get("key", "b", lambda: 8) == 8
            assert not first.done()
            gate.set()

    def test_what_stops_the_run_stops_all_who_wait(self) -> None:
        once: Once[int] = Once()

        def fail() -> int:
            raise CredentialsError("none")

        for _ in range(2):
            with pytest.raises(CredentialsError):
                once.get("key", "a", fail)


def never() -> int:
    raise AssertionError


@pytest.mark.parametrize("error", ["OptInRequired", "AuthFailure"])
@pytest.mark.parametrize("off", ["af-south-1", "us-west-2"])
def test_a_region_that_is_off_costs_itself_alone(
    golden: GoldenWorld, server: Server, off: str, error: Literal["OptInRequired", "AuthFailure"]
) -> None:
    """Whichever comes first: the caller and the readers are asked for where they can be answered."""
    golden.world.switch_region_off(CI, off, error=error)
    golden.world.switch_region_off(WORKLOAD, off, error=error)
    asked = catalog()
    keys = [
        (Place.of(region, who), golden.base) for region in (off, REGION) for who in (CI, WORKLOAD)
    ]
    identities = asked.ask(IDENTITIES, [place for place, _ in keys])
    assert all(isinstance(answer, Identity) for answer in identities.values())
    answers = asked.ask(IMAGES, keys)
    for (place, id), answer in answers.items():
        assert isinstance(answer, Unavailable if place.region == off else Image), (place, id)
