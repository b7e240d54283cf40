"""What an earlier run has learnt: ancestries, and nothing that can change."""

import json
import resource
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.catalog.decorators.remembering import KEPT, RememberingCatalog
from assay.catalog.questions import ANCESTRY, IMAGES
from assay.kept import Kept
from assay.model import Ancestry, ImageName, Place, Policy, Report
from tests.emulator import Fault, RawFault
from tests.emulator.faults import Faults
from tests.judging import (
    PIPELINES,
    Emulated,
    ancestry_of,
    at,
    credentials,
    emulate,
    judged,
    lineage,
    outcomes,
    policy,
    speaking,
    struck,
)
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld


class Hidden(GoldenWorld):
    """The pipeline shares copies of copies: the workload sees no parent of what it uses."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.kept = self.world.copy_image(PIPELINE, REGION, self.golden, REGION, name="kept")
        self.used = self.shared()

    def shared(self) -> str:
        image = self.world.copy_image(PIPELINE, REGION, self.kept, REGION, name="shared")
        self.world.share(image, REGION, WORKLOAD)
        return image


@pytest.fixture
def hidden() -> Hidden:
    return Hidden()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "ancestry"


class Runs:
    """Runs of a check that share nothing but a cache directory."""

    def __init__(self, emulated: Emulated, hidden: Hidden, cache: Path) -> None:
        self.aws, self.hidden, self.cache = emulated, hidden, cache

    def __call__(
        self, *images: Any, by: Policy | None = None, faults: Faults | None = None
    ) -> Report:
        self.aws.show(self.hidden.world, faults)
        catalog = RememberingCatalog(self.aws.catalog, Kept(self.cache))
        return judged(catalog, *(images or [self.hidden.used]), by=by)

    @property
    def asked(self) -> list[str]:
        """For which images the last run asked GetImageAncestry."""
        return self.aws.ancestries()

    @property
    def file(self) -> Path:
        (path,) = self.cache.iterdir()
        return path

    def edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change what is kept by hand."""
        kept = json.loads(self.file.read_bytes())
        change(kept)
        self.file.write_text(json.dumps(kept))


@pytest.fixture
def run(emulated: Emulated, hidden: Hidden, cache: Path) -> Runs:
    return Runs(emulated, hidden, cache)


class TestWhatIsKept:
    def test_the_second_run_asks_for_no_ancestry(self, run: Runs, hidden: Hidden) -> None:
        first = run()
        assert (outcomes(first), run.asked) == (["pass"], [hidden.used])
        second = run()
        assert (outcomes(second), run.asked) == (["pass"], [])
        assert lineage(second) == lineage(first)
        assert lineage(second) == [hidden.used, hidden.kept, hidden.golden, hidden.base]

    def test_a_new_image_is_asked_for_and_added(self, run: Runs, hidden: Hidden) -> None:
        run()
        more = hidden.shared()
        run(hidden.used, more)
        assert run.asked == [more]
        run(more, hidden.used)
        assert run.asked == []

    def test_each_place_has_a_file_of_its_own(self, run: Runs, hidden: Hidden) -> None:
        """What one account was told is nothing that another one knows."""
        world = hidden.world
        world.share(hidden.used, REGION, STRANGER)
        run(hidden.used)
        strangers = at(Place.of(REGION, STRANGER), hidden.used)
        run(strangers)
        assert run.asked == [hidden.used]
        names = sorted(path.name for path in run.cache.iterdir())
        assert [name.rpartition("-")[0] for name in names] == [
            f"aws-{WORKLOAD}-{REGION}", f"aws-{STRANGER}-{REGION}",
        ]  # fmt: skip
        run(hidden.used, strangers)
        assert run.asked == []

    def test_nobody_else_can_read_or_write_it(self, run: Runs) -> None:
        run()
        assert stat.S_IMODE(run.cache.stat().st_mode) == 0o700
        assert stat.S_IMODE(run.file.stat().st_mode) == 0o600

    def test_it_holds_nothing_but_ancestries(self, run: Runs, hidden: Hidden) -> None:
        run()
        kept = json.loads(run.file.read_text())
        assert set(kept) == {"version", "endpoint", "place", "ancestry"}
        assert set(kept["ancestry"]) == {hidden.used}
        assert "golden-web" not in run.file.read_text()

    def test_a_policy_that_needs_none_keeps_nothing(self, run: Runs, hidden: Hidden) -> None:
        assert outcomes(run(by=policy(ancestry_agrees=False))) == ["pass"]
        assert outcomes(run(hidden.copy(), at(PIPELINES, hidden.used))) == ["pass", "pass"]
        assert not run.cache.exists()

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(403, "UnauthorizedOperation"),
            RawFault(200, b"<html>", "text/xml"),
            RawFault(200, b"<GetImageAncestryResponse/>", "text/xml"),
            "cut off",
        ],
    )
    def test_what_was_refused_or_incomplete_is_not_kept(
        self, run: Runs, hidden: Hidden, fault: Fault | RawFault | str
    ) -> None:
        cut = ancestry_of((hidden.used, hidden.kept), (hidden.kept, hidden.golden))
        report = run(faults=struck(cut if isinstance(fault, str) else fault))
        assert outcomes(report) == ["undetermined"]
        assert not run.cache.exists()
        assert outcomes(run()) == ["pass"]
        assert run.asked == [hidden.used]

    def test_what_an_unknown_account_sees_is_not_kept(
        self, emulated: Emulated, hidden: Hidden, cache: Path
    ) -> None:
        emulated.show(hidden.world)
        catalog = RememberingCatalog(emulated.catalog, Kept(cache))
        key = (Place.of(REGION), hidden.used)
        catalog.ask(IMAGES, [key])
        assert isinstance(catalog.ask(ANCESTRY, [key])[key], Ancestry)
        assert not cache.exists()

    def test_an_answer_about_another_image_is_not_kept(self, run: Runs, hidden: Hidden) -> None:
        """It contradicts what DescribeImages said in the same run."""
        lie = ancestry_of((hidden.used, hidden.golden), (hidden.golden, None))
        assert outcomes(run(faults=struck(lie))) == ["undetermined"]
        assert not run.cache.exists()

    def test_what_was_learnt_first_goes_first(self, run: Runs, hidden: Hidden) -> None:
        run()
        old = [f"ami-e{number:016d}" for number in range(KEPT + 5)]
        (entry,) = json.loads(run.file.read_text())["ancestry"].values()
        run.edit(lambda kept: kept.update(ancestry=dict.fromkeys(old, entry)))
        run()
        kept = list(json.loads(run.file.read_text())["ancestry"])
        assert kept == [*old[6:], hidden.used]


class TestWhatIsAskedAnew:
    def test_marks(self, run: Runs, hidden: Hidden) -> None:
        run()
        hidden.world.detach_watermark(PIPELINE, REGION, hidden.used, f"{PIPELINE}:golden-web")
        assert speaking(run().verdicts[0]) == {"unmarked": "fail"}

    def test_the_state(self, run: Runs, hidden: Hidden) -> None:
        used = hidden.copy(hidden.kept)
        assert outcomes(run(used)) == ["pass"]
        hidden.world.disable(used, REGION)
        assert speaking(run(used).verdicts[0]) == {"not-launchable": "fail"}
        assert run.asked == []

    def test_visibility(self, run: Runs, hidden: Hidden) -> None:
        run()
        hidden.world.image(REGION, hidden.used).shared_with.clear()
        assert speaking(run().verdicts[0]) == {"not-visible": "undetermined"}
        hidden.world.share(hidden.used, REGION, WORKLOAD)
        assert outcomes(run()) == ["pass"]

    def test_the_policy(self, run: Runs, hidden: Hidden) -> None:
        run()
        revoking = policy(revoked_images=(ImageName(hidden.kept, REGION),))
        assert speaking(run(by=revoking).verdicts[0])["revoked"] == "fail"
        assert speaking(run(by=policy(max_depth=1)).verdicts[0]) == {"too-deep": "fail"}
        assert run.asked == []


class TestWhatIsNotBelieved:
    def test_an_ancestry_that_the_image_contradicts(self, run: Runs, hidden: Hidden) -> None:
        run()
        other = hidden.world.copy_image(PIPELINE, REGION, hidden.base, REGION, name="other")
        hidden.world.image(REGION, hidden.used).source_image_id = other
        assert speaking(run().verdicts[0]) == {"lineage-mismatch": "fail"}
        assert run.asked == [hidden.used]

    def test_an_ancestry_of_an_older_image_of_that_id(self, run: Runs, hidden: Hidden) -> None:
        run()
        hidden.world.image(REGION, hidden.used).creation_date = hidden.world.now()
        assert outcomes(run()) == ["pass"]
        assert run.asked == [hidden.used]

    FORGERIES: tuple[Callable[[dict[str, Any]], object], ...] = (
        lambda kept: kept.update(version=2),
        lambda kept: kept.update(version=None),
        lambda kept: kept.update(endpoint=None),
        lambda kept: kept.update(endpoint="http://127.0.0.1:1"),
        lambda kept: kept["place"].update(account=STRANGER),
        lambda kept: kept["place"].update(region="eu-west-1"),
        lambda kept: kept["place"].update(partition="aws-cn"),
        lambda kept: kept.update(ancestry=[]),
        lambda kept: kept.update(ancestry=dict.fromkeys(kept["ancestry"])),
        lambda kept: only(kept).update(entries=[]),
        lambda kept: only(kept).update(end="no reason"),
        lambda kept: only(kept).update(end="lookup refused"),
        lambda kept: only(kept).update(end="not visible"),
        lambda kept: only(kept)["entries"][0].update(image_id="ami-0eeeeeeeeeeeeeeee"),
        lambda kept: only(kept)["entries"][0].update(region="eu-west-1"),
        lambda kept: only(kept)["entries"][0].update(source_image_id="ami-0eeeeeeeeeeeeeeee"),
        lambda kept: only(kept)["entries"][0].update(source_image_region="eu-west-1"),
        lambda kept: only(kept)["entries"][0].update(creation_date="2020-01-01T00:00:00Z"),
        lambda kept: kept.clear(),
    )

    @pytest.mark.parametrize("forge", FORGERIES)
    def test_a_file_that_says_something_else(
        self, run: Runs, hidden: Hidden, forge: Callable[[dict[str, Any]], object]
    ) -> None:
        run()
        run.edit(forge)
        self.is_ignored_and_mended(run, hidden)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda whole: b"",
            lambda whole: whole[:-1],
            lambda whole: whole[: len(whole) // 2],
            lambda whole: b"\x00" * len(whole),
            lambda whole: whole + b"}",
            lambda whole: b'{"x":' + b"[" * 100_000,
            lambda whole: b"null",
            lambda whole: whole.replace(b"us-east-1", b"us-east-\xff", 1),
        ],
    )
    def test_a_damaged_file(
        self, run: Runs, hidden: Hidden, damage: Callable[[bytes], bytes]
    ) -> None:
        run()
        run.file.write_bytes(damage(run.file.read_bytes()))
        self.is_ignored_and_mended(run, hidden)

    def test_a_file_of_another_place_under_this_ones_name(self, run: Runs, hidden: Hidden) -> None:
        run()
        mine = run.file
        run(at(PIPELINES, hidden.used), by=policy(revoked_images=(ImageName("ami-0e", REGION),)))
        hidden.world.share(hidden.used, REGION, STRANGER)
        run(at(Place.of(REGION, STRANGER), hidden.used))
        (theirs,) = set(run.cache.iterdir()) - {mine}
        mine.write_bytes(theirs.read_bytes())
        theirs.unlink()
        self.is_ignored_and_mended(run, hidden)

    def test_a_file_that_another_endpoint_filled(
        self, run: Runs, hidden: Hidden, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An emulator cannot teach what AWS has to say."""
        run()
        with emulate() as other:
            credentials(monkeypatch, other.server)
            elsewhere = Runs(other, hidden, run.cache)
            assert outcomes(elsewhere()) == ["pass"]
            assert elsewhere.asked == [hidden.used]

    def is_ignored_and_mended(self, run: Runs, hidden: Hidden) -> None:
        assert outcomes(run()) == ["pass"]
        assert run.asked == [hidden.used]
        assert outcomes(run()) == ["pass"]
        assert run.asked == []

    def test_what_cannot_be_read_or_replaced_is_left_alone(self, run: Runs, hidden: Hidden) -> None:
        run()
        path = run.file
        path.unlink()
        (path / "in the way").mkdir(parents=True)
        for _ in range(2):
            assert outcomes(run()) == ["pass"]
            assert run.asked == [hidden.used]
        assert path.is_dir()

    def test_a_full_disk_is_left_as_it_was(self, run: Runs, hidden: Hidden) -> None:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, limits[1]))
        try:
            assert outcomes(run()) == ["pass"]
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert run.asked == [hidden.used]
        assert list(run.cache.iterdir()) == []

    @pytest.mark.parametrize("writable", ["directory", "file"])
    def test_what_others_could_have_written(self, run: Runs, hidden: Hidden, writable: str) -> None:
        """A forged ancestry would make a forged mark agree."""
        run()
        path = run.cache if writable == "directory" else run.file
        path.chmod(path.stat().st_mode | stat.S_IWOTH)
        assert outcomes(run()) == ["pass"]
        assert run.asked == [hidden.used]

    def test_a_directory_that_cannot_be_made(self, run: Runs, hidden: Hidden) -> None:
        run.cache.parent.write_text("a file where the cache should be")
        for _ in range(2):
            assert outcomes(run()) == ["pass"]
            assert run.asked == [hidden.used]
        assert run.cache.parent.is_file()


def only(kept: dict[str, Any]) -> dict[str, Any]:
    """The one ancestry of a file."""
    (ancestry,) = kept["ancestry"].values()
    assert isinstance(ancestry, dict)
    return ancestry
