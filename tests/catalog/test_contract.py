"""One contract, held by every catalogue: live against the emulator, and its recording."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from assay.catalog.decorators.offline import OfflineCatalog
from assay.catalog.decorators.recording import RecordingCatalog
from assay.catalog.interface import NEVER_ASKED, Absent, ImageCatalog, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import (
    ALLOWED_IMAGES,
    ANCESTRY,
    EVERY_VERSION,
    IDENTITIES,
    IMAGES,
    INSTANCES,
    PARAMETERS,
    REMOVALS,
    SEARCHES,
    TEMPLATES,
)
from assay.catalog.recorded import RecordedCatalog
from assay.errors import RecordingError
from assay.model import (
    AllowedImages,
    Ancestry,
    AncestryEnd,
    EveryVersion,
    Identity,
    Image,
    ImageCriterion,
    ImageSearch,
    Place,
    Removal,
    Searched,
    TemplateRef,
    TemplateVersion,
)
from tests.command import talking_to
from tests.emulator import Server, serve
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

HERE = Place.of(REGION, WORKLOAD)
IRELAND = Place.of("eu-west-1", WORKLOAD)
MISSING = "ami-0fffffffffffffff1"
RECORDED_AT = datetime(2026, 11, 21, tzinfo=UTC)


class Scene:
    """A world with one of everything, and the questions that every catalogue is asked."""

    def __init__(self) -> None:
        golden = GoldenWorld()
        self.golden = golden
        world = golden.world
        self.copy = golden.copy()
        self.derived = golden.derived(self.copy)
        self.abroad = golden.copy(region="eu-west-1")
        self.disabled = golden.copy()
        world.disable(self.disabled, REGION)
        self.deprecated = golden.copy()
        world.deprecate(self.deprecated, REGION, datetime(2026, 1, 1, tzinfo=UTC))
        world.put_parameter(WORKLOAD, REGION, "/golden/web", self.copy, "aws:ec2:image")
        world.put_parameter(WORKLOAD, REGION, "/golden/web", self.derived, "aws:ec2:image")
        self.template = world.create_launch_template(WORKLOAD, REGION, "web", self.copy)
        world.create_launch_template_version(self.template, self.derived)
        self.gone, self.recycled = golden.copy(), golden.copy()
        world.deregister(self.gone, REGION)
        world.deregister(self.recycled, REGION, retention_days=7)
        world.deregistered = "unavailable"
        self.base, self.web, self.newest = (
            world.register_image(WORKLOAD, REGION, name=name)
            for name in ("base-1", "web-1", "web-2")
        )
        world.allowed_images(
            WORKLOAD,
            "eu-west-1",
            "enabled",
            [{"ImageProviders": ["amazon"]}],
            managed_by="declarative-policy",
        )

    def ask_everything(self, catalog: ImageCatalog) -> None:
        """Put every question of the tests below."""
        catalog.ask(IDENTITIES, [HERE, Place.of(REGION)])
        catalog.ask(IMAGES, self.image_keys())
        catalog.ask(ANCESTRY, [(HERE, id) for id in (self.derived, self.copy, MISSING)])
        catalog.ask(PARAMETERS, [(HERE, name) for name in self.parameter_names()])
        catalog.ask(TEMPLATES, [(HERE, ref) for ref in self.template_refs()])
        catalog.ask(EVERY_VERSION, [(HERE, each) for each in self.whole_templates()])
        catalog.ask(REMOVALS, self.removal_keys())
        catalog.ask(ALLOWED_IMAGES, [HERE, IRELAND])
        catalog.ask(SEARCHES, self.search_keys())

    def search_keys(self) -> list[tuple[Place, ImageSearch]]:
        """What finds one, the newest of several, one by its name, none, several, and no answer."""
        return [(HERE, search) for search in LOOKUPS] + [(IRELAND, LOOKUPS[0])]

    def image_keys(self) -> list[tuple[Place, str]]:
        ids = (self.golden.golden, self.copy, self.derived, self.disabled, self.deprecated)
        return [(HERE, id) for id in (*ids, MISSING, self.abroad)] + [(IRELAND, self.abroad)]

    def removal_keys(self) -> list[tuple[Place, str]]:
        """Images that are gone, that never were, that are in another Region, and one that is."""
        ids = (self.gone, self.recycled, MISSING, self.abroad, self.copy)
        return [(HERE, id) for id in ids]

    def parameter_names(self) -> list[str]:
        owned = f"arn:aws:ssm:{REGION}:{WORKLOAD}:parameter/golden/web"
        return ["/golden/web", "/golden/web:1", "/golden/none", owned]

    def whole_templates(self) -> list[EveryVersion]:
        return [
            EveryVersion(self.template, None),
            EveryVersion(None, "web"),
            EveryVersion(None, "no-such-template"),
        ]

    def template_refs(self) -> list[TemplateRef]:
        return [
            TemplateRef(self.template, None, "$Latest"),
            TemplateRef(self.template, None, "$Default"),
            TemplateRef(None, "web", "2"),
            TemplateRef(None, "web", "7"),
            TemplateRef(None, "none", "$Default"),
            TemplateRef("lt-0aaaaaaaaaaaaaaaa", None, "1"),
        ]


def search(name: str, **more: Any) -> ImageSearch:
    return ImageSearch(owners=("self",), filters=(("name", (name,)),), **more)


LOOKUPS = (
    search("base-*"),
    search("web-*", most_recent=True),
    search("*", name_regex=r"^web-1$"),
    search("db-*", most_recent=True),
    search("web-*"),
    ImageSearch(filters=(("color", ("blue",)),)),
)
KINDS = ("live", "recorded", "recorded twice")


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Scene, Server]]:
    arranged = Scene()
    with serve(arranged.golden.world) as server:
        yield arranged, server


@pytest.fixture(scope="module")
def catalogs() -> dict[str, ImageCatalog]:
    """Each kind is opened once: nothing here changes what it is asked about."""
    return {}


@pytest.fixture(params=KINDS)
def scene(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    served: tuple[Scene, Server],
    catalogs: dict[str, ImageCatalog],
) -> "Arranged":
    """The same scene behind each kind of catalogue."""
    arranged, server = served
    for name, value in talking_to(server.url, WORKLOAD).items():
        monkeypatch.setenv(name, value)
    if request.param not in catalogs:
        catalog: ImageCatalog = LiveCatalog()
        for _ in range(KINDS.index(request.param)):
            recording = RecordingCatalog(catalog)
            arranged.ask_everything(recording)
            catalog = RecordedCatalog.load("c.json", recording.to_json(RECORDED_AT))
        catalogs[request.param] = catalog
    return arranged, catalogs[request.param]


Arranged = tuple[Scene, ImageCatalog]


class TestContract:
    def test_an_image_comes_with_everything_the_rules_read(self, scene: Arranged) -> None:
        arranged, catalog = scene
        found = catalog.ask(IMAGES, [(HERE, arranged.derived)])[HERE, arranged.derived]
        assert isinstance(found, Image)
        record = arranged.golden.world.image(REGION, arranged.derived)
        assert found.id == arranged.derived
        assert (found.owner_id, found.state, found.public) == (WORKLOAD, "available", False)
        assert found.source_image_id == arranged.copy
        assert found.source_image_region == REGION
        assert found.source_instance_id == record.source_instance_id
        assert found.creation_date == record.creation_date
        (mark,) = found.watermarks
        assert mark.key == f"{PIPELINE}:golden-web"
        assert (mark.source_image_id, mark.source_image_region) == (arranged.golden.golden, REGION)
        source = arranged.golden.world.image(REGION, arranged.golden.golden)
        assert mark.source_image_creation_time == source.creation_date
        assert mark.watermark_creation_time == source.watermarks[0].watermark_creation_time

    def test_every_key_has_its_own_answer(self, scene: Arranged) -> None:
        arranged, catalog = scene
        answers = catalog.ask(IMAGES, arranged.image_keys())
        assert set(answers) == set(arranged.image_keys())
        assert isinstance(answers[HERE, MISSING], Absent)
        assert isinstance(answers[HERE, arranged.copy], Image)

    def test_the_region_is_part_of_the_question(self, scene: Arranged) -> None:
        arranged, catalog = scene
        answers = catalog.ask(IMAGES, arranged.image_keys())
        assert isinstance(answers[IRELAND, arranged.abroad], Image)
        assert isinstance(answers[HERE, arranged.abroad], Absent)

    def test_disabled_and_deprecated_images_are_shown(self, scene: Arranged) -> None:
        arranged, catalog = scene
        answers = catalog.ask(IMAGES, arranged.image_keys())
        disabled, deprecated = (
            answers[HERE, arranged.disabled],
            answers[HERE, arranged.deprecated],
        )
        assert isinstance(disabled, Image)
        assert disabled.state == "disabled"
        assert isinstance(deprecated, Image)
        assert deprecated.deprecation_time == datetime(2026, 1, 1, tzinfo=UTC)

    def test_ancestry_runs_to_the_public_provider(self, scene: Arranged) -> None:
        arranged, catalog = scene
        found = catalog.ask(ANCESTRY, [(HERE, arranged.derived)])[HERE, arranged.derived]
        assert isinstance(found, Ancestry)
        assert [entry.image_id for entry in found.entries] == [
            arranged.derived,
            arranged.copy,
            arranged.golden.golden,
            arranged.golden.base,
        ]
        assert {entry.region for entry in found.entries} == {REGION}
        assert found.end is AncestryEnd.PUBLIC_PROVIDER
        assert found.depth_of(arranged.golden.golden, REGION) == 2

    def test_ancestry_of_an_unknown_image_is_no_ancestry(self, scene: Arranged) -> None:
        _, catalog = scene
        found = catalog.ask(ANCESTRY, [(HERE, MISSING)])[HERE, MISSING]
        assert isinstance(found, Absent | Unavailable)

    def test_parameters_by_name_version_and_arn(self, scene: Arranged) -> None:
        arranged, catalog = scene
        names = arranged.parameter_names()
        answers = catalog.ask(PARAMETERS, [(HERE, name) for name in names])
        latest, first, none, by_arn = (answers[HERE, name] for name in names)
        assert (latest, first, by_arn) == (arranged.derived, arranged.copy, arranged.derived)
        assert isinstance(none, Absent)

    def test_every_version_of_a_template_by_id_and_by_name(self, scene: Arranged) -> None:
        arranged, catalog = scene
        answers = catalog.ask(EVERY_VERSION, [(HERE, each) for each in arranged.whole_templates()])
        by_id, by_name, missing = answers.values()
        template = arranged.template
        assert not isinstance(by_id, Absent | Unavailable)
        assert sorted(by_id, key=lambda each: each.number) == [
            TemplateVersion(template, "web", 1, arranged.copy),
            TemplateVersion(template, "web", 2, arranged.derived),
        ]
        assert by_name == by_id
        assert missing == Absent()

    def test_templates_by_id_name_and_version(self, scene: Arranged) -> None:
        arranged, catalog = scene
        refs = arranged.template_refs()
        answers = catalog.ask(TEMPLATES, [(HERE, ref) for ref in refs])
        latest, default, second, *absent = (answers[HERE, ref] for ref in refs)
        template = arranged.template
        assert latest == TemplateVersion(template, "web", 2, arranged.derived)
        assert default == TemplateVersion(template, "web", 1, arranged.copy)
        assert second == latest
        assert absent == [Absent(), Absent(), Absent()]

    def test_what_ec2_says_of_images_that_are_gone(self, scene: Arranged) -> None:
        arranged, catalog = scene
        answers = catalog.ask(REMOVALS, arranged.removal_keys())
        assert set(answers) == set(arranged.removal_keys())
        gone, recycled, *others = (answers[key] for key in arranged.removal_keys())
        assert gone == Removal("deregistered")
        until = arranged.golden.world.image(REGION, arranged.recycled).recycle_bin_exit_time
        assert recycled == Removal("in the Recycle Bin", until)
        assert others == [Absent()] * 3

    def test_allowed_amis_are_settings_of_an_account_and_region(self, scene: Arranged) -> None:
        _, catalog = scene
        vendors = ImageCriterion(providers=("amazon",))
        assert catalog.ask(ALLOWED_IMAGES, [HERE, IRELAND]) == {
            HERE: AllowedImages("disabled", "account"),
            IRELAND: AllowedImages("enabled", "declarative-policy", (vendors,)),
        }

    def test_what_lookups_find(self, scene: Arranged) -> None:
        arranged, catalog = scene
        keys = arranged.search_keys()
        answers = catalog.ask(SEARCHES, keys)
        assert set(answers) == set(keys)
        *found, refused, abroad = (answers[key] for key in keys)
        assert found == [
            Searched(arranged.base, 1),
            Searched(arranged.newest, 2),
            Searched(arranged.web, 1),
            Absent(),
            Searched(None, 2),
        ]
        assert isinstance(refused, Unavailable)
        assert abroad == Absent()

    def test_identity_is_the_account_of_the_credentials(self, scene: Arranged) -> None:
        _, catalog = scene
        unknown = Place.of(REGION)
        found = catalog.ask(IDENTITIES, [unknown])[unknown]
        assert isinstance(found, Identity)
        assert found.account == WORKLOAD

    def test_nothing_asked_is_nothing_answered(self, scene: Arranged) -> None:
        _, catalog = scene
        assert catalog.ask(IMAGES, []) == {}
        assert catalog.ask(ANCESTRY, []) == {}
        assert catalog.ask(PARAMETERS, []) == {}
        assert catalog.ask(TEMPLATES, []) == {}
        assert catalog.ask(EVERY_VERSION, []) == {}
        assert catalog.ask(IDENTITIES, []) == {}
        assert catalog.ask(REMOVALS, []) == {}
        assert catalog.ask(ALLOWED_IMAGES, []) == {}
        assert catalog.ask(SEARCHES, []) == {}


def test_a_recording_that_is_no_text_is_a_damaged_one() -> None:
    damaged = (
        b'{"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": [], '
        b'"endpoint": "\xff"}'
    )
    with pytest.raises(RecordingError, match="not a recorded catalogue"):
        RecordedCatalog.load("c.json", damaged)


def test_a_recording_does_not_answer_what_it_was_never_asked() -> None:
    catalog = RecordedCatalog.load(
        "c.json",
        b'{"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": '
        b'[{"region": "us-east-1", "account": "222222222222", "images": {"absent": ["ami-1"]}}]}',
    )
    asked, never, elsewhere = (HERE, "ami-1"), (HERE, "ami-2"), (IRELAND, "ami-1")
    answers = catalog.ask(IMAGES, [asked, never, elsewhere])
    assert isinstance(answers[asked], Absent)
    assert isinstance(answers[never], Unavailable)
    assert isinstance(answers[elsewhere], Unavailable)
    assert isinstance(catalog.ask(REMOVALS, [asked])[asked], Unavailable)
    assert isinstance(catalog.ask(ALLOWED_IMAGES, [HERE])[HERE], Unavailable)
    looked_up = (HERE, LOOKUPS[0])
    assert catalog.ask(SEARCHES, [looked_up]) == {looked_up: Unavailable(NEVER_ASKED)}


def recorded_searches(answers: str) -> bytes:
    return (
        b'{"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": [{"region": '
        b'"us-east-1", "account": "222222222222", "searches": {%s}}]}' % answers.encode()
    )


def test_a_recorded_lookup_is_known_by_the_arguments_that_it_gives() -> None:
    """The keys of recordings that people have: they stay what they are."""
    whole = ImageSearch(
        ("self", "amazon"), (("name", ("a", "b*")), ("tag:x", ("y",))), "^a", True, True, ("all",)
    )
    keys = {
        ImageSearch(): "{}",
        search("a", most_recent=True): '{"filters":[["name",["a"]]],"most_recent":true,'
        '"owners":["self"]}',
        whole: '{"executable_users":["all"],"filters":[["name",["a","b*"]],["tag:x",["y"]]],'
        '"include_deprecated":true,"most_recent":true,"name_regex":"^a",'
        '"owners":["self","amazon"]}',
    }
    for number, (wanted, key) in enumerate(keys.items(), 1):
        found = {"found": {key: {"image_id": f"ami-{number:08x}", "matches": number}}}
        data = recorded_searches(json.dumps(found)[1:-1])
        catalog = RecordedCatalog.load("c.json", data)
        answers = dict(catalog.ask(SEARCHES, [(HERE, each) for each in keys]))
        assert answers.pop((HERE, wanted)) == Searched(f"ami-{number:08x}", number)
        assert list(answers.values()) == [Unavailable(NEVER_ASKED)] * 2


def test_a_lookup_with_two_answers_is_a_damaged_recording_and_is_not_quoted() -> None:
    key = json.dumps('{"owners":["self"],"name_regex":"s3cr3t"}')
    both = f'"absent": [{key}], "unavailable": {{{key}: "denied"}}'
    with pytest.raises(RecordingError, match=r"an image lookup in .* has two answers") as caught:
        RecordedCatalog.load("c.json", recorded_searches(both))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda catalog: catalog.ask(IMAGES, [(HERE, MISSING)]),
        lambda catalog: catalog.ask(ANCESTRY, [(HERE, MISSING)]),
        lambda catalog: catalog.ask(PARAMETERS, [(HERE, "/golden/web")]),
        lambda catalog: catalog.ask(TEMPLATES, [(HERE, TemplateRef(None, "web"))]),
        lambda catalog: catalog.ask(EVERY_VERSION, [(HERE, EveryVersion(None, "web"))]),
        lambda catalog: catalog.ask(IDENTITIES, [HERE]),
        lambda catalog: catalog.ask(INSTANCES, [(HERE, "i-0aaaaaaaaaaaaaaaa")]),
        lambda catalog: catalog.ask(REMOVALS, [(HERE, MISSING)]),
        lambda catalog: catalog.ask(ALLOWED_IMAGES, [HERE]),
        lambda catalog: catalog.ask(SEARCHES, [(HERE, ImageSearch())]),
    ],
)
def test_offline_nobody_answers(ask: Callable[[ImageCatalog], dict[object, object]]) -> None:
    answers = ask(OfflineCatalog())
    assert answers
    assert all(isinstance(answer, Unavailable) for answer in answers.values())
