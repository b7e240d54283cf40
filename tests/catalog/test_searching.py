"""Image lookups: what EC2 is asked, and what is made of its list, as Terraform makes it."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assay.catalog.aws import name_regex
from assay.catalog.decorators.remembering import RememberingCatalog
from assay.catalog.interface import Absent, Answer, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import SEARCHES
from assay.kept import Kept
from assay.model import ImageSearch, Place, Searched
from tests.emulator import Fault, RawFault, Request, World
from tests.emulator.faults import Faults
from tests.judging import HERE, IRELAND, PIPELINES, Emulated
from tests.test_fault_matrix import ANSWERS, SECRET, broken
from tests.worlds import AMAZON, PIPELINE, REGION, STRANGER, WORKLOAD

OWN = ("self",)


def image(world: World, name: str, account: str = WORKLOAD, **more: Any) -> str:
    return world.register_image(account, REGION, name=name, **more)


def named(name: str, *owners: str, **more: Any) -> ImageSearch:
    return ImageSearch(owners or OWN, (("name", (name,)),), **more)


def found(
    emulated: Emulated, world: World, search: ImageSearch, faults: Faults | None = None
) -> Answer[Searched]:
    emulated.show(world, faults)
    return emulated.catalog.ask(SEARCHES, [(HERE, search)])[HERE, search]


def asked(emulated: Emulated) -> Any:
    (request,) = emulated.server.calls("DescribeImages")
    return request.params


# ----------------------------------------------------------------------------------- the question


def test_every_argument_is_handed_to_ec2_as_it_is(emulated: Emulated, world: World) -> None:
    filters = (("name", ("a*", "b?")), ("tag:team", ("x",)), ("name", ("c",)))
    search = ImageSearch(("self", PIPELINE), filters, "^a", True, True, ("self",))
    assert found(emulated, world, search) == Absent()
    assert asked(emulated) == {
        "Owners": ["self", PIPELINE],
        "Filters": [{"Name": name, "Values": list(values)} for name, values in filters],
        "ExecutableUsers": ["self"],
        "IncludeDeprecated": True,
        "MaxResults": 1000,
    }


def test_what_a_lookup_does_not_say_is_not_asked(emulated: Emulated, world: World) -> None:
    assert found(emulated, world, ImageSearch()) == Absent()
    assert asked(emulated) == {"IncludeDeprecated": False, "MaxResults": 1000}


def test_the_same_lookup_is_asked_once_for_each_place(emulated: Emulated, world: World) -> None:
    own = image(world, "web")
    emulated.show(world)
    keys = [(HERE, named("web")), (IRELAND, named("web")), (HERE, named("web"))]
    assert emulated.catalog.ask(SEARCHES, keys) == {
        (HERE, named("web")): Searched(own, 1),
        (IRELAND, named("web")): Absent(),
    }
    regions = sorted(call.region for call in emulated.server.calls("DescribeImages"))
    assert regions == ["eu-west-1", REGION]


def test_self_is_the_account_that_will_launch_it(emulated: Emulated, world: World) -> None:
    """Its reader looks, whoever asks."""
    own, theirs = image(world, "web"), image(world, "web", PIPELINE)
    emulated.show(world)
    keys = [(HERE, named("web")), (PIPELINES, named("web"))]
    answers = emulated.catalog.ask(SEARCHES, keys)
    assert [answers[key] for key in keys] == [Searched(own, 1), Searched(theirs, 1)]


def test_an_account_without_a_reader_is_not_looked_at(emulated: Emulated, world: World) -> None:
    emulated.show(world)
    key = (Place.of(REGION, "444444444444"), named("web"))
    answer = emulated.catalog.ask(SEARCHES, [key])[key]
    assert isinstance(answer, Unavailable)
    assert "no reader for account 444444444444" in answer.reason


# ------------------------------------------------------------------------------------- the choice


def test_one_match_is_the_image(emulated: Emulated, world: World) -> None:
    web = image(world, "web")
    image(world, "db")
    assert found(emulated, world, named("web")) == Searched(web, 1)
    assert found(emulated, world, named("web", most_recent=True)) == Searched(web, 1)


def test_of_several_the_newest_is_taken_where_it_may_be(emulated: Emulated, world: World) -> None:
    made = [image(world, f"web-{number}") for number in range(3)]
    world.image(REGION, made[1]).creation_date += timedelta(days=1)
    assert found(emulated, world, named("web-*", most_recent=True)) == Searched(made[1], 3)
    assert found(emulated, world, named("web-*")) == Searched(None, 3)


def test_of_equally_new_images_none_is_taken(emulated: Emulated, world: World) -> None:
    """EC2's list has no order, so the first of it proves nothing."""
    old, *new = (image(world, f"web-{number}") for number in range(3))
    for each in new:
        world.image(REGION, each).creation_date = world.now()
    assert found(emulated, world, named("web-*", most_recent=True)) == Searched(None, 3)
    world.image(REGION, old).creation_date = world.now() + timedelta(milliseconds=1)
    assert found(emulated, world, named("web-*", most_recent=True)) == Searched(old, 3)


def test_name_regex_is_held_against_names_before_images_are_counted(
    emulated: Emulated, world: World
) -> None:
    image(world, "web-1-beta")
    one = image(world, "web-1")
    two = image(world, "web-2")
    image(world, "web-3-beta")
    final = named("web-*", name_regex=r"^web-\d$", most_recent=True)
    assert found(emulated, world, final) == Searched(two, 2)
    assert found(emulated, world, named("web-*", name_regex="1$")) == Searched(one, 1)
    assert found(emulated, world, named("web-*", name_regex="^db")) == Absent()
    assert found(emulated, world, named("web-?", name_regex="")) == Searched(None, 2)


@pytest.mark.parametrize(
    ("owners", "taken"), [(("amazon",), 0), ((AMAZON,), 0), (OWN, 1), (("aws-marketplace",), None)]
)
def test_owners(
    emulated: Emulated, world: World, owners: tuple[str, ...], taken: int | None
) -> None:
    images = (
        image(world, "al2023", AMAZON, owner_alias="amazon", public=True),
        image(world, "al2023"),
        image(world, "al2023", STRANGER, public=True),
    )
    answer = found(emulated, world, named("al2023", *owners))
    assert answer == (Absent() if taken is None else Searched(images[taken], 1))


def test_without_an_owner_the_stranger_who_publishes_last_is_found(
    emulated: Emulated, world: World
) -> None:
    image(world, "golden-1")
    theirs = image(world, "golden-2", STRANGER, public=True)
    anybodys = ImageSearch(filters=(("name", ("golden-*",)),), most_recent=True)
    assert found(emulated, world, anybodys) == Searched(theirs, 2)


def test_deprecated_images_of_others_are_found_on_request(emulated: Emulated, world: World) -> None:
    old = image(world, "web", PIPELINE, public=True)
    world.deprecate(old, REGION)
    assert found(emulated, world, named("web", PIPELINE)) == Absent()
    on_request = named("web", PIPELINE, include_deprecated=True)
    assert found(emulated, world, on_request) == Searched(old, 1)


def test_executable_users(emulated: Emulated, world: World) -> None:
    image(world, "web", PIPELINE, public=True)
    shared = image(world, "web", PIPELINE)
    world.share(shared, REGION, WORKLOAD)
    explicit = named("web", PIPELINE, executable_users=("self",))
    assert found(emulated, world, explicit) == Searched(shared, 1)


def test_filters_by_tag_state_and_architecture(emulated: Emulated, world: World) -> None:
    first, second = image(world, "web"), image(world, "web")
    world.image(REGION, second).tags["stage"] = "released"
    world.image(REGION, first).architecture = "arm64"
    for name, value, taken in (
        ("tag:stage", "rel*", second),
        ("architecture", "arm64", first),
        ("image-id", first, first),
    ):
        both = ImageSearch(OWN, (("state", ("available",)), (name, (value,))))
        assert found(emulated, world, both) == Searched(taken, 1)


def test_the_remembering_catalogue_asks_anew(
    emulated: Emulated, world: World, tmp_path: Path
) -> None:
    emulated.show(world)
    catalog, key = RememberingCatalog(emulated.catalog, Kept(tmp_path)), (HERE, named("web"))
    assert catalog.ask(SEARCHES, [key]) == {key: Absent()}
    web = image(world, "web")
    assert catalog.ask(SEARCHES, [key]) == {key: Searched(web, 1)}
    assert not list(tmp_path.iterdir())


# -------------------------------------------------------------------------------- what is no answer


def test_pages_are_followed_to_the_end(emulated: Emulated, world: World) -> None:
    made = [image(world, f"web-{number}") for number in range(5)]
    world.page_size = 2
    assert found(emulated, world, named("web-*", most_recent=True)) == Searched(made[-1], 5)
    assert len(emulated.server.calls("DescribeImages")) == 3


def test_a_page_that_fails_discards_the_match_of_the_first(
    emulated: Emulated, world: World
) -> None:
    """It could hold a second match, or a newer one."""
    for number in range(3):
        image(world, f"web-{number}")
    world.page_size = 2

    def strike(request: Request) -> Fault | None:
        return Fault(503, "RequestLimitExceeded") if request.params.get("NextToken") else None

    alone = named("web-*", name_regex="0$")
    for search in (alone, named("web-*"), named("web-*", most_recent=True)):
        assert isinstance(found(emulated, world, search), Searched)
        answer = found(emulated, world, search, strike)
        assert isinstance(answer, Unavailable)
        assert "throttled" in answer.reason


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_fault_is_no_answer_and_says_no_secret(
    emulated: Emulated, world: World, fault: str
) -> None:
    image(world, SECRET)
    search = named(SECRET, name_regex=SECRET, most_recent=True)
    answer = found(emulated, world, search, broken("DescribeImages", ANSWERS[fault]))
    assert isinstance(answer, Unavailable)
    assert SECRET not in answer.reason


@pytest.mark.parametrize(
    ("search", "code"),
    [
        (ImageSearch(OWN, ((f"color-{SECRET}", ("x",)),)), "InvalidParameterValue"),
        (ImageSearch((f"{SECRET}*",)), "InvalidUserID.Malformed"),
        (ImageSearch(("microsoft",)), "InvalidUserID.Malformed"),
        (ImageSearch(OWN, executable_users=("everybody",)), "InvalidUserID.Malformed"),
    ],
)
def test_what_ec2_does_not_take_costs_only_the_lookup_that_says_it(
    emulated: Emulated, world: World, search: ImageSearch, code: str
) -> None:
    web = image(world, "web")
    emulated.show(world)
    good = (HERE, named("web"))
    answers = emulated.catalog.ask(SEARCHES, [(HERE, search), good])
    assert answers[good] == Searched(web, 1)
    assert answers[HERE, search] == Unavailable(
        f"ec2:DescribeImages in {REGION}: refused ({code}): "
        "EC2 does not accept an argument of the lookup"
    )


def test_a_hostile_pattern_costs_only_the_lookup_that_has_it(
    emulated: Emulated, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_regex, "SECONDS", 0.2)
    long = image(world, "a" * 127 + "!")
    emulated.show(world)
    endless, unread, good = (
        (HERE, ImageSearch(OWN, name_regex=pattern)) for pattern in ("^(a|aa)+$", "(?=a)", "^a+!$")
    )
    started = time.monotonic()
    answers = emulated.catalog.ask(SEARCHES, [endless, unread, good])
    assert time.monotonic() - started < 10
    assert answers == {
        endless: Unavailable("name_regex took longer than 0.2 s"),
        unread: Unavailable(
            "name_regex uses a form that assay does not support or Terraform does not accept"
        ),
        good: Searched(long, 1),
    }


def listed(*items: dict[str, str]) -> Faults:
    """EC2 answers with these images, whatever it is asked."""
    body = "".join(
        f"<item>{''.join(f'<{tag}>{text}</{tag}>' for tag, text in item.items())}</item>"
        for item in items
    )
    text = f"<DescribeImagesResponse><imagesSet>{body}</imagesSet></DescribeImagesResponse>"
    answer = RawFault(200, text.encode(), "text/xml")
    return lambda request: answer if request.operation == "DescribeImages" else None


A = {
    "imageId": "ami-0aaaaaaaaaaaaaaaa",
    "name": "web-a",
    "creationDate": "2026-11-01T00:00:00.000Z",
}
B = {
    "imageId": "ami-0bbbbbbbbbbbbbbbb",
    "name": "web-b",
    "creationDate": "2026-11-02T00:00:00.000Z",
}


def without(item: dict[str, str], tag: str) -> dict[str, str]:
    return {name: text for name, text in item.items() if name != tag}


@pytest.mark.parametrize(
    ("items", "search", "answer"),
    [
        ((A, B), named("web-*", most_recent=True), Searched(B["imageId"], 2)),
        ((B, A, B), named("web-*", most_recent=True), Searched(B["imageId"], 2)),
        ((A, without(B, "name")), named("web-*", name_regex="web"), Searched(A["imageId"], 1)),
        ((without(B, "name"),), named("web-*", name_regex="^"), Absent()),
        ((A, {**B, "name": ""}), named("web-*", name_regex=".?"), Searched(A["imageId"], 1)),
        ((without(A, "name"),), named("web-*"), Searched(A["imageId"], 1)),
        ((without(A, "creationDate"),), named("web-*", most_recent=True), Searched(A["imageId"], 1)),
        ((), named("web-*"), Absent()),
    ],
)  # fmt: skip
def test_what_is_made_of_a_list(
    emulated: Emulated,
    world: World,
    items: tuple[dict[str, str], ...],
    search: ImageSearch,
    answer: Answer[Searched],
) -> None:
    assert found(emulated, world, search, listed(*items)) == answer


def test_a_long_list_is_read_in_time(emulated: Emulated, world: World) -> None:
    items = [{**A, "imageId": f"ami-{number:017x}"} for number in range(20_000)]
    last = {**B, "imageId": "ami-0ffffffffffffffff"}
    wide = named("*", name_regex="^web", most_recent=True)
    started = time.monotonic()
    answer = found(emulated, world, wide, listed(*items, last))
    assert answer == Searched(last["imageId"], len(items) + 1)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ((A, without(B, "imageId")), "an image without an id"),
        ((without(A, "imageId"),), "an image without an id"),
        ((A, {**B, "imageId": ""}), "an image without an id"),
        ((without(A, "creationDate"), B), "an image without a creation date"),
        ((A, {**B, "creationDate": "last week"}), "an image without a creation date"),
    ],
)
def test_a_list_that_lacks_what_decides_is_no_answer(
    emulated: Emulated, world: World, items: tuple[dict[str, str], ...], said: str
) -> None:
    """Even where what is there would do: the image that lacks it could be the one."""
    answer = found(emulated, world, named("web-*", most_recent=True), listed(*items))
    assert answer == Unavailable(f"ec2:DescribeImages answered with {said}")


def test_a_denied_reader_sees_neither_a_match_nor_none(emulated: Emulated, world: World) -> None:
    image(world, "web")
    world.deny(WORKLOAD, "DescribeImages")
    answer = found(emulated, world, named("web"))
    assert isinstance(answer, Unavailable)
    assert "denied (UnauthorizedOperation)" in answer.reason


def test_an_argument_that_the_sdk_does_not_take_is_no_answer(
    emulated: Emulated, world: World
) -> None:
    odd: Any = 7
    answer = found(emulated, world, ImageSearch((odd,)))
    assert isinstance(answer, Unavailable)
    assert "ParamValidationError" in answer.reason


def test_nobody_is_asked_before_there_is_a_question() -> None:
    assert LiveCatalog().ask(SEARCHES, []) == {}
