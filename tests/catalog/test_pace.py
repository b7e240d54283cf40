"""How fast, how many at once, and for how long AWS is asked. Time is what a test says it is."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Event, Lock

import pytest

from assay.catalog.aws.pace import BUCKET, IN_FLIGHT, REFILL_A_SECOND, Deadline, Flights, Pace
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import (
    ALLOWED_IMAGES,
    ANCESTRY,
    IDENTITIES,
    IMAGES,
    INSTANCES,
    PARAMETERS,
    REMOVALS,
)
from assay.cli import run as run_in_this_process
from assay.model import Ancestry, Place
from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import Server, serve
from tests.emulator.proxy import TcpFault, TcpFaults, proxy
from tests.judging import HERE, IRELAND, credentials
from tests.plans import dump, instance, plan, resource
from tests.worlds import REGION, WORKLOAD, GoldenWorld


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestPace:
    def test_a_hundred_at_once_then_twenty_a_second(self, clock: Clock) -> None:
        pace = Pace(clock)
        waits = [pace.take("bucket") for _ in range(BUCKET + 60)]
        assert waits[:BUCKET] == [0.0] * BUCKET
        expected = [number / REFILL_A_SECOND for number in range(1, 61)]
        assert waits[BUCKET:] == pytest.approx(expected)

    def test_never_more_than_ec2_has_tokens_for(self, clock: Clock) -> None:
        """Whenever the calls are made, EC2's own bucket is never found empty."""
        pace, starts = Pace(clock), []
        for step in (0.0, 0.01, 0.3, 0.0, 2.0, 0.049, 30.0, 0.0, 0.02):
            clock.now += step
            starts += [clock.now + pace.take("bucket") for _ in range(37)]
        tokens, last = float(BUCKET), starts[0]
        for start in sorted(starts):
            tokens = min(BUCKET, tokens + (start - last) * REFILL_A_SECOND) - 1
            last = start
            assert tokens >= -1e-6

    def test_what_is_not_used_refills_and_does_not_overflow(self, clock: Clock) -> None:
        pace = Pace(clock)
        for _ in range(BUCKET):
            pace.take("bucket")
        clock.now += 1.0
        assert [pace.take("bucket") for _ in range(REFILL_A_SECOND)] == [0.0] * REFILL_A_SECOND
        assert pace.take("bucket") == pytest.approx(1 / REFILL_A_SECOND)
        clock.now += 3600.0
        again = [pace.take("bucket") for _ in range(BUCKET + 1)]
        assert again == pytest.approx([0.0] * BUCKET + [1 / REFILL_A_SECOND], abs=1e-6)

    def test_each_bucket_is_its_own(self, clock: Clock) -> None:
        pace = Pace(clock)
        for _ in range(BUCKET):
            pace.take(("us-east-1", "DescribeImages"))
        assert pace.take(("us-east-1", "DescribeImages")) > 0.0
        assert pace.take(("us-east-1", "GetImageAncestry")) == 0.0
        assert pace.take(("eu-west-1", "DescribeImages")) == 0.0

    def test_cloudtrail_takes_two_a_second(self, clock: Clock) -> None:
        pace = Pace(clock)
        waits = [pace.take("bucket", "cloudtrail:LookupEvents") for _ in range(5)]
        assert waits == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.5])
        clock.now += 10.0
        assert pace.take("bucket", "cloudtrail:LookupEvents") == 0.0


class TestDeadline:
    def test_it_runs_down_and_stays_down(self, clock: Clock) -> None:
        deadline = Deadline(clock, 5)
        assert deadline.left() == 5.0
        clock.now += 3
        assert deadline.left() == 2.0
        clock.now += 100
        assert deadline.left() == 0.0


class Stuck:
    """Something that does not answer until the test is over."""

    def __init__(self) -> None:
        self.over = Event()
        self.answered: list[str] = []

    def __call__(self, key: str) -> str:
        self.over.wait(10)
        self.answered.append(key)
        return f"{key}, much later"


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    blocking = Stuck()
    yield blocking
    blocking.over.set()


def late(key: object, _: object = None) -> str:
    return f"{key} is late"


class TestFlights:
    def test_the_order_of_the_keys_is_kept(self) -> None:
        """The first key is answered last."""
        second = Event()

        def ask(key: str) -> str:
            if key == "a":
                assert second.wait(10)
            second.set()
            return key.upper()

        answers = Flights(None).each(["a", "b", "c"], ask, late)
        assert list(answers.items()) == [("a", "A"), ("b", "B"), ("c", "C")]

    def test_the_same_key_is_asked_once(self) -> None:
        asked: list[str] = []
        assert Flights(None).each(["a", "a"], asked.append, late) == {"a": None}
        assert asked == ["a"]

    def test_no_key_is_no_answer(self) -> None:
        assert Flights(None).each([], late, late) == {}

    def test_sixteen_are_under_way_at_once_and_no_more(self) -> None:
        full, lock = Barrier(IN_FLIGHT, timeout=10), Lock()
        now = most = 0

        def ask(key: int) -> int:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            full.wait()  # nobody goes on before sixteen are here
            with lock:
                now -= 1
            return key

        keys = range(3 * IN_FLIGHT)
        assert Flights(None).each(keys, ask, lambda key, _: -1) == dict(
            zip(keys, keys, strict=True)
        )
        assert most <= IN_FLIGHT

    def test_what_one_raises_is_raised(self, stuck: Stuck) -> None:
        """Although another one has no answer, and there is no limit to wait for it."""

        def ask(key: str) -> str:
            if key == "b":
                raise LookupError(key)
            return stuck(key)

        with pytest.raises(LookupError, match="b"):
            Flights(None).each(["a", "b", "c"], ask, late)
        assert not stuck.answered

    def test_after_one_has_raised_nothing_more_is_asked(self, stuck: Stuck) -> None:
        asked: list[int] = []

        def ask(key: int) -> str:
            asked.append(key)
            if key == 0:
                raise LookupError
            return stuck(str(key))

        with pytest.raises(LookupError):
            Flights(None).each(range(100), ask, late)
        stuck.over.set()
        for thread in threading.enumerate():
            if thread.name.startswith("ThreadPoolExecutor"):
                thread.join(10)
        assert len(asked) <= IN_FLIGHT + 1

    def test_what_is_under_way_at_the_end_is_late_and_the_rest_stands(self, stuck: Stuck) -> None:
        quick = Event()

        def ask(key: str) -> str:
            if key == "stuck":
                assert quick.wait(10)
                return stuck(key)
            quick.set()
            return key

        flights = Flights(Deadline(time.monotonic, 2))
        assert flights.each(["stuck", "quick"], ask, late) == {
            "stuck": "stuck is late", "quick": "quick",
        }  # fmt: skip

    def test_what_did_not_even_begin_is_late(self, stuck: Stuck) -> None:
        flights = Flights(Deadline(time.monotonic, 0.2))
        keys = [str(number) for number in range(3 * IN_FLIGHT)]
        assert flights.each(keys, stuck, late) == {key: late(key) for key in keys}

    def test_once_the_time_is_up_nobody_is_waited_for(self, stuck: Stuck, clock: Clock) -> None:
        flights = Flights(Deadline(clock, 60))
        clock.now += 61
        assert flights.each(["a"], stuck, late) == {"a": "a is late"}
        assert not stuck.answered

    def test_one_silent_question_leaves_time_for_the_next(self, stuck: Stuck) -> None:
        deadline = Deadline(time.monotonic, 2)
        flights = Flights(deadline)
        flights.each(["a"], stuck, late)
        assert deadline.left() > 0
        assert flights.each(["b"], str.upper, late) == {"b": "B"}

    def test_a_rest_that_would_outlast_the_limit_is_refused(self, clock: Clock) -> None:
        flights = Flights(Deadline(clock, 60))
        assert flights.rest(0.0)
        assert flights.rest(0.001)
        for seconds in (60, 61, 3600):
            assert not flights.rest(seconds)
        clock.now += 60
        assert not flights.rest(0.0)


class TestTheCatalog:
    @pytest.fixture
    def golden(self) -> GoldenWorld:
        return GoldenWorld()

    @pytest.fixture
    def server(self, golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
        with serve(golden.world) as running:
            credentials(monkeypatch, running)
            yield running

    def test_the_hundred_and_first_call_waits_for_its_token(
        self, golden: GoldenWorld, server: Server, clock: Clock
    ) -> None:
        """The clock stands still, and the limit ends before the next token comes."""
        sdk = Sdk(deadline=Deadline(clock, 0.9 / REFILL_A_SECOND))
        for _ in range(BUCKET):
            sdk.call(HERE, "ec2", "GetImageAncestry", ImageId=golden.golden)
        with pytest.raises(RefusedError, match=r"within the time limit of 0\.045 s"):
            sdk.call(HERE, "ec2", "GetImageAncestry", ImageId=golden.golden)
        assert len(server.calls("GetImageAncestry")) == BUCKET
        sdk.call(HERE, "ec2", "DescribeImages", ImageIds=[golden.golden])
        sdk.call(IRELAND, "ec2", "DescribeImages", Owners=["self"])

    def test_what_comes_steadily_within_the_limit_is_waited_for(
        self, golden: GoldenWorld, server: Server
    ) -> None:
        """Fifty calls beyond the bucket take two and a half seconds of four."""
        images = golden.many_copies(BUCKET + 50)
        catalog = LiveCatalog(Sdk(deadline=Deadline(time.monotonic, 4)))
        answers = catalog.ask(ANCESTRY, [(HERE, image) for image in images])
        assert all(isinstance(answer, Ancestry) for answer in answers.values())

    def test_after_the_limit_nothing_is_asked(self, server: Server, clock: Clock) -> None:
        catalog = LiveCatalog(Sdk(deadline=Deadline(clock, 5)))
        clock.now += 5
        keys = [(HERE, "ami-0fffffffffffffff1"), (IRELAND, "ami-0fffffffffffffff1")]
        for answers in (
            catalog.ask(IMAGES, keys),
            catalog.ask(ANCESTRY, keys),
            catalog.ask(REMOVALS, keys),
            catalog.ask(PARAMETERS, keys),
            catalog.ask(INSTANCES, keys),
            catalog.ask(IDENTITIES, [HERE, Place.of(REGION)]),
            catalog.ask(ALLOWED_IMAGES, [HERE]),
        ):
            assert answers
            assert all(
                answer == Unavailable("AWS did not answer within the time limit of 5 s")
                for answer in answers.values()
            )
        assert server.requests == []


class TestTheCommand:
    """`--timeout` over a proxy that keeps some calls without an answer."""

    @pytest.fixture
    def golden(self) -> GoldenWorld:
        return GoldenWorld()

    @pytest.fixture
    def here(self, tmp_path: Path) -> Path:
        (tmp_path / "assay.yaml").write_text(POLICY)
        return tmp_path

    def check(
        self, golden: GoldenWorld, here: Path, silent: TcpFaults, *arguments: str, **more: str
    ) -> Run:
        """Run the command; it must be over long before the SDK itself would give up."""
        with serve(golden.world) as server, proxy(server.url, silent) as url:
            environment = talking_to(url, WORKLOAD) | more
            began = time.monotonic()
            run = command.assay(*arguments, cwd=here, env=environment)
            assert time.monotonic() - began < 15
        return run

    @pytest.mark.parametrize("how", ["option", "variable"])
    def test_an_endpoint_that_never_answers(
        self, golden: GoldenWorld, here: Path, how: str
    ) -> None:
        """Every reference is undetermined, whatever it needs, and nothing hangs."""
        changes = [
            instance("aws_instance.image", golden.copy()),
            resource("aws_launch_template.alias", {"image_id": "resolve:ssm:/golden"}),
            resource(
                "aws_instance.template", {"launch_template": [{"name": "web", "version": "1"}]}
            ),
        ]
        (here / "plan.json").write_bytes(dump(plan(*changes)))
        limit = ["--timeout", "1"] if how == "option" else []
        more = {} if limit else {"ASSAY_TIMEOUT": "1"}
        run = self.check(
            golden, here, lambda operation, nth: TcpFault.SILENT,
            "check", "plan.json", "--format", "json", *limit, **more,
        )  # fmt: skip
        assert run.code == 3
        assert run.rules("undetermined") == {
            change["address"]: ["lookup-failed"] for change in changes
        }
        assert "AWS did not answer within the time limit of 1 s" in run.stdout

    def test_what_was_answered_in_time_stands(self, golden: GoldenWorld, here: Path) -> None:
        """One image needs its ancestry, which never comes; another one needs nothing of it."""
        middle = golden.copy()
        deep = golden.derived(middle)
        golden.world.deregister(middle, REGION)
        images = {"deep": deep, "copy": golden.copy(), "home_made": golden.home_made()}
        changes = (instance(f"aws_instance.{name}", id) for name, id in images.items())
        (here / "plan.json").write_bytes(dump(plan(*changes)))
        run = self.check(
            golden, here,
            lambda operation, nth: TcpFault.SILENT if operation == "GetImageAncestry" else None,
            "check", "plan.json", "--format", "json", "--timeout", "4",
        )  # fmt: skip
        assert run.outcomes() == {
            "aws_instance.deep": "undetermined",
            "aws_instance.copy": "pass",
            "aws_instance.home_made": "fail",
        }
        deep_rules = run.rules("undetermined")["aws_instance.deep"]
        assert deep_rules == ["lineage-mismatch", "lookup-failed"]

    def test_a_recording_ends_as_well(self, golden: GoldenWorld, here: Path) -> None:
        (here / "plan.json").write_bytes(dump(plan(instance("aws_instance.a", golden.copy()))))
        recorded = self.check(
            golden, here, lambda operation, nth: TcpFault.SILENT,
            "record", "plan.json", "-o", "c.json", "--timeout", "1",
        )  # fmt: skip
        assert recorded.code == 2
        assert "c.json: none of 2 questions got an answer" in recorded.stderr
        again = command.assay(
            "check", "plan.json", "--catalog", "c.json", "--format", "json", cwd=here
        )
        assert again.code == 3
        assert again.rules("undetermined") == {"aws_instance.a": ["lookup-failed"]}

    @pytest.mark.parametrize(
        "value",
        [
            *("0", "-1", "abc", "", "1s", "1,5", "0.0", "-inf"),
            *("nan", "inf", "1e300"),
        ],
    )
    def test_what_is_no_number_of_seconds(
        self, here: Path, value: str, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch, golden: GoldenWorld,
    ) -> None:  # fmt: skip
        """One line that names the option, and no verdict."""
        monkeypatch.chdir(here)
        (here / "plan.json").write_bytes(dump(plan(instance("aws_instance.a", golden.copy()))))
        with serve(golden.world) as server:
            credentials(monkeypatch, server)
            code = run_in_this_process(["check", "plan.json", "--timeout", value])
        said = capsys.readouterr()
        assert (code, said.out) == (2, "")
        assert said.err.startswith("assay: ")
        assert said.err.count("\n") == 1
        assert "--timeout" in said.err

    def test_a_variable_that_is_no_number_of_seconds(self, here: Path) -> None:
        (here / "plan.json").write_bytes(dump(plan()))
        run = command.assay("check", "plan.json", cwd=here, env={"ASSAY_TIMEOUT": "soon"})
        assert (run.code, run.stdout) == (2, "")
        assert run.stderr.count("\n") == 1
        assert "'soon' is not a number of seconds" in run.stderr
