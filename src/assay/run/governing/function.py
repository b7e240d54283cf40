"""A function inside AWS that keeps its session, its clients and its policy from event to event."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from msgspec import Struct

from assay.catalog.aws.evaluations import latest_item, put_evaluations
from assay.catalog.aws.notices import MOST, publish
from assay.catalog.aws.pace import Deadline
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Unavailable
from assay.catalog.live import LiveCatalog
from assay.errors import CatalogError
from assay.kept import Kept
from assay.model import Outcome, Place, Policy, Readers
from assay.report.safe import safe
from assay.run.governing import config_rule, launches
from assay.run.governing.foreseeing import ForeseeingCatalog, Ways
from assay.run.governing.judging import judge
from assay.run.governing.pinned_policy import Pinned, pinned_policy
from assay.run.governing.resources import Resource, named_images


class Surroundings(Struct, frozen=True):
    """What a function gets from its host."""

    policy: Pinned
    region: str
    """Where it runs, and where its policy is."""
    topic: str | None
    """The ARN of the topic for launches that do not pass."""
    seconds: float
    """The time limit for one event."""
    models: Kept
    """The directory of reduced service models, if there is one."""
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]


class Function:
    """Answers one event at a time, as Lambda sends them."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._deadline = Deadline(around.monotonic, around.seconds)
        self._own = self._door(None)
        self._readers: Sdk | None = None
        self._policy: Policy | None = None
        self._ways: Ways = {}

    def config_rule(self, raw: Any) -> list[dict[str, Any]]:
        """Evaluate what AWS Config asks about, and report the result to it.

        Raises `InputError` for anything that is not an event of AWS Config, and `CatalogError` if
        it does not accept the evaluations. Both should fail the invocation, so that the event is
        not lost.
        """
        self._begin()
        region = self._around.region
        event = config_rule.read_event(raw, region)
        policy, now = self._policy_or_why(), self._around.clock()
        match event.about:
            case config_rule.Change() as change:
                with self._foreseeing(policy, [change.resource]) as catalog:
                    found = config_rule.of_change(catalog, policy, change, now, self._read_back)
            case config_rule.Period() as period:
                here = event.account, region
                found = config_rule.of_period(self._catalog(policy), policy, here, period, now)
        reason = put_evaluations(self._own, Place.of(region), found, event.token)
        if reason is not None:
            raise CatalogError(reason)
        return found

    def launch(self, raw: Any) -> dict[str, Any]:
        """Judge what has started, and return a document by which a state machine can choose.

        The topic is notified of what does not pass. Raises like `config_rule`.
        """
        self._begin()
        launch = launches.read_launch(raw)
        policy = self._policy_or_why() if launch.instances else ""
        resources = launches.resources_of(launch)
        with self._foreseeing(policy, resources) as catalog:
            judged = judge(catalog, policy, resources, self._around.clock())
        sha256 = self._around.policy.sha256
        if self._around.topic is not None:
            for outcome, text in launches.messages(launch, judged, sha256, MOST):
                self._publish(self._around.topic, outcome, launch.place, text)
        return launches.document(launch, judged, sha256)

    def push(self) -> dict[str, Any]:
        """Audit this account in this Region, and send the findings to Security Hub there.

        Raises `CatalogError` if the policy or the account cannot be read, or something is not
        accepted.
        """
        from assay.run.governing.pushing import push_here

        self._begin()
        policy = self._policy_or_why()
        if isinstance(policy, str):
            raise CatalogError(f"the policy cannot be read: {policy}")
        around = self._around
        return push_here(self._own, self._catalog(policy), policy, around.region, around.clock)

    def _begin(self) -> None:
        for each in (self._own, self._readers):
            if each is not None:
                each.begin_again()

    def _publish(self, topic: str, outcome: Outcome, place: Place, text: str) -> None:
        subject = f"assay: {outcome.value} in {place.account}/{place.region}"
        answer = publish(self._own, Place.of(self._around.region), topic, subject, text)
        if isinstance(answer, Unavailable):
            raise CatalogError(answer.reason)

    def _read_back(self, resource: Resource) -> Any:
        place = Place.of(self._around.region)
        return latest_item(self._own, place, resource.type, resource.id)

    def _policy_or_why(self) -> Policy | str:
        """Return the policy, or why there is none; the next event then asks for it again."""
        if self._policy is None:
            place = Place.of(self._around.region)
            found = pinned_policy(self._own, place, self._around.policy)
            if isinstance(found, str):
                return found
            self._policy = found
        return self._policy

    def _catalog(self, policy: Policy | str) -> LiveCatalog:
        """Return a catalogue with the policy's readers: an event may be another account's."""
        if isinstance(policy, str) or policy.readers == Readers():
            return LiveCatalog(self._own)
        if self._readers is None:
            self._readers = self._door(policy.readers)
        return LiveCatalog(self._readers)

    @contextmanager
    def _foreseeing(
        self, policy: Policy | str, resources: Sequence[Resource]
    ) -> Iterator[ForeseeingCatalog]:
        """Yield the catalogue for one event about a few resources."""
        settings = isinstance(policy, Policy) and policy.predicts
        named = named_images(resources)
        catalog = ForeseeingCatalog(self._catalog(policy), self._ways, named, settings)
        yield catalog
        catalog.learn()

    def _door(self, readers: Readers | None) -> Sdk:
        around = self._around
        return Sdk(readers, deadline=self._deadline, models=around.models, now=around.clock)


def lines(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return evaluations as lines for a log."""
    return [
        f"{each['ComplianceType']} {safe(each['ComplianceResourceId'])}: {each['Annotation']}"
        for each in found
    ]
