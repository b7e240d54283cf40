"""A stored night as a catalogue: its listings answer the questions of a verdict.

It has each place's own images, those shared with it, and what EC2 says about their sources. These
lists contain no public images; of those it knows only the ones at which stored ancestries end. What
a night does not have is `Unavailable`, with one exception: an image that another account has is
`Absent` in a place whose lists were read completely and do not contain it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar, cast

from assay.catalog.interface import (
    Absent,
    Answer,
    CutShort,
    K,
    Listing,
    Obstacle,
    Pages,
    Question,
    Unavailable,
)
from assay.catalog.questions import (
    ALLOWED_IMAGES,
    ANCESTRY,
    IMAGES,
    INSTANCES,
    PARAMETERS,
    TEMPLATES,
    ImageKey,
    InstanceKey,
    ParameterKey,
    TemplateKey,
)
from assay.fleet.edges import Edges
from assay.fleet.night import Night
from assay.fleet.places import ALL, At
from assay.fleet.uses import OWN, SHARED
from assay.fleet.via import Version, version_in
from assay.model import (
    AllowedImages,
    Ancestry,
    CatalogFacts,
    Image,
    Place,
    TemplateRef,
    TemplateVersion,
)
from assay.model.inventory import Use, UseType
from assay.model.places_seen import PlaceState

T = TypeVar("T")
_WHOSE = "the stored night does not name the account of the credentials: name one"


class NightCatalog:
    """An `ImageCatalog` that reads one night. Raises `StoreError` if the night cannot be read."""

    def __init__(self, night: Night, uses: Mapping[At, Iterable[Use]], seen_at: datetime) -> None:
        """`uses` are those of the night; `seen_at` is when it was read."""
        self._night = night
        self._seen_at = seen_at
        self._places = {(each.account, each.region): each for each in night.places}
        self._named = _Named(uses)
        self._edges = Edges(night)
        self._answering: Mapping[str, Callable[[Any], Any]] = {
            IMAGES.name: self._image,
            ANCESTRY.name: self._ancestry,
            ALLOWED_IMAGES.name: self._settings,
            PARAMETERS.name: self._parameter,
            TEMPLATES.name: self._template,
            INSTANCES.name: self._instance,
        }

    def ask(self, question: Question[K, T], keys: Collection[K]) -> Mapping[K, Answer[T]]:
        """What the night has for each key."""
        answering = self._answering.get(question.name)
        if answering is None:
            return {
                key: Unavailable(f"the stored night {self._night.date} does not contain this")
                for key in keys
            }
        if question.name == IMAGES.name:
            self._edges.load(id for _, id in cast("Collection[ImageKey]", keys))
        if question.name == ANCESTRY.name:
            nodes = [(place.region, id) for place, id in cast("Collection[ImageKey]", keys)]
            self._edges.load_lines(nodes)
        return {key: answering(key) for key in keys}

    def list_all(self, listing: Listing[K, T], key: K) -> Pages[T]:  # noqa: ARG002
        """Yield nothing but the end: a night has no further lists."""
        yield CutShort(Obstacle.NOT_ASKED, f"the stored night {self._night.date} has no such list")

    def facts(self) -> CatalogFacts:
        return CatalogFacts("stored", None, self._seen_at, {})

    def _image(self, key: ImageKey) -> Answer[Image]:
        place, id = key
        here = self._edges.of((place.region, id))
        for each in here:
            if each.account == place.account:
                return each.listed.image
        public = next((each.listed.image for each in here if each.listed.image.public), None)
        public = public or self._edges.provided((place.region, id))
        if public is not None:
            return public
        missing = self._unlisted(place, id)
        if missing is not None:
            return missing
        if here:
            return Absent()
        return Unavailable(
            f"the stored night {self._night.date} has no {id} in {place}: it neither belongs to the account nor is shared with it, and public images are not listed"
        )

    def _ancestry(self, key: ImageKey) -> Answer[Ancestry]:
        place, id = key
        return self._edges.line((place.region, id)) or Unavailable(
            f"the stored night {self._night.date} does not say what {id} was made from"
        )

    def _settings(self, place: Place) -> Answer[AllowedImages]:
        found = self._places.get((place.account or "", place.region))
        if found is None or found.allowed_images is None:
            return self._missing(place) or Unavailable(
                f"the stored night {self._night.date} has no Allowed AMIs settings for {place}"
            )
        return found.allowed_images

    def _parameter(self, key: ParameterKey) -> Answer[str]:
        place, query = key
        found = self._named.parameter(place, query)
        return self._or_why(found, place, f"value of parameter {query} in {place}")

    def _template(self, key: TemplateKey) -> Answer[TemplateVersion]:
        place, ref = key
        found = self._named.version(place, ref)
        return self._or_why(found, place, f"image of launch template {ref} in {place}")

    def _instance(self, key: InstanceKey) -> Answer[str]:
        place, id = key
        found = self._named.instance(place, id)
        return self._or_why(found, place, f"instance {id} in {place}")

    def _or_why(self, found: Answer[T] | None, place: Place, what: str) -> Answer[T]:
        """What was found, or why the night does not have it."""
        return (
            found
            or self._missing(place)
            or Unavailable(f"the stored night {self._night.date} has no {what}")
        )

    def _unlisted(self, place: Place, id: str) -> Unavailable | None:
        """Why a place may see an image that is in none of its lists; None if it does not see it."""
        found = self._places.get((place.account or "", place.region))
        if found is None or found.lacks((OWN, SHARED)):
            return self._missing(place)
        if not found.hides:
            return None
        why = "is enabled there" if found.allowed_images else "may be enabled there"
        return Unavailable(
            f"the stored night {self._night.date} has no {id} in {place}: Allowed AMIs, which {why}, may hide it; or it neither belongs to the account nor is shared with it, and public images are not listed"
        )

    def _missing(self, place: Place) -> Unavailable | None:
        """Why a place has no answers at all; None if it was seen completely."""
        if place.account is None:
            return Unavailable(_WHOSE)
        found = self._places.get((place.account, place.region)) or self._places.get(
            (place.account, ALL)
        )
        if found is None:
            return Unavailable(f"the stored night {self._night.date} has no place {place}")
        if found.state is PlaceState.SEEN:
            return None
        return Unavailable(
            f"{place} was not seen completely in night {self._night.date}: {found.state}"
        )


class _Named:
    """What the uses of a night say, by name."""

    def __init__(self, uses: Mapping[At, Iterable[Use]]) -> None:
        self._parameters: dict[tuple[At, str], str] = {}
        self._resolved: dict[tuple[At, str], str] = {}
        self._instances: dict[tuple[At, str], str] = {}
        self._versions: defaultdict[tuple[At, str], list[tuple[Version, Use]]] = defaultdict(list)
        for at, here in uses.items():
            for use in here:
                self._take(at, use)

    def _take(self, at: At, use: Use) -> None:
        match use.type:
            case UseType.PARAMETER if use.image_id is not None:
                for name in filter(None, (use.id, use.name)):
                    self._parameters[at, name] = use.image_id
            case UseType.INSTANCE if use.image_id is not None:
                self._instances[at, use.id] = use.image_id
            case UseType.TEMPLATE:
                version = version_in(use.via)
                if version is None:
                    return
                for name in filter(None, (use.id, use.name)):
                    self._versions[at, name].append((version, use))
                if version.named is not None and use.image_id is not None:
                    self._resolved[at, version.named] = use.image_id

    def parameter(self, place: Place, query: str) -> str | None:
        """The value of a parameter; a version or label is known only if a template refers to it."""
        at = _at(place)
        return self._parameters.get((at, query)) or self._resolved.get((at, f"resolve:ssm:{query}"))

    def instance(self, place: Place, id: str) -> str | None:
        """The image that an instance was launched from."""
        return self._instances.get((_at(place), id))

    def version(self, place: Place, ref: TemplateRef) -> TemplateVersion | None:
        """A template version that names an image."""
        for version, use in self._versions.get((_at(place), ref.id or ref.name or ""), ()):
            match ref.version:
                case "$Default":
                    is_it = version.default
                case "$Latest":
                    is_it = version.latest
                case number:
                    is_it = str(version.number) == number
            if is_it:
                image = version.named or use.image_id
                return TemplateVersion(use.id, use.name or use.id, version.number, image)
        return None


def _at(place: Place) -> At:
    return place.account or "", place.region
