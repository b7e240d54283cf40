"""What a store does not know, and a store that is not whole: told, with the nearest, and never read as nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from assay.fleet.derived import DERIVED
from tests import command
from tests.command import Run, talking_to
from tests.emulator import serve
from tests.fleet.test_inventory import BOTH, CI, DUBLIN, POLICY, TEAM, Faulty
from tests.fleet.test_inventory import _faults as _faults  # noqa: PLC0414
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

NIGHT = "2026-11-29"
BEFORE = "2026-11-28"
AS_OF = ("--as-of", NIGHT)
Ask = Callable[..., Run]


class Estate(GoldenWorld):
    """Three accounts in two Regions: a copy that runs, and an image of unknown origin."""

    def __init__(self) -> None:
        super().__init__()
        self.used = self.copy()
        self.unknown = self.home_made()
        self.instance = self.world.run_instance(WORKLOAD, REGION, self.used)


@pytest.fixture(name="estate")
def _estate() -> Estate:
    return Estate()


@pytest.fixture(name="ask")
def _ask(estate: Estate, faults: Faulty, tmp_path: Path) -> Iterator[Ask]:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n{TEAM}\n")
    with serve(estate.world, faults) as server:

        def ask(*arguments: str, account: str = CI) -> Run:
            cache = {"ASSAY_CACHE_DIR": str(tmp_path / "cache")}
            environment = {**talking_to(server.url, account), **cache}
            return command.assay(*arguments, cwd=tmp_path, env=environment)

        yield ask


def take(ask: Ask, night: str = NIGHT) -> int:
    return ask("inventory", "--accounts", "accounts", *BOTH, "--as-of", night).code


def questions(estate: Estate) -> list[tuple[str, ...]]:
    """Each command that asks the newest night."""
    return [
        ("audit",),
        ("preview", *AS_OF),
        ("descendants", estate.golden),
        ("descendants", "--watermark", f"{PIPELINE}:golden-*"),
        ("remediate", *AS_OF),
        ("suggest", estate.unknown, "--store", "inventory", *AS_OF),
    ]


def of_all_nights(estate: Estate) -> list[tuple[str, ...]]:
    """The same, and those that name nights or ask all of them."""
    return [
        *questions(estate),
        ("trace", estate.used, "--night", NIGHT),
        ("inventory", "diff", NIGHT, NIGHT),
        ("inventory", "sql", "SELECT count(*) AS images FROM images"),
    ]


# ----------------------------------------------------------------------------------- what is not there


def misread(id: str) -> str:
    """Another id in its first digit."""
    kind, _, digits = id.partition("-")
    return f"{kind}-f{digits[1:]}"


def unknown(estate: Estate) -> list[tuple[tuple[str, ...], str]]:
    """A question about what nobody has, and what is nearest to it."""
    image, instance = misread(estate.golden), misread(estate.instance)
    store = ("--store", "inventory", *AS_OF)
    return [
        (("descendants", image), estate.golden),
        (("descendants", "--watermark", f"{PIPELINE}:golden-wbe"), f"{PIPELINE}:golden-web"),
        (("remediate", image, *AS_OF), estate.golden),
        (("suggest", image, *store), estate.golden),
        (("suggest", instance, *store), estate.instance),
        (("trace", image, "--night", NIGHT), estate.golden),
        (("trace", instance, "--night", NIGHT), estate.instance),
        (("trace", image, "--region", REGION), estate.golden),
        (("trace", instance, "--region", REGION), estate.instance),
    ]


def test_what_is_nowhere_is_an_error_that_names_the_nearest(estate: Estate, ask: Ask) -> None:
    assert take(ask) == 0
    for arguments, near in unknown(estate):
        run = ask(*arguments, account=WORKLOAD)
        assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1), (arguments, run)
        assert near in run.stderr.partition("the nearest: ")[2], (arguments, run.stderr)


def test_what_is_no_id_at_all_is_not_looked_for(estate: Estate, ask: Ask, faults: Faulty) -> None:
    """Else it might be in a place that was not seen."""
    faults.denied.add((TEAM, DUBLIN))
    assert take(ask) == 3
    for command_ in ("descendants", "remediate"):
        run = ask(command_, estate.golden, "ami-zz")
        assert (run.code, run.stdout) == (2, "")
        assert "'ami-zz' is not an AMI id; write ami- followed by 8 or 17" in run.stderr


def test_where_a_place_was_not_seen_it_may_be_there_and_that_is_said(
    estate: Estate, ask: Ask, faults: Faulty
) -> None:
    faults.denied.add((TEAM, DUBLIN))
    assert take(ask) == 3
    for arguments, near in unknown(estate):
        run = ask(*arguments, account=WORKLOAD)
        assert run.code == 3, (arguments, run)
        assert f"{TEAM}/{DUBLIN}: denied" in " ".join(run.stdout.split()), (arguments, run)
        if arguments[0] != "trace":
            assert f"the nearest: {near}" in run.stdout, (arguments, run.stdout)
        if "--watermark" in arguments:
            continue
        document = ask(*arguments, "--format", "json", account=WORKLOAD).report
        places = {(each["account"], each["region"]): each["state"] for each in document["places"]}
        assert places[TEAM, DUBLIN] == "denied", arguments


def test_what_stands_in_another_place_is_told_from_what_is_nowhere(
    estate: Estate, ask: Ask, faults: Faulty
) -> None:
    """An id is of one Region: that another place was not seen is of no matter to it."""
    faults.denied.add((TEAM, DUBLIN))
    assert take(ask) == 3
    store = ("--store", "inventory", *AS_OF)
    for arguments, there in (
        (("trace", estate.used, "--region", DUBLIN), REGION),
        (("trace", estate.used, "--region", DUBLIN, "--night", NIGHT), REGION),
        (("trace", estate.instance, "--region", DUBLIN), f"{WORKLOAD}/{REGION}"),
        (("suggest", estate.used, "--region", DUBLIN, *store), f"{WORKLOAD}/{REGION}"),
        (("suggest", estate.instance, "--account", TEAM, *store), f"{WORKLOAD}/{REGION}"),
    ):
        run = ask(*arguments, account=WORKLOAD)
        assert (run.code, run.stdout) == (2, ""), arguments
        assert f" in {there}" in run.stderr, (arguments, run.stderr)


def test_what_aws_alone_is_asked_about_is_told_with_the_nearest_there(
    estate: Estate, ask: Ask
) -> None:
    image, instance = misread(estate.used), misread(estate.instance)
    for arguments, near in (
        (("trace", image), estate.used),
        (("trace", instance), estate.instance),
        (("suggest", image, *AS_OF), estate.used),
        (("suggest", instance, *AS_OF), estate.instance),
    ):
        run = ask(*arguments, "--region", REGION, account=WORKLOAD)
        assert (run.code, run.stdout) == (2, ""), (arguments, run)
        assert near in run.stderr.partition("the nearest: ")[2], (arguments, run.stderr)


@pytest.mark.parametrize("hidden", ["LookupEvents", "GetAllowedImagesSettings", "enabled"])
def test_an_image_that_something_may_hide_is_not_said_to_be_nowhere(
    estate: Estate, ask: Ask, hidden: str
) -> None:
    if hidden == "enabled":
        estate.world.allowed_images(WORKLOAD, REGION, "enabled", [{"ImageProviders": ["amazon"]}])
    else:
        estate.world.deny(WORKLOAD, hidden)
    run = ask("trace", misread(estate.used), "--region", REGION, account=WORKLOAD)
    assert run.code == 3, run.stderr
    assert "no lineage: EC2 shows no " in run.stdout
    assert {"LookupEvents": "cloudtrail:LookupEvents", "enabled": "Allowed AMIs is enabled"}.get(
        hidden, "GetAllowedImagesSettings"
    ) in run.stdout


def test_an_image_that_runs_and_is_gone_is_known(estate: Estate, ask: Ask) -> None:
    estate.world.deregister(estate.used, REGION)
    run = ask("suggest", estate.used, "--region", REGION, *AS_OF, account=WORKLOAD)
    assert run.code == 0, run.stderr
    assert estate.golden in run.stdout


# ---------------------------------------------------------------------------- what is not whole, or gone


def night(folder: Path, of: str = NIGHT) -> Path:
    return folder / "inventory" / f"night={of}"


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-40])
    return path


def newer(folder: Path) -> Path:
    path = night(folder) / "places.parquet"
    told = "(FORMAT parquet, KV_METADATA {assay_store: '2'})"
    duckdb.execute(f"COPY (SELECT * FROM '{path}') TO '{folder}/newer.parquet' {told}")
    return (folder / "newer.parquet").replace(path)


def of_a_place(folder: Path, table: str) -> Path:
    return night(folder) / f"account={WORKLOAD}" / f"region={REGION}" / f"{table}.parquet"


def gone(path: Path) -> Path:
    path.unlink()
    return path


DAMAGES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a newer form": (
        newer,
        "was written in version 2 of the store format; this assay reads version 1",
    ),
    "places cut off": (lambda it: cut(night(it) / "places.parquet"), "cannot be read"),
    "images cut off": (lambda it: cut(of_a_place(it, "images")), "cannot be read"),
    "uses cut off": (lambda it: cut(of_a_place(it, "uses")), "cannot be read"),
    "images gone": (
        lambda it: gone(of_a_place(it, "images")),
        "does not exist, but night 2026-11-29",
    ),
    "uses gone": (lambda it: gone(of_a_place(it, "uses")), "does not exist, but night 2026-11-29"),
    "gathered images cut off": (lambda it: cut(night(it) / "_images.parquet"), "cannot be read"),
    "gathered uses cut off": (lambda it: cut(night(it) / "_uses.parquet"), "cannot be read"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_named_by_every_question(
    estate: Estate, ask: Ask, tmp_path: Path, damage: str
) -> None:
    assert take(ask) == 0
    harm, said = DAMAGES[damage]
    path = harm(tmp_path)
    for arguments in of_all_nights(estate):
        run = ask(*arguments)
        assert (run.code, run.stdout) == (2, ""), (arguments, run)
        assert said in run.stderr, (arguments, run.stderr)
        assert path.name in run.stderr, (arguments, run.stderr)
        assert "Traceback" not in run.stderr


@pytest.mark.parametrize("name", DERIVED)
def test_what_was_worked_out_before_is_damaged(
    estate: Estate, ask: Ask, tmp_path: Path, name: str
) -> None:
    assert take(ask) == 0
    path = cut(night(tmp_path) / f"_{name}.parquet")
    run = ask("descendants", estate.golden)
    assert (run.code, run.stdout) == (2, "")
    assert "cannot be read" in run.stderr
    assert path.name in run.stderr


def test_a_night_that_is_not_there_is_told_with_the_nearest(estate: Estate, ask: Ask) -> None:
    assert take(ask) == 0
    for arguments in questions(estate):
        run = ask(*arguments, "--night", "2026-11-01")
        assert (run.code, run.stdout) == (2, ""), arguments
        assert "has no night 2026-11-01; the nearest night is 2026-11-29" in run.stderr, arguments
    run = ask("inventory", "diff", "2026-11-01", NIGHT)
    assert "has no night 2026-11-01; the nearest night is 2026-11-29" in run.stderr


def test_a_half_written_night_is_named_and_the_one_before_it_answers(
    estate: Estate, ask: Ask, tmp_path: Path
) -> None:
    assert take(ask, BEFORE) == 0
    assert take(ask) == 0
    (night(tmp_path) / "places.parquet").unlink()
    half = f"the run that writes {NIGHT} has not ended"
    for arguments in questions(estate):
        run = ask(*arguments)
        assert run.code in (0, 1, 3), (arguments, run.stderr)
        assert (
            f"night {NIGHT} is not complete: {half}; the newest complete night is {BEFORE}"
            in run.stderr
        ), arguments
        named = ask(*arguments, "--night", NIGHT)
        assert (named.code, named.stdout) == (2, ""), arguments
        assert (
            f"night {NIGHT} is not complete: {half}; the nearest complete night is {BEFORE}"
            in named.stderr
        ), arguments
        assert half not in ask(*arguments, "--night", BEFORE).stderr, arguments
    run = ask("inventory", "sql", "SELECT DISTINCT night FROM images")
    assert (run.code, NIGHT in run.stdout) == (0, False)
    assert f"night {NIGHT} is not complete: {half}; it is not used" in run.stderr
    run = ask("inventory", "diff", BEFORE, NIGHT)
    assert (run.code, run.stdout) == (2, "")
    assert half in run.stderr
    (night(tmp_path, BEFORE) / "places.parquet").unlink()
    for arguments in of_all_nights(estate):
        run = ask(*arguments)
        assert (run.code, run.stdout) == (2, ""), arguments
        assert half in run.stderr, (arguments, run.stderr)
