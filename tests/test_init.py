"""`assay init`: a first policy that holds, from nothing or from EC2's own settings."""

import json
import os
import pty
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.allowed_amis import starter
from assay.allowed_amis.adopt import Adopted, adopt
from assay.allowed_amis.export import allowed_amis
from assay.allowed_amis.settings import read_settings
from assay.errors import InputError
from assay.model import Policy, Severity, WatermarkFilter
from assay.policy.load import load, validate
from tests import command
from tests.allowed import CODES, CRITERIA, NAME_PATTERNS, images, some
from tests.emulator import World
from tests.emulator.records import Caller
from tests.emulator.visibility import is_allowed
from tests.policy.builders import AS_OF
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD

SCHEMA_DAYS = st.integers(0, 2147483647)
FALLBACK = WatermarkFilter("444444444444:fallback")
KEYS = st.from_regex(r"[0-9]{12}:[A-Za-z0-9()\[\] ./'@_*?-]{1,128}", fullmatch=True)
ACCOUNTS = st.from_regex("[0-9]{12}", fullmatch=True)
TEMPLATE = (Path(starter.__file__).parent / "starter.yaml").read_text()


def adopted(*criteria: dict[str, Any], state: str = "enabled", **settings: Any) -> Adopted:
    whole = {"State": state, "ImageCriteria": list(criteria), **settings}
    return adopt(read_settings("settings.json", json.dumps(whole).encode()), FALLBACK)


def text(*criteria: dict[str, Any], **settings: Any) -> str:
    return starter.text(adopted(*criteria, **settings).start)


def policy(document: str) -> Policy:
    """Read as a check reads it, and held against the schema."""
    return validate("assay.yaml", document.encode())


def written(*criteria: dict[str, Any], **settings: Any) -> Policy:
    return policy(text(*criteria, **settings))


def answered_for(document: str) -> str:
    """The policy once somebody has taken its exceptions on."""
    whole = re.sub(r"^#(?=exceptions:|  - match|    \w)", "", document, flags=re.MULTILINE)
    return whole.replace("YYYY-MM-DD", "2027-01-31")


def stubs(document: str) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
    """The exceptions that it holds ready, besides the example that is there without any."""
    found = [
        ({k: v for k, v in vars_of(each.match.image).items() if v}, each.rules)
        for each in policy(answered_for(document)).exceptions
    ]
    example = {"owner_alias": "aws-marketplace", "product_code": "abc123"}
    return [] if found == [(example, ("unmarked",))] else found


def vars_of(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def remarks(*criteria: dict[str, Any]) -> list[str]:
    lines = [line for line in text(*criteria).splitlines() if line.startswith("# - ")]
    assert [line.removeprefix("# - ") for line in lines] == list(adopted(*criteria).lost)
    return [line.removeprefix("# - ") for line in lines]


# ---------------------------------------------------------------------------------- what is shipped


def test_the_file_that_is_shipped_is_a_policy() -> None:
    assert policy(TEMPLATE).golden.watermarks == (WatermarkFilter("111122223333:golden-*"),)


def test_all_that_is_commented_out_can_be_taken_in() -> None:
    whole = re.sub(r"^( *)#(?=\w|  )", r"\1", TEMPLATE, flags=re.MULTILINE)
    found = policy(whole.replace("YYYY-MM-DD", "2027-01-31"))
    assert found.golden.source_images
    assert found.golden.watermarks[0].max_days_since_watermark_created
    assert None not in vars_of(found.require).values()
    assert found.require.allowed_by_ec2
    assert found.revoked.watermarks
    assert found.revoked.images
    assert found.exceptions
    assert found.readers.by_account
    assert found.readers.common
    assert found.golden.roots
    assert found.fleet
    assert found.region


def test_an_exception_that_nobody_filled_in_is_refused() -> None:
    from assay.errors import PolicyError

    with pytest.raises(PolicyError, match="expires"):
        policy(re.sub(r"^#(?=exceptions:|  - match|    \w)", "", TEMPLATE, flags=re.MULTILINE))


@given(KEYS)
def test_any_mark_can_be_golden(key: str) -> None:
    found = policy(starter.text(starter.Start((WatermarkFilter(key),))))
    assert found.golden.watermarks == (WatermarkFilter(key),)
    assert (found.require.owners, found.exceptions) == (None, ())


# ----------------------------------------------------------------------------- settings, and back


CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "ImageProviders": st.just(["none"]) | st.lists(ACCOUNTS, min_size=1, max_size=5, unique=True),
    "CreationDateCondition": st.fixed_dictionaries({"MaximumDaysSinceCreated": SCHEMA_DAYS}),
    "DeprecationTimeCondition": st.just({"MaximumDaysSinceDeprecated": 0}),
    "ScanResultCondition": st.fixed_dictionaries(
        {
            "MaximumSeverityLabel": st.sampled_from(
                ["informational", "low", "medium", "high", "critical"]
            )
        }
    ),
}
FILTERS = st.fixed_dictionaries(
    {"WatermarkKey": KEYS},
    optional={
        "SourceImageRegion": st.from_regex(r"[a-z0-9*?-]{1,64}", fullmatch=True),
        "MaximumDaysSinceSourceImageCreated": SCHEMA_DAYS,
        "MaximumDaysSinceWatermarkCreated": SCHEMA_DAYS,
    },
)
EXPRESSIBLE = st.fixed_dictionaries({"ImageWatermarks": some(FILTERS, 4)}, optional=CONDITIONS)


@given(EXPRESSIBLE)
def test_what_both_can_say_comes_back(criterion: dict[str, Any]) -> None:
    assert remarks(criterion) == []
    assert list(allowed_amis(written(criterion), AS_OF).criteria) == [criterion]


EXCEPTED = st.fixed_dictionaries(
    {},
    optional={
        "ImageProviders": st.sampled_from(["amazon", "aws-marketplace", "111122223333"]).map(
            lambda provider: [provider]
        ),
        "MarketplaceProductCodes": st.sampled_from(CODES).map(lambda code: [code]),
        "ImageNames": st.sampled_from(NAME_PATTERNS).map(lambda name: [name]),
    },
).filter(bool)


@given(FILTERS, st.lists(EXCEPTED, min_size=1, max_size=3, unique_by=str))
def test_exceptions_come_back_once_somebody_answers_for_them(
    filter: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    criteria = [{"ImageWatermarks": [filter]}, *others]
    document = text(*criteria)
    assert policy(document).exceptions == ()
    assert list(allowed_amis(policy(answered_for(document)), AS_OF).criteria) == criteria


@given(EXPRESSIBLE, EXCEPTED)
def test_an_exception_waives_all_that_its_criterion_does_not_ask(
    main: dict[str, Any], other: dict[str, Any]
) -> None:
    found = allowed_amis(policy(answered_for(text(main, other))), AS_OF).criteria
    assert found[0] == main
    trusted = set(other.get("ImageProviders", ())) & set(main.get("ImageProviders", ()))
    if not trusted:
        assert found[1:] == (other,)


LAXER = ("also requires ", "requires a scan", "days after a fix is available")
"""In remarks: what the settings ask of a marked image and the policy does not."""


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Images that do not belong to the account whose settings they are."""
    world = World(lambda: AS_OF)
    for _ in range(3):
        draw(images(world, (PIPELINE, STRANGER)))
    return world


def admitted(world: World, criteria: Sequence[Mapping[str, Any]]) -> set[str]:
    """What the emulator makes of the images."""
    world.allowed_images(WORKLOAD, REGION, "enabled", criteria)
    caller = Caller(WORKLOAD, REGION, "")
    return {id for (_, id), image in world.images.items() if is_allowed(world, caller, image)}


def test_the_policy_lets_pass_what_the_settings_admit() -> None:
    met: Counter[str] = Counter()

    @given(worlds(), CRITERIA)
    def holds(world: World, criteria: list[dict[str, Any]]) -> None:
        found = adopted(*criteria)
        document = starter.text(found.start)
        before = admitted(world, criteria)
        alone = admitted(world, allowed_amis(policy(document), AS_OF).criteria)
        if not any(word in each for word in LAXER for each in found.lost):
            met["stricter" if before - alone else "alike"] += 1
            assert alone <= before
        if not found.lost and found.start.stubs:
            whole = allowed_amis(policy(answered_for(document)), AS_OF).criteria
            met["whole"] += bool(before)
            assert admitted(world, whole) == before

    holds()
    assert set(met) == {"stricter", "alike", "whole"}


# ----------------------------------------------------------------------------- what becomes of what

MARK = {"WatermarkKey": "111122223333:golden-*"}
GOLDEN = {"ImageWatermarks": [MARK]}


def test_criteria_that_differ_in_their_marks_alone_are_one_policy() -> None:
    other = {"WatermarkKey": "111122223333:base", "MaximumDaysSinceWatermarkCreated": 3}
    days = {"CreationDateCondition": {"MaximumDaysSinceCreated": 9}}
    found = written(GOLDEN | days, {"ImageWatermarks": [other]} | days, GOLDEN | days)
    assert found.golden.watermarks == (
        WatermarkFilter("111122223333:golden-*"),
        WatermarkFilter("111122223333:base", max_days_since_watermark_created=3),
    )
    assert found.require.max_age_days == 9


def test_marks_under_other_conditions_are_left_out_and_told() -> None:
    other = {"ImageWatermarks": [{"WatermarkKey": "111122223333:base"}], "ImageNames": ["base-*"]}
    assert written(GOLDEN, other).golden.watermarks == (WatermarkFilter(MARK["WatermarkKey"]),)
    assert remarks(GOLDEN, other) == [
        'criterion 2 admits "111122223333:base" under other conditions and is left out'
    ]


@pytest.mark.parametrize(
    ("filter", "why"),
    [
        ({}, "without a key: watermarks of any account would be golden"),
        ({"SourceImageRegion": "us-*"}, "without a key: watermarks of any account would be golden"),
        ({"WatermarkKey": "*:golden"}, 'for "*:golden": a policy needs 12 digits'),
        ({"WatermarkKey": "*"}, 'for "*": a policy needs 12 digits'),
        ({"WatermarkKey": "11112222333?:golden"}, 'for "11112222333?:golden": a policy needs'),
        (
            MARK | {"SourceImageRegion": "US-*"},
            'for the Region "US-*", which a policy cannot contain',
        ),
    ],
)
def test_a_filter_that_a_policy_does_not_take_is_told(filter: dict[str, Any], why: str) -> None:
    criterion = {"ImageWatermarks": [filter, MARK]}
    assert written(criterion).golden.watermarks == (WatermarkFilter(MARK["WatermarkKey"]),)
    (told,) = remarks(criterion)
    assert told.startswith(f"criterion 1 has a watermark filter {why}")
    alone = {"ImageWatermarks": [filter], "ImageProviders": ["amazon"]}
    assert adopted(alone).names_marks is False
    assert stubs(text(alone)) == []
    assert remarks(alone)[1] == "criterion 1 is left out, because it has no other watermark filter"


def test_providers_of_a_mark_are_owners_and_aliases_exceptions() -> None:
    criterion = GOLDEN | {"ImageProviders": ["amazon", "222222222222", "111122223333"]}
    assert written(criterion).require.owners == ("self", "222222222222", "111122223333")
    assert stubs(text(criterion)) == [({"owner_alias": "amazon"}, ("untrusted-owner",))]
    assert written(GOLDEN | {"ImageProviders": ["none"]}).require.owners == ("self",)
    assert written(GOLDEN | {"ImageProviders": ["amazon"]}).require.owners == ("self",)
    assert written(GOLDEN).require.owners is None


def test_what_a_policy_does_not_ask_of_a_marked_image_is_told() -> None:
    criterion = GOLDEN | {
        "ImageNames": ["golden-*"],
        "MarketplaceProductCodes": ["abc"],
        "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 30},
        "ScanResultCondition": {
            "MaximumSeverityLabel": "low",
            "MaxDaysSinceLastFindingScan": 7,
            "MaxDaysSinceHighFixAvailable": 3,
        },
    }
    assert remarks(criterion) == [
        'criterion 1 also requires a product code: "abc"',
        'criterion 1 also requires a name: "golden-*"',
        "criterion 1 admits an image for 30 days after its deprecation, which this policy cannot express",
        "criterion 1 requires a scan in the last 7 days",
        "criterion 1 allows high findings until 3 days after a fix is available",
    ]
    found = written(criterion)
    assert found.require.max_scan_severity == "low"
    assert found.severities["deprecated"] is Severity.ERROR


def test_whoever_is_admitted_without_a_mark_becomes_an_exception() -> None:
    conditions = {
        "ImageProviders": ["111122223333"],
        "CreationDateCondition": {"MaximumDaysSinceCreated": 90},
        "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0},
        "ScanResultCondition": {"MaximumSeverityLabel": "medium"},
    }
    vendors = {"ImageProviders": ["aws-marketplace"], "MarketplaceProductCodes": ["abc", "def"]}
    everything = ("unmarked", "untrusted-owner", "too-old", "deprecated", "scan-findings")
    assert stubs(text(GOLDEN | conditions, vendors)) == [
        ({"owner_alias": "aws-marketplace", "product_code": "abc"}, everything),
        ({"owner_alias": "aws-marketplace", "product_code": "def"}, everything),
    ]
    alike = conditions | {"ImageProviders": ["amazon", "111122223333"]}
    assert stubs(text(GOLDEN | conditions, alike)) == [
        ({"owner_alias": "amazon"}, ("unmarked", "untrusted-owner")),
        ({"owner": "111122223333"}, ("unmarked",)),
    ]
    assert remarks(GOLDEN | conditions, alike) == []
    laxer = alike | {
        "CreationDateCondition": {"MaximumDaysSinceCreated": 91},
        "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 1},
        "ScanResultCondition": {"MaximumSeverityLabel": "high"},
    }
    assert stubs(text(GOLDEN | conditions, laxer))[1] == (
        {"owner": "111122223333"},
        ("unmarked", "too-old", "deprecated", "scan-findings"),
    )
    (told,) = remarks(GOLDEN | conditions, laxer)
    assert told == (
        "criterion 2 limits the age to 91 days, the days since deprecation to 1, "
        "what Amazon Inspector found, which an exception cannot do"
    )


def test_settings_without_a_mark_leave_it_to_whoever_asks() -> None:
    providers = {
        "ImageProviders": ["111122223333", "amazon"],
        "CreationDateCondition": {"MaximumDaysSinceCreated": 90},
    }
    found = written(providers)
    assert adopted(providers).names_marks is False
    assert found.golden.watermarks == (FALLBACK,)
    assert (found.require.owners, found.require.max_age_days) == (("self", "111122223333"), 90)
    assert stubs(text(providers)) == [
        ({"owner": "111122223333"}, ("unmarked",)),
        ({"owner_alias": "amazon"}, ("unmarked", "untrusted-owner")),
    ]
    two = written(providers, {"ImageNames": ["web-*"]})
    assert (two.require.owners, two.require.max_age_days) == (None, None)


@pytest.mark.parametrize("criteria", [[], [{"ImageProviders": ["none"]}]])
def test_settings_that_admit_nobody_else_need_no_exception(criteria: list[dict[str, Any]]) -> None:
    assert stubs(text(*criteria)) == []
    assert remarks(*criteria) == []


def test_a_criterion_that_names_nothing_is_no_exception() -> None:
    young = {"CreationDateCondition": {"MaximumDaysSinceCreated": 9}}
    assert stubs(text(GOLDEN, young)) == []
    assert remarks(GOLDEN, young) == [
        "criterion 2 names no watermark, provider, product code or name"
    ]


def test_nobody_reads_hundreds_of_exceptions() -> None:
    many = {"ImageProviders": [f"{n:012}" for n in range(7)], "ImageNames": ["a", "b", "c"]}
    assert stubs(text(GOLDEN, many)) == []
    (told,) = remarks(GOLDEN, many)
    assert told == (
        "criterion 2 admits 7 providers, 1 product codes and 3 names together: "
        "write exceptions for the ones you use"
    )
    many["ImageProviders"].pop()
    assert len(stubs(text(GOLDEN, many))) == 18


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"state": "audit-mode", "ManagedBy": "account"}, "audit-mode, managed by the account."),
        ({"state": "enabled", "ManagedBy": "declarative-policy"},
         "enabled, managed by a declarative-policy."),
        ({"state": "disabled"}, "disabled."),
    ],
)  # fmt: skip
def test_the_policy_says_where_it_comes_from(settings: dict[str, Any], line: str) -> None:
    top = text(GOLDEN, **settings).partition("version:")[0]
    assert f"# Made from Allowed AMIs settings; their state: {line}\n" in top


@pytest.mark.parametrize(
    "told",
    [
        {"ImageNames": ["x\nundetermined: warning"]},
        {"ImageNames": ["x\u2028undetermined: warning"]},
        {"ImageProviders": ["amazon }}\n"]},
        {"ImageProviders": ["٤" * 12]},
        {"MarketplaceProductCodes": ["abc\n"]},
        {"ImageWatermarks": [{"WatermarkKey": "111122223333:a\nb"}]},
        {"ImageWatermarks": [{"WatermarkKey": "111122223333:a", "SourceImageRegion": "\x85"}]},
        {"ScanResultCondition": {"MaximumSeverityLabel": "untriaged"}},
        {"CreationDateCondition": {"MaximumDaysSinceCreated": -1}},
        {"CreationDateCondition": {"MaximumDaysSinceCreated": "9"}},
        {"ConditionOfTomorrow": {}},
        {"DeprecationTimeCondition": {"ConditionOfTomorrow": 1}},
    ],
)
def test_what_ec2_would_not_say_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"^settings\.json: not Allowed AMIs settings: ") as error:
        adopted(told)
    assert "warning" not in str(error.value)
    assert "(?" not in str(error.value)


def test_nothing_of_the_settings_can_become_a_line_of_the_policy() -> None:
    """Quotes, hashes and brackets are EC2's own; what a state is called is anybody's."""
    name = "a ]b[ ' /x" + "@" * 60
    document = text(GOLDEN, {"ImageNames": [name]}, state='on" # \\n version: 2')
    assert policy(document).exceptions == ()
    assert stubs(document) == [({"name": name}, ("unmarked",))]
    with pytest.raises(InputError):
        text(GOLDEN, state="on\nundetermined: warning")


# -------------------------------------------------------------------------------- the whole command


def init(here: Path, *arguments: str, stdin: bytes = b"", **env: str) -> command.Run:
    return command.assay("init", *arguments, cwd=here, stdin=stdin, env=env)


def key_in(here: Path, name: str = "assay.yaml") -> str | None:
    run = command.assay("policy", "validate", name, cwd=here)
    assert (run.code, run.stdout) == (0, f"{name}: valid\n")
    return load(name, (here / name).read_bytes()).golden.watermarks[0].key


def files(here: Path) -> list[str]:
    return sorted(path.name for path in here.iterdir())


def test_without_a_terminal_nobody_is_asked(tmp_path: Path) -> None:
    run = init(tmp_path)
    assert (run.code, run.stdout) == (0, "")
    assert run.stderr == (
        "assay: wrote assay.yaml\n"
        "assay: change 111122223333:golden-* in the file: "
        "you did not give the account and the name of the golden watermark\n"
    )
    assert key_in(tmp_path) == "111122223333:golden-*"


def test_what_is_said_stands_in_the_policy(tmp_path: Path) -> None:
    run = init(tmp_path, "--account", "222233334444", "--watermark", "base (al2023) *")
    assert (run.code, run.stderr) == (0, "assay: wrote assay.yaml\n")
    assert key_in(tmp_path) == "222233334444:base (al2023) *"
    assert "111122223333" not in (tmp_path / "assay.yaml").read_text()
    run = init(tmp_path, "--policy", "half.yaml", "--account", "222233334444")
    assert run.stderr.endswith(": you did not give the name of the golden watermark\n")
    assert key_in(tmp_path, "half.yaml") == "222233334444:golden-*"


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text("mine")
    for arguments in ([], ["--from-allowed-amis", "missing.json"]):
        run = init(tmp_path, *arguments)
        assert run.code == 2
        assert run.stderr == "assay: assay.yaml: already exists; use --force to overwrite it\n"
    assert (tmp_path / "assay.yaml").read_text() == "mine"
    assert init(tmp_path, "--force").code == 0
    assert key_in(tmp_path) == "111122223333:golden-*"
    (tmp_path / "link.yaml").symlink_to("nowhere.yaml")
    assert init(tmp_path, "--policy", "link.yaml").code == 2
    assert not (tmp_path / "nowhere.yaml").exists()
    assert files(tmp_path) == ["assay.yaml", "link.yaml"]


def test_where_it_is_written_may_come_from_the_environment(tmp_path: Path) -> None:
    assert init(tmp_path, ASSAY_POLICY="gate.yaml").code == 0
    assert files(tmp_path) == ["gate.yaml"]


SETTINGS = {
    "State": "audit-mode",
    "ManagedBy": "account",
    "ImageCriteria": [GOLDEN, {"ImageProviders": ["amazon"]}],
}


def test_settings_come_from_a_file_or_from_standard_input(tmp_path: Path) -> None:
    whole = json.dumps(SETTINGS | {"ResponseMetadata": {}}).encode()
    (tmp_path / "settings.json").write_bytes(b"\xef\xbb\xbf" + whole)
    run = init(tmp_path, "--from-allowed-amis", "settings.json")
    assert run.code == 0
    assert run.stderr == (
        "assay: wrote assay.yaml\n"
        "assay: 1 exception is commented out: each needs somebody who is responsible for it\n"
    )
    assert key_in(tmp_path) == "111122223333:golden-*"
    again = init(tmp_path, "--policy", "b.yaml", "--from-allowed-amis", "-", stdin=whole)
    assert again.code == 0
    assert (tmp_path / "b.yaml").read_bytes() == (tmp_path / "assay.yaml").read_bytes()


def test_what_is_exported_can_be_started_from(tmp_path: Path) -> None:
    for arguments in (["--account", "222233334444"], ["--force", "--from-allowed-amis", "c.json"]):
        assert init(tmp_path, *arguments).code == 0
        assert command.assay("export", "allowed-amis", "-o", "c.json", cwd=tmp_path).code == 0
        assert json.loads((tmp_path / "c.json").read_text()) == {
            "ImageCriteria": [{"ImageWatermarks": [{"WatermarkKey": "222233334444:golden-*"}]}]
        }


def test_settings_that_name_no_mark_take_what_is_said(tmp_path: Path) -> None:
    settings = json.dumps({"ImageCriteria": [{"ImageProviders": ["111122223333"]}]}).encode()
    run = init(tmp_path, "--from-allowed-amis", "-", "--account", "222233334444", stdin=settings)
    assert run.code == 0
    assert "you did not give the name" in run.stderr
    assert key_in(tmp_path) == "222233334444:golden-*"
    assert 'owners: [self, "111122223333"]' in (tmp_path / "assay.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--account", "1"], "'1' is not an account of 12 digits"),
        (["--watermark", "a:b"], "'a:b' is not a valid watermark name"),
        (["--watermark", "222233334444:gold-*"], "(* and ? are allowed); write --account 222233334444 --watermark 'gold-*'"),
        (["--policy", "."], "assay: .: cannot be written: it is a directory; name a file in it\n"),
        (["--watermark", ""], "'' is not a valid watermark name"),
        (["--watermark", "x" * 129], "is not a valid watermark name"),
        (["--policy", "missing/assay.yaml"], "missing/assay.yaml: cannot be written"),
        (["--from-allowed-amis", "missing.json"], "missing.json: cannot be read"),
        (["--from-allowed-amis", ""], "assay: --from-allowed-amis names nothing; is a variable not set?"),
        (["--from-allowed-amis", "-"], "standard input: not Allowed AMIs settings: empty; write them with"),
        (["--from-allowed-amis", "settings.json", "--account", "222233334444"],
         "the settings already name watermarks: leave out --account and --watermark"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_writes_nothing(
    tmp_path: Path, arguments: list[str], line: str
) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    run = init(tmp_path, *arguments)
    assert (run.code, run.stdout) == (2, "")
    assert line in run.stderr
    assert run.stderr.count("\n") == 1
    assert files(tmp_path) == ["settings.json"]


def at_a_terminal(here: Path, typed: str, *arguments: str) -> tuple[int, str]:
    """The command with a terminal for standard input and standard error: its code, what it says."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "assay", "init", *arguments],
        cwd=here, stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, typed.encode())
    said = b""
    while True:
        try:
            part = os.read(ours, 1024)
        except OSError:  # how Linux tells that nobody holds the other end any more
            break
        said += part
    os.close(ours)
    return running.wait(60), said.decode()


@pytest.mark.parametrize(
    ("typed", "arguments", "key"),
    [
        ("222233334444\nbase-*\n", [], "222233334444:base-*"),
        ("222233334444\n\n", [], "222233334444:golden-*"),
        ("1\n222233334444\na:b\nbase\n", [], "222233334444:base"),
        ("base\n", ["--account", "222233334444"], "222233334444:base"),
        ("222233334444\n", ["--watermark", "base"], "222233334444:base"),
        ("", ["--account", "222233334444", "--watermark", "base"], "222233334444:base"),
    ],
)
def test_whoever_sits_at_a_terminal_is_asked(
    tmp_path: Path, typed: str, arguments: list[str], key: str
) -> None:
    code, said = at_a_terminal(tmp_path, typed, *arguments)
    assert code == 0, said
    assert said.endswith("assay: wrote assay.yaml\r\n")
    assert key_in(tmp_path) == key


def test_a_key_in_the_place_of_a_name_is_told_at_a_terminal(tmp_path: Path) -> None:
    code, said = at_a_terminal(tmp_path, "222233334444\n222233334444:base\nbase\n")
    assert code == 0, said
    assert "(* and ? are allowed); leave out the account" in said


def test_nobody_is_asked_where_the_question_would_not_be_seen(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "assay", "init"],
        cwd=tmp_path, stdin=theirs, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0
    assert b"you did not give the account and the name" in done.stderr


def test_whoever_goes_away_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    code, said = at_a_terminal(tmp_path, "\x04")
    assert code == 2
    assert said.endswith("assay: interrupted\r\n")
    assert files(tmp_path) == []


# ------------------------------------------------------------------------------ starter policies

STARTERS = sorted(path.parent for path in Path("policies").resolve().glob("*/policy.yaml"))


@pytest.mark.parametrize("starter", STARTERS, ids=lambda path: path.name)
def test_a_starter_policy_is_written_as_it_is(tmp_path: Path, starter: Path) -> None:
    run = init(tmp_path, "--from", starter.name)
    said = "assay: wrote assay.yaml: its comments say what to change\n"
    assert (run.code, run.stdout, run.stderr) == (0, "", said)
    assert (tmp_path / "assay.yaml").read_bytes() == (starter / "policy.yaml").read_bytes()
    again = init(tmp_path, "--from", starter.name)
    assert (again.code, again.stderr.count("\n")) == (2, 1)


def test_the_list_has_every_starter_policy_with_what_it_is_for(tmp_path: Path) -> None:
    run = init(tmp_path, "--list")
    assert (run.code, run.stderr) == (0, "")
    *lines, empty, last = run.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [path.name for path in STARTERS]
    for line, path in zip(lines, STARTERS, strict=True):
        assert line.split(maxsplit=1)[1] in (path / "policy.yaml").read_text().splitlines()[0]
    assert (empty, last.endswith(f"in {STARTERS[0].parent}")) == ("", True)
    assert not (tmp_path / "assay.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--from", "regulatd"], "'regulatd' is not a starter policy; did you mean 'regulated'?"),
        (["--from", "zzz"], "'zzz' is not a starter policy; there are managed-services, many-regions"),
        (["--from", "../docs"], "'../docs' is not a starter policy"),
        (["--from", "regulated", "--account", "111122223333"], "--from takes a policy as it is"),
        (["--from", "regulated", "--from-allowed-amis", "-"], "--from takes a policy as it is"),
    ],
)  # fmt: skip
def test_what_is_no_starter_policy_writes_nothing(
    tmp_path: Path, arguments: list[str], line: str
) -> None:
    run = init(tmp_path, *arguments)
    assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert line in run.stderr
    assert not (tmp_path / "assay.yaml").exists()
