"""The live catalogue: EC2, SSM and STS, in batches. Reads only.

Every fault becomes `Unavailable` for exactly the keys whose answer it cost; nothing is guessed
from a part of an answer. Only an SDK or credentials that can answer nothing at all raise.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

import msgspec

from assay.catalog.aws import ec2
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.aws.searching import search
from assay.catalog.aws.templates import all_versions, template_version
from assay.catalog.interface import (
    Absent,
    Answer,
    EveryVersionKey,
    ImageKey,
    InstanceKey,
    ParameterKey,
    SearchKey,
    TemplateKey,
    Unavailable,
)
from assay.model import (
    AllowedImages,
    Ancestry,
    CatalogFacts,
    Identity,
    Image,
    Place,
    Removal,
    Searched,
    TemplateVersion,
)

T = TypeVar("T")
K = TypeVar("K")

VALUES_A_FILTER = 200
"""EC2 User Guide, "Filter your resources": at most 200 values in a filter."""
PARAMETERS_A_CALL = 10
"""SSM API Reference, GetParameters: 1 to 10 names."""

_Batch = tuple[Place, tuple[str, ...]]


class LiveCatalog(msgspec.Struct, frozen=True):
    """An `ImageCatalog` over AWS: the credentials that boto3 finds, and the policy's readers."""

    _sdk: Sdk = msgspec.field(default_factory=Sdk)

    # ------------------------------------------------------------------------------ questions

    def identities(self, places: Collection[Place]) -> Mapping[Place, Answer[Identity]]:
        """One GetCallerIdentity for each partition and account, wherever it is answered first."""
        return self._each(sorted(places, key=str), self._identity)

    def images(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Image]]:
        """DescribeImages by the `image-id` filter, which omits unknown ids instead of failing."""
        batches = _batches(keys, VALUES_A_FILTER)
        return self._all(batches, self._describe_images)

    def ancestry(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Ancestry]]:
        """GetImageAncestry: one image a call is all that EC2 offers."""
        return self._each(keys, self._image_ancestry)

    def removals(self, keys: Collection[ImageKey]) -> Mapping[ImageKey, Answer[Removal]]:
        """What DescribeImages says of the very id, then ListImagesInRecycleBin."""
        return self._each(keys, self._removal)

    def allowed_images(self, places: Collection[Place]) -> Mapping[Place, Answer[AllowedImages]]:
        """GetAllowedImagesSettings: one answer for each account and Region."""
        return self._each(places, self._allowed_images)

    def parameters(self, keys: Collection[ParameterKey]) -> Mapping[ParameterKey, Answer[str]]:
        """GetParameters; names that do not exist come back as `InvalidParameters`."""
        batches = _batches(keys, PARAMETERS_A_CALL)
        return self._all(batches, self._get_parameters)

    def templates(
        self, keys: Collection[TemplateKey]
    ) -> Mapping[TemplateKey, Answer[TemplateVersion]]:
        """DescribeLaunchTemplateVersions, one version a call, so that each has its own answer."""
        return self._each(keys, lambda key: template_version(self._sdk, key))

    def every_version(
        self, keys: Collection[EveryVersionKey]
    ) -> Mapping[EveryVersionKey, Answer[tuple[TemplateVersion, ...]]]:
        """DescribeLaunchTemplateVersions, all pages of one template."""
        return self._each(keys, lambda key: all_versions(self._sdk, key))

    def instances(self, keys: Collection[InstanceKey]) -> Mapping[InstanceKey, Answer[str]]:
        """DescribeInstances by the `instance-id` filter."""
        batches = _batches(keys, VALUES_A_FILTER)
        return self._all(batches, self._describe_instances)

    def searches(self, keys: Collection[SearchKey]) -> Mapping[SearchKey, Answer[Searched]]:
        """DescribeImages by what each lookup says, and what the provider makes of it."""
        return self._each(keys, lambda key: search(self._sdk, key))

    def facts(self) -> CatalogFacts:
        """The calls made so far; an endpoint that is not AWS's own is named."""
        sdk = self._sdk
        return CatalogFacts("live", sdk.endpoints(), None, sdk.calls(), sdk.turned_away())

    # -------------------------------------------------------------------------------- together

    def _each(self, keys: Iterable[K], ask: Callable[[K], Answer[T]]) -> dict[K, Answer[T]]:
        keys = list(keys)
        if keys:
            self._sdk.open()
        return self._sdk.flights.each(keys, ask, lambda _: self._sdk.late)

    def _all(
        self, batches: Collection[_Batch], ask: Callable[[_Batch], Mapping[ImageKey, Answer[T]]]
    ) -> dict[ImageKey, Answer[T]]:
        def late(batch: _Batch) -> Mapping[ImageKey, Answer[T]]:
            place, names = batch
            return dict.fromkeys(((place, name) for name in names), self._sdk.late)

        if batches:
            self._sdk.open()
        answers = self._sdk.flights.each(batches, ask, late)
        return {key: answer for batch in answers.values() for key, answer in batch.items()}

    # ---------------------------------------------------------------------------- single calls

    def _identity(self, place: Place) -> Answer[Identity]:
        try:
            return self._sdk.identity(place)
        except RefusedError as refused:
            return Unavailable(refused.reason)

    def _describe_images(self, batch: _Batch) -> dict[ImageKey, Answer[Image]]:
        place, ids = batch
        found: dict[str, Image] = {}
        try:
            for raw in self._sdk.pages(
                place,
                "ec2",
                "DescribeImages",
                "Images",
                Filters=[{"Name": "image-id", "Values": list(ids)}],
                IncludeDeprecated=True,
                IncludeDisabled=True,
            ):
                if isinstance(raw.get("ImageId"), str):
                    found[raw["ImageId"]] = ec2.image(raw)
        except RefusedError as refused:
            if len(ids) > 1 and refused.code.startswith("Invalid"):
                return self._one_by_one(batch)
            return {(place, id): Unavailable(refused.reason) for id in ids}
        return {(place, id): found.get(id, Absent()) for id in ids}

    def _one_by_one(self, batch: _Batch) -> dict[ImageKey, Answer[Image]]:
        """Halve a batch that was refused for one of its ids, so that the id costs only itself."""
        place, ids = batch
        middle = len(ids) // 2
        return {
            **self._describe_images((place, ids[:middle])),
            **self._describe_images((place, ids[middle:])),
        }

    def _describe_instances(self, batch: _Batch) -> dict[InstanceKey, Answer[str]]:
        place, ids = batch
        try:
            reservations = self._sdk.pages(
                place,
                "ec2",
                "DescribeInstances",
                "Reservations",
                Filters=[{"Name": "instance-id", "Values": list(ids)}],
            )
        except RefusedError as refused:
            return {(place, id): Unavailable(refused.reason) for id in ids}
        found = {
            raw.get("InstanceId"): raw.get("ImageId") or Unavailable("its image was not told")
            for reservation in reservations
            for raw in reservation.get("Instances") or ()
        }
        return {(place, id): found.get(id, Absent()) for id in ids}

    def _image_ancestry(self, key: ImageKey) -> Answer[Ancestry]:
        place, id = key
        try:
            raw = self._sdk.call(place, "ec2", "GetImageAncestry", ImageId=id)
        except RefusedError as refused:
            return Unavailable(refused.reason)
        entries = raw.get("ImageAncestryEntries")
        found = ec2.ancestry(id, place.region, entries) if isinstance(entries, list) else None
        return found or Unavailable("ec2:GetImageAncestry answered with no ancestry of this image")

    def _removal(self, key: ImageKey) -> Answer[Removal]:
        """By id, EC2 tells an image that is gone from one that it never knew."""
        place, id = key
        try:
            self._sdk.call(place, "ec2", "DescribeImages", ImageIds=[id])
        except RefusedError as refused:
            gone = refused.code == "InvalidAMIID.Unavailable"
            if not gone and not refused.code.startswith("InvalidAMIID."):
                return Unavailable(refused.reason)
        else:
            gone = False  # no such image, and no error: nothing that EC2 explains
        return self._recycled(place, id) or (Removal("deregistered") if gone else Absent())

    def _recycled(self, place: Place, id: str) -> Removal | None:
        """Only the owner may look into a Recycle Bin, and few readers are allowed to."""
        try:
            bin = self._sdk.pages(place, "ec2", "ListImagesInRecycleBin", "Images", ImageIds=[id])
        except RefusedError:
            return None
        return next((ec2.recycled(raw) for raw in bin if raw.get("ImageId") == id), None)

    def _allowed_images(self, place: Place) -> Answer[AllowedImages]:
        try:
            raw = self._sdk.call(place, "ec2", "GetAllowedImagesSettings")
        except RefusedError as refused:
            return Unavailable(refused.reason)
        return ec2.allowed_images(raw) or Unavailable(
            "ec2:GetAllowedImagesSettings answered with no state"
        )

    def _get_parameters(self, batch: _Batch) -> dict[ParameterKey, Answer[str]]:
        place, names = batch
        try:
            raw = self._sdk.call(place, "ssm", "GetParameters", Names=list(names))
        except RefusedError as refused:
            return {(place, name): Unavailable(refused.reason) for name in names}
        answers: dict[ParameterKey, Answer[str]] = {
            (place, name): Unavailable("ssm:GetParameters did not answer for this name")
            for name in names
        }
        for name in raw.get("InvalidParameters") or ():
            if (place, name) in answers:
                answers[place, name] = Absent()
        for parameter in raw.get("Parameters") or ():
            selector = parameter.get("Selector") or ""
            value = parameter.get("Value")
            for name in (parameter.get("Name"), parameter.get("ARN")):
                key = (place, f"{name}{selector}")
                if key in answers and isinstance(value, str):
                    answers[key] = value
        return answers


def _batches(keys: Collection[tuple[Place, str]], size: int) -> list[_Batch]:
    by_place: defaultdict[Place, list[str]] = defaultdict(list)
    for place, name in dict.fromkeys(keys):
        by_place[place].append(name)
    return [
        (place, tuple(names[start : start + size]))
        for place, names in by_place.items()
        for start in range(0, len(names), size)
    ]
