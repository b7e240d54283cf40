"""Plans of a form, depth or size that nobody makes: judged, or refused in one line; never a hang."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from resource import RLIMIT_AS, setrlimit
from typing import Any

import pytest

from tests.command import POLICY
from tests.inputs.golden import GOLD, STRANGER, Checker, checker
from tests.plans import dump, instance, plan, resource


@pytest.fixture(name="check", scope="module")
def _check(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return checker(tmp_path_factory.mktemp("extremes"))


def changed(**sections: Any) -> bytes:
    return json.dumps(plan(instance("aws_instance.a", GOLD)) | sections).encode()


def deep(levels: int, key: str, leaf: bytes = b"{}") -> bytes:
    """Nested objects as text: json.dumps gives up long before these numbers."""
    return b'{"%s":' % key.encode() * levels + leaf + b"}" * levels


def within(name: str, value: bytes) -> bytes:
    """The plain plan with `value` in place of the string `name`."""
    change = resource("aws_instance.a", {"ami": GOLD, "launch_template": [], "user_data": "HERE"})
    whole = plan(change) | {"variables": {"v": {"value": "THERE"}}}
    whole["configuration"]["root_module"]["module_calls"] = {"m": {"module": "MODULE"}}
    data = dump(whole).replace(b'"%s"' % name.encode(), value)
    return data.replace(b'"HERE"', b"null").replace(b'"THERE"', b"1").replace(b'"MODULE"', b"{}")


def modules(levels: int) -> bytes:
    return b'{"module_calls":{"m":{"module":' * levels + b"{}" + b"}}}" * levels


FINE = {
    "200 levels in a value": within("HERE", deep(200, "a")),
    "200 levels in a variable": within("THERE", deep(200, "a")),
    "60 modules": within("MODULE", modules(60)),
    "10 MB": within("HERE", b'"' + b"x" * 10_000_000 + b'"'),
    "10 MB of brackets in a string": within("HERE", b'"' + b"[{" * 5_000_000 + b'"'),
    "a huge integer": within("HERE", b"9" * 300),
    "a key twice": within("HERE", b'{"a":1,"a":2}'),
    "100,000 changes of nothing": changed(
        resource_changes=[instance("aws_instance.a", GOLD)]
        + [resource("null_resource.n", {})] * 100_000
    ),
}
INTACT = {
    "5,000 levels in a value": within("HERE", deep(5_000, "a")),
    "5,000 levels in a variable": within("THERE", deep(5_000, "a")),
    "5,000 modules": within("MODULE", modules(5_000)),
    "1,000,000 brackets": within("HERE", b"[" * 1_000_000 + b"]" * 1_000_000),
    "10 MB of digits": within("HERE", b"9" * 10_000_000),
    "10 MB for an address": within("aws_instance.a", b'"' + b"a" * 10_000_000 + b'"'),
    "a lone surrogate in an address": within("aws_instance.a", b'"aws_instance.\\ud800"'),
    "Infinity": within("HERE", b"-Infinity"),
    "1e400": within("HERE", b"1e400"),
}
"""Out of all proportion; the image is named all the same."""

TWICE = b'"ami":"%s","ami":"%s","x":' % (GOLD.encode(), STRANGER.encode())
DESTROYED = {
    "NaN": within(GOLD, b"NaN"),
    "1e400": within(GOLD, b"1e400"),
    "a huge integer": within(GOLD, b"9" * 5_000),
    "10 MB": within(GOLD, b'"' + b"ami-" * 2_500_000 + b'"'),
    "200 levels": within(GOLD, deep(200, "ami", b'"%s"' % GOLD.encode())),
    "5,000 levels": within(GOLD, deep(5_000, "ami", b'"%s"' % GOLD.encode())),
    "a lone surrogate": within(GOLD, b'"\\ud800"'),
    "a surrogate behind it": within(GOLD, b'"%s\\ud800"' % GOLD.encode()),
    "an image twice": dump(plan(instance("aws_instance.a", GOLD))).replace(b'"ami":', TWICE),
    "an address twice": changed(
        resource_changes=[instance("aws_instance.a", GOLD), instance("aws_instance.a", STRANGER)]
    ),
    "100,000 empty changes": changed(resource_changes=[{}] * 100_000),
    "nothing but a number": changed(resource_changes=7),
    "an object of changes": changed(resource_changes={"0": instance("aws_instance.a", GOLD)}),
}
"""No golden image is named where one was, or not only."""


@pytest.mark.parametrize("case", FINE)
def test_what_is_only_large_is_judged(check: Checker, case: str) -> None:
    done = check(FINE[case])
    assert done.code == 0, done.stderr
    assert done.outcomes()["aws_instance.a"] == "pass"


@pytest.mark.parametrize("case", INTACT)
def test_what_is_out_of_all_proportion_is_judged_or_refused(check: Checker, case: str) -> None:
    done = check(INTACT[case])
    assert done.code in (0, 2)
    assert done.code == 2 or len(done.outcomes()) == 1


@pytest.mark.parametrize("case", DESTROYED)
def test_what_names_no_golden_image_does_not_pass(check: Checker, case: str) -> None:
    assert check(DESTROYED[case]).code in (1, 2, 3)


OURS = dump(plan(instance("aws_instance.a", GOLD)))
THEIRS = plan(instance("aws_instance.b", STRANGER))
BESIDE = {
    "a plan on a line": dump(THEIRS),
    "a plan over many lines": json.dumps(THEIRS, indent=2).encode(),
    "a plan behind a prefix": b"[unit-b] " + dump(THEIRS),
    "a plan behind white space": b"  " + dump(THEIRS),
    "a plan and a comma": dump(THEIRS).rstrip() + b",",
    "a plan with its sections in another order": dump(dict(reversed(THEIRS.items()))),
    "the answer where there is no plan": b'{"format_version":"1.0"}',
    "a state": b'{"format_version":"1.0","values":{"root_module":{}}}',
    "the first bytes of a plan": dump(THEIRS)[:40],
    "the first half of a plan": dump(THEIRS)[: len(dump(THEIRS)) // 2],
    "a plan of a run that failed": dump(THEIRS | {"errored": True}),
}


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("case", BESIDE)
def test_nothing_beside_a_plan_is_passed_over(check: Checker, case: str, first: bool) -> None:
    """A unit of a run over many that is left out would be a unit that nobody checked."""
    parts = [BESIDE[case], OURS] if first else [OURS, BESIDE[case]]
    assert check(b"\n".join(parts)).code in (1, 2, 3)


def test_gzip_that_holds_gigabytes_ends_early_in_one_line(tmp_path: Path) -> None:
    """Of 4 GiB, no more is unpacked than fits into 512 MiB with all else that the program needs."""
    member = gzip.compress(b" " * 2**24)
    (tmp_path / "plan.json").write_bytes(member * 256)
    (tmp_path / "policy.yaml").write_text(POLICY)
    done = subprocess.run(
        [sys.executable, "-m", "assay", "check", "plan.json", "--policy=policy.yaml", "--offline"],
        cwd=tmp_path,
        preexec_fn=lambda: setrlimit(RLIMIT_AS, (2**29, 2**29)),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("assay: plan.json: gzip data that unpacks to more than 256 MiB;")
