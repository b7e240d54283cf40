"""What a check of some inputs would ask AWS, and where, inferred from its own first questions.

The check runs on a catalogue that records questions and answers only those about identities. Its
later questions, which depend on answers, follow from the first: every way ends at images, and those
have an ancestry.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

import msgspec

from assay.catalog.aws.permissions import READS, Permission
from assay.catalog.interface import (
    Answer,
    CutShort,
    ImageCatalog,
    K,
    Listing,
    Obstacle,
    Pages,
    Question,
    Unavailable,
)
from assay.catalog.questions import (
    EVERY_VERSION,
    IDENTITIES,
    IMAGES,
    INSTANCES,
    PARAMETERS,
    SEARCHES,
    TEMPLATES,
)
from assay.inputs.plan.plan import Source
from assay.model import CatalogFacts, Place, Policy, Severity, Subject
from assay.run.check import gather
from assay.run.doctor.observation import Level
from assay.run.doctor.permissions import Trying

T = TypeVar("T")
_NOT_ASKED = "not asked"
_ACTIONS = {
    IMAGES.name: "ec2:DescribeImages",
    SEARCHES.name: "ec2:DescribeImages",
    TEMPLATES.name: "ec2:DescribeLaunchTemplateVersions",
    EVERY_VERSION.name: "ec2:DescribeLaunchTemplateVersions",
    INSTANCES.name: "ec2:DescribeInstances",
    PARAMETERS.name: "ssm:GetParameters",
}
"""The actions behind a check's first questions."""
_OF_EVERY_IMAGE = frozenset(
    {"ec2:GetImageAncestry", "ec2:GetAllowedImagesSettings", "ec2:ListImagesInRecycleBin"}
)
_PARAMETERS_A_CALL = 10
"""SSM API Reference, GetParameters."""


class Listening:
    """An `ImageCatalog` that records what it is asked, and answers only questions about identities."""

    def __init__(self, source: ImageCatalog | None) -> None:
        """Without a source, identities are not answered either."""
        self._source = source
        self.heard: defaultdict[Place, set[tuple[str, object]]] = defaultdict(set)
        """By place, the names and keys of questions."""

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        keys = list(keys)
        if question.name == IDENTITIES.name and self._source is not None:
            return self._source.ask(question, keys)
        for key in keys:
            if question.name in _ACTIONS:
                self.heard[question.place(key)].add((question.name, key))
        return dict.fromkeys(keys, Unavailable(_NOT_ASKED))

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:  # noqa: ARG002
        yield CutShort(Obstacle.NOT_ASKED, _NOT_ASKED)

    def facts(self) -> CatalogFacts:
        return CatalogFacts("offline", None, None, {})


class Needed(msgspec.Struct, frozen=True):
    """What a check of some inputs needs."""

    subjects: tuple[Subject, ...]
    heard: Mapping[Place, Collection[tuple[str, object]]]
    policy: Policy | None

    @classmethod
    def of(
        cls, sources: Sequence[Source], policy: Policy | None, source: ImageCatalog | None
    ) -> "Needed":
        """Find out what a check of `sources` would ask; `source` answers only for identities."""
        listening = Listening(source)
        subjects = gather(sources, listening)
        return cls(subjects, listening.heard, policy)

    @property
    def places(self) -> list[Place]:
        """The places where a check would ask."""
        return sorted(self.heard, key=lambda place: (place.account or "", place.region))

    @property
    def bad(self) -> Level:
        """The level of references that stay undetermined."""
        policy = self.policy
        return Level.WARN if policy and policy.undetermined is Severity.WARNING else Level.FAIL

    def tries(self, places: Collection[Place]) -> list[Trying]:
        """Return the permissions that a check would use in `places`."""
        return [
            Trying(place, permission, level, parameters=self._parameters(place))
            for place in self.places
            for permission in READS
            if place in places and (level := self._level(place, permission)) is not None
        ]

    def spared(self) -> list[str]:
        """Return the actions that a check of these inputs uses nowhere."""
        return [
            each.action
            for each in READS
            if all(self._level(place, each) is None for place in self.places)
        ]

    def _level(self, place: Place, permission: Permission) -> Level | None:
        """The level of a missing permission in a place; None if it is not needed there."""
        action = permission.action
        asked = {_ACTIONS[name] for name, _ in self.heard[place]}
        if permission.required:
            return Level.FAIL
        if action in asked:
            return self.bad
        predicts = self.policy is not None and self.policy.predicts
        if action == "ec2:GetAllowedImagesSettings" and predicts:
            return self.bad
        # The image in a template may be the name of a parameter.
        may = action == "ssm:GetParameters" and "ec2:DescribeLaunchTemplateVersions" in asked
        return Level.WARN if may or action in _OF_EVERY_IMAGE else None

    def _parameters(self, place: Place) -> tuple[str, ...]:
        names = {
            str(key[1])
            for name, key in self.heard[place]
            if name == PARAMETERS.name and isinstance(key, tuple)
        }
        return tuple(sorted(names)[:_PARAMETERS_A_CALL])
