"""Plans as no terraform writes them. Whatever is handed in: no traceback, no hang, no false `pass`.

Every image of the seeds is golden, so each reference passes until something destroys it; `golden.py`
tells what may pass after that. The whole command runs, in this process, as it would for a user.
"""

import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.inputs.golden import (
    GOLD,
    OURS,
    SEEDS,
    SILVER,
    STRANGER,
    TEMPLATE,
    Checker,
    assert_sound,
    checker,
)

EXAMPLES = max(500, settings().max_examples)  # 500 in everyday runs, 10,000 in the nightly profile


@pytest.fixture(name="check", scope="module")
def _check(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return checker(tmp_path_factory.mktemp("fuzz"))


# ---------------------------------------------------------------------------------- the mutations

Node = tuple[Any, Any]  # a container and the key or index of one value in it


def nodes(tree: Any) -> list[Node]:
    found: list[Node] = []
    for container, key in (stack := [(tree, key) for key in _keys(tree)]):
        found.append((container, key))
        stack.extend((container[key], below) for below in _keys(container[key]))
    return found


def _keys(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return list(tree)
    return list(range(len(tree))) if isinstance(tree, list) else []


def nested(levels: int, leaf: Any = GOLD, key: str | None = None) -> Any:
    for _ in range(levels):
        leaf = [leaf] if key is None else {key: leaf}
    return leaf


# Chosen so that some look like what was there: another id, a near miss, a value of another type.
STRINGS = (
    *(GOLD, SILVER, STRANGER, GOLD.upper(), f" {GOLD}", f"{GOLD}\n", "ami-", "unknown", "", "web"),
    *("resolve:ssm:/golden/web:7", "resolve:ssm:/stranger", "resolve:ssm:", TEMPLATE, "lt-0", "$"),
    *("create", "delete", "no-op", "data", "aws_instance", "aws_ami_copy", "eu-west-1", "1.2"),
    *("\ud800", "a\udfffb", "\x00", "\u202e", "é" * 100, "x" * 1_000_000),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 2**63, 10**400, 0.5, 1e308, float("nan"), float("inf")),
    *(
        [],
        {},
        [None],
        [GOLD],
        {"ami": GOLD},
        {"id": TEMPLATE, "version": "3"},
        {"references": GOLD},
    ),
    *(nested(200), nested(200, key="after"), nested(200, key="module")),
)
ANYTHING = st.sampled_from(STRINGS) | st.sampled_from(VALUES) | st.text(max_size=20)


def _replace(container: Any, key: Any, value: Any) -> None:
    container[key] = deepcopy(value)  # the next mutation may change it


def _remove(container: Any, key: Any, value: Any) -> None:
    del container[key]


def _wrap(container: Any, key: Any, value: Any) -> None:
    container[key] = [container[key]]


def _repeat(container: Any, key: Any, value: Any) -> None:
    if isinstance(container, list):
        container.insert(key, json.loads(json.dumps(container[key])))


def _rename(container: Any, key: Any, value: Any) -> None:
    if isinstance(container, dict):
        container[str(value)[:100]] = container.pop(key)


def _no_lists(container: Any, key: Any, value: Any) -> None:
    """Null for every list below."""
    for parent, name in nodes(container[key]):
        if isinstance(parent[name], list):
            parent[name] = None


def _unknown(container: Any, key: Any, value: Any) -> None:
    """The mask of a change, or one attribute of it, says that the value is not known."""
    change = container[key].get("change") if isinstance(container[key], dict) else None
    if isinstance(change, dict):
        names = list(change["after"]) if isinstance(change.get("after"), dict) else []
        change["after_unknown"] = dict.fromkeys(names, True) if value else True


OPERATIONS = (_replace, _replace, _remove, _wrap, _repeat, _rename, _no_lists, _unknown)


def places(document: Any, data: st.DataObject) -> list[Node]:
    """Where to mutate: anywhere, or (more often) in the changes, or at a value that names an image."""
    kind = data.draw(st.sampled_from(("image", "image", "change", "anywhere")))
    area = document if kind == "anywhere" else document.get("resource_changes")
    found = nodes(area)
    if kind == "image":
        marks = ("ami-", "lt-", "resolve:", "web", "arm")
        found = [at for at in found if str(at[0][at[1]]).startswith(marks)]
    return found or nodes(document)


def encode(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def recode(data: bytes, form: str) -> bytes:
    text = data.decode()
    forms: dict[str, Callable[[], bytes]] = {
        "plain": lambda: data,
        "BOM": lambda: b"\xef\xbb\xbf" + data,
        "UTF-16": lambda: text.encode("utf-16"),
        "CRLF": lambda: json.dumps(json.loads(text), indent=1).replace("\n", "\r\n").encode(),
        "gzip": lambda: gzip.compress(data, 1),
        "wrapper": lambda: b"[command]/bin/terraform show -json\n" + data + b"\n::debug::exit 0\n",
    }
    return forms[form]()


FORMS = st.sampled_from(("plain", "plain", "plain", "BOM", "UTF-16", "CRLF", "gzip", "wrapper"))
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


@given(data=st.data())
@settings(max_examples=EXAMPLES * 7 // 10, suppress_health_check=QUIET)
def test_a_mutated_plan_never_passes_what_was_destroyed(
    check: Checker, data: st.DataObject
) -> None:
    seed = data.draw(st.sampled_from(sorted(OURS)) | st.sampled_from(sorted(SEEDS)))
    document = json.loads(SEEDS[seed])
    for _ in range(data.draw(st.integers(1, 4))):
        found = places(document, data)
        container, key = found[data.draw(st.integers(0, len(found) - 1))]
        data.draw(st.sampled_from(OPERATIONS))(container, key, data.draw(ANYTHING))
        if not document:
            break
    written = encode(document)
    done = check(recode(written, data.draw(FORMS)))
    event(f"exit {done.code}")
    assert_sound(json.loads(written), done)


def test_null_for_every_list(check: Checker) -> None:
    for seed in SEEDS.values():
        document = json.loads(seed)
        _no_lists({"all": document}, "all", None)
        assert_sound(document, check(encode(document)))


DESTROYED = ("another string", "another type", "absent", "unknown", "unknown above")


@pytest.mark.parametrize("seed", sorted(OURS))
def test_without_a_mutation_every_reference_passes(check: Checker, seed: str) -> None:
    done = check(SEEDS[seed])
    assert set(done.outcomes().values()) == {"pass"}, done.stdout
    assert done.outcomes().keys() == {each["address"] for each in OURS[seed]["resource_changes"]}


@given(data=st.data())
@settings(max_examples=EXAMPLES // 5, suppress_health_check=QUIET)
def test_a_destroyed_reference_is_seen_and_does_not_pass(
    check: Checker, data: st.DataObject
) -> None:
    """One value of one known reference; everything else is left as it was."""
    document = json.loads(SEEDS[data.draw(st.sampled_from(["direct", "made here"]))])
    marks = ("ami-", "resolve:")
    found = [
        (resource["address"], resource["change"], container, key)
        for resource in document["resource_changes"]
        for container, key in nodes(resource["change"]["after"])
        if str(container[key]).startswith(marks)
    ]
    address, change, container, key = data.draw(st.sampled_from(found))
    how = data.draw(st.sampled_from(DESTROYED))
    others = [
        each for each in STRINGS if each and each not in (GOLD, SILVER, "resolve:ssm:/golden/web:7")
    ]
    match how:
        case "another string":
            container[key] = data.draw(st.sampled_from(others))
        case "another type":
            container[key] = data.draw(
                st.sampled_from([each for each in VALUES if each is not None])
            )
        case "absent":
            del container[key]
        case "unknown":
            change["after_unknown"] = dict.fromkeys(change["after"], True)
        case "unknown above":
            change["after_unknown"], change["after"] = True, {}
    done = check(recode(encode(document), data.draw(FORMS)))
    if done.code == 2:
        return
    outcomes = [each["outcome"] for each in done.report["verdicts"] if each["address"] == address]
    assert "pass" not in outcomes
    assert outcomes or how == "absent"


@given(data=st.data())
@settings(max_examples=EXAMPLES // 10, suppress_health_check=QUIET)
def test_damaged_bytes_never_pass_for_a_plan(check: Checker, data: st.DataObject) -> None:
    """A plan cut off anywhere is no plan, alone or after a whole one; other damage is judged."""
    whole = SEEDS[data.draw(st.sampled_from(sorted(OURS)))]
    at = data.draw(st.integers(1, len(whole.rstrip()) - 1))
    match data.draw(st.sampled_from(("cut", "cut after a whole one", "cut before one", "changed"))):
        case "cut":
            form = recode(whole, data.draw(FORMS.filter(lambda form: form != "wrapper")))
            assert check(form[: len(form) * at // len(whole)]).code == 2
        case "cut after a whole one":
            assert check(whole + whole[:at]).code == 2
        case "cut before one":
            assert check(whole[:at] + b"\n" + whole).code == 2
        case "changed":
            some = data.draw(st.binary(min_size=1, max_size=3))
            damaged = whole[:at] + some + whole[at + len(some) :]
            done = check(damaged)
            try:
                read = json.loads(damaged.decode(errors="replace"), strict=False)
            except ValueError:
                assert done.code == 2
            else:
                assert_sound(read, done)
