"""Plans in which every reference is golden, and what may still pass once they are mutated.

The oracle knows JSON and masks, and nothing of how assay reads a plan: it looks at the place that
a verdict names and asks whether a golden image stands there, or can be behind what stands there.
"""

import json
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tests.command import POLICY, Run
from tests.inputs.test_corpus import CORPUS, IMAGE_OF, assert_orderly, no_plan, run_here
from tests.plans import configured, dump, instance, plan, resource

SMALL = 60_000
SECONDS = 5.0

GOLD, SILVER = "ami-0123456789abcdef0", "ami-0123abcd"
STRANGER = "ami-0fedcba9876543210"
TEMPLATE = "lt-0123456789abcdef0"
TEMPLATES = {f"{TEMPLATE}:3": GOLD, "web:$Latest": GOLD, "arm:7": SILVER}
ALIASES = {"/golden/web:7": GOLD, "/golden/web": SILVER}

# ------------------------------------------------------------------------------------- the seeds


def _direct() -> dict[str, Any]:
    inner = 'module.m["a.b"]'
    spot = {"ami": SILVER, "launch_template": []}
    spec = [{"ami": GOLD, "instance_type": "t3.micro"}]
    return plan(
        instance("aws_instance.a", GOLD),
        instance(
            "aws_instance.b[0]", SILVER, actions=["delete", "create"], sensitive={"ami": True}
        ),
        instance(f"{inner}.aws_instance.c", GOLD, module=inner, actions=["update"]),
        instance("aws_instance.d", GOLD, actions=["no-op"], importing={"id": "i-1"}),
        resource("aws_spot_instance_request.a", spot),
        resource("aws_launch_template.a", {"image_id": "resolve:ssm:/golden/web:7"}),
        resource("aws_launch_configuration.a", {"image_id": GOLD}),
        resource("aws_spot_fleet_request.a", {"launch_specification": spec}),
    )


def _through_templates() -> dict[str, Any]:
    own = {"launch_template": [{"id": TEMPLATE, "name": None, "version": "3"}]}
    specification = {"launch_template_name": "web", "version": "$Latest"}
    override = {"launch_template_id": "unknown", "launch_template_name": "arm", "version": "7"}
    mixed = {
        "launch_template_specification": [specification],
        "override": [{"launch_template_specification": [override]}],
    }
    return plan(
        resource("aws_instance.a", own, unknown={"ami": True}),
        resource("aws_autoscaling_group.a", {"launch_template": [{"name": "arm", "version": "7"}]}),
        resource(
            "aws_autoscaling_group.b", {"mixed_instances_policy": [{"launch_template": [mixed]}]}
        ),
    )


def _made_here() -> dict[str, Any]:
    """One golden source, and everything else by reference: without it nothing may pass."""
    group = {"launch_template": [{"version": "$Latest"}]}
    mask = {"launch_template": [{"id": True, "name": True}]}
    by = {"id": {"references": ["aws_launch_template.a.id", "aws_launch_template.a"]}}
    copy = {"references": ["aws_ami_copy.a.id", "aws_ami_copy.a"]}
    return plan(
        resource("aws_ami_copy.a", {"source_ami_id": GOLD, "source_ami_region": "us-east-1"}),
        resource("aws_launch_template.a", {"name": "t"}, unknown={"image_id": True, "id": True}),
        resource("aws_autoscaling_group.a", group, unknown=mask),
        resource("aws_instance.a", {"launch_template": []}, unknown={"ami": True}),
        configuration=[
            configured("aws_ami_copy", "a", {"source_ami_id": {"constant_value": GOLD}}),
            configured("aws_launch_template", "a", {"image_id": copy}),
            configured("aws_autoscaling_group", "a", {"launch_template": [by]}),
            configured("aws_instance", "a", {"ami": copy}),
        ],
    )


OURS = {"direct": _direct(), "templates": _through_templates(), "made here": _made_here()}


def _seeds() -> dict[str, bytes]:
    found = {name: dump(document) for name, document in OURS.items()}
    for path in sorted(CORPUS.glob("*.json")):
        if path.stat().st_size < SMALL and not no_plan(path.name):
            try:
                found[path.name] = dump(json.loads(path.read_text(encoding="utf-8")))
            except ValueError:
                continue  # other encodings and several documents are test_corpus.py's
    return found


SEEDS = _seeds()
TEXT = "\n".join(data.decode() for data in SEEDS.values())
IDS = set(re.findall(r'(?<=")ami-(?:[0-9a-f]{17}|[0-9a-f]{8})(?=")', TEXT))
REGIONS = sorted({"us-east-1", *re.findall(r'(?<=")[a-z]{2}-[a-z]+-\d(?=")', TEXT)})


def _golden_everywhere() -> dict[str, Any]:
    """A recorded catalogue in which every image of the seeds carries a mark of its own."""
    account, then = "222222222222", "2026-11-01T00:00:00Z"

    def image(id: str, region: str) -> dict[str, Any]:
        mark = {"key": "111122223333:golden-web", "source_image_id": id,
                "source_image_region": region, "watermark_creation_time": then}  # fmt: skip
        return {"id": id, "state": "available", "owner_id": account, "watermarks": [mark]}

    def alone(id: str, region: str) -> dict[str, Any]:
        return {"entries": [{"image_id": id, "region": region}], "end": "no recorded source"}

    def template(image: str) -> dict[str, Any]:
        return {"template_id": TEMPLATE, "name": "web", "number": 3, "image": image}

    places = [
        {
            "region": region,
            "account": account,
            "identity": {"account": account, "arn": f"arn:aws:iam::{account}:user/u"},
            "images": {"found": {id: image(id, region) for id in IDS}},
            "ancestry": {"found": {id: alone(id, region) for id in IDS}},
            "parameters": {"found": ALIASES},
            "templates": {"found": {key: template(id) for key, id in TEMPLATES.items()}},
        }
        for region in REGIONS
    ]
    return {"assay_catalog": 2, "recorded_at": then, "places": places}


# ----------------------------------------------------------------------------------- the command


class HangError(BaseException):
    """No `Exception`: the command's last line of defence must not catch it."""


@contextmanager
def _no_hang() -> Iterator[None]:
    """At most SECONDS of this process's own time, so that a busy machine fails nothing."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise HangError

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


Checker = Callable[[bytes], Run]


def checker(folder: Path) -> Checker:
    """Checks the bytes of a plan by way of files in `folder`; any disorder is a failure."""
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "catalog.json").write_text(json.dumps(_golden_everywhere()))

    def check(data: bytes) -> Run:
        (folder / "plan.json").write_bytes(data)
        options = ("--policy", folder / "policy.yaml", "--catalog", folder / "catalog.json")
        moment = ("--as-of", "2026-11-21", "--region", "us-east-1", "--format", "json")
        with _no_hang():
            done = run_here("check", folder / "plan.json", *options, *moment)
        assert_orderly(done, "plan.json")
        return done

    return check


# ------------------------------------------------------------------------------------ the oracle


def _steps(attribute: str) -> list[str | int]:
    found = re.findall(r"\[(\d+)\]|([^.\[\]]+)", attribute)
    return [int(index) if index else name for index, name in found]


def _at(tree: Any, steps: list[str | int]) -> Any:
    for step in steps:
        if tree is True:  # a mask that stands for everything below it
            return True
        if isinstance(tree, dict | list):
            tree = _child(tree, step)
        else:
            return None
    return tree


def _child(tree: dict[str, Any] | list[Any], step: str | int) -> Any:
    if isinstance(tree, dict):
        return tree.get(str(step))
    return tree[step] if isinstance(step, int) and step < len(tree) else None


def _names_golden(value: Any, block: Any) -> bool:
    if not isinstance(value, str):
        return False
    version = (block.get("version") or "$Default") if isinstance(block, dict) else None
    aliases = {f"resolve:ssm:{name}" for name in ALIASES}
    return value in IDS | aliases or f"{value}:{version}" in TEMPLATES


def _resources(document: Any) -> list[dict[str, Any]]:
    changes = document.get("resource_changes") if isinstance(document, dict) else None
    found = [each for each in changes or () if isinstance(each, dict)]
    return [each for each in found if isinstance(each.get("change"), dict)]


def may_pass(document: Any, address: str, attribute: str) -> bool:
    """Whether what stands in the plan at that place is golden, or comes from what is."""
    steps = _steps(attribute)
    for each in _resources(document):
        if each.get("address") != address:
            continue
        after, mask = each["change"].get("after"), each["change"].get("after_unknown")
        usual = IMAGE_OF.get(str(each.get("type")))
        if steps[:1] != [usual] and _speaks_of_golden(after):
            return True  # a stray, wherever it stands; its path may not be shown in full
        others = [other for other in _resources(document) if other is not each]
        if _at(mask, steps) is True or not _at(after, steps):
            if any(_holds_golden(other["change"].get("after")) for other in others):
                return True
        elif _names_golden(_at(after, steps), _at(after, steps[:-1])):
            return True
    return False


def _holds_golden(value: Any) -> bool:
    if isinstance(value, dict | list):
        below = value.values() if isinstance(value, dict) else value
        return any(map(_holds_golden, below))
    return _names_golden(value, None)


def _speaks_of_golden(value: Any) -> bool:
    """Whether anything golden is named anywhere, also inside of a text or as a key."""
    text = json.dumps(value)
    named = {*IDS, *ALIASES, *(each.partition(":")[0] for each in TEMPLATES)}
    return any(each in text for each in named)


def _goes_on_running(instance: dict[str, Any]) -> bool:
    """Whether an instance is updated in place and what it was launched from stays, as it is known."""
    change = instance["change"]
    before, after, mask = (change.get(name) for name in ("before", "after", "after_unknown"))
    if instance.get("type") != "aws_instance" or change.get("actions") != ["update"]:
        return False
    if not (isinstance(before, dict) and isinstance(after, dict)) or change.get("importing"):
        return False
    launched = ("ami", "launch_template")
    stays = all(before.get(name) == after.get(name) for name in launched)
    return stays and not any(_at(mask, [name]) is True for name in launched)


def assert_sound(document: Any, done: Run) -> None:
    """No pass without a golden image behind it, and no image attribute without a verdict."""
    if done.code == 2:
        return
    for verdict in done.report["verdicts"]:
        if verdict["outcome"] == "pass":
            assert may_pass(document, verdict["address"], verdict["attribute"]), verdict
    spoken = done.outcomes()
    for each in _resources(document):
        runs = each["change"].get("actions") in (["create"], ["update"])
        after, attribute = each["change"].get("after"), IMAGE_OF.get(str(each.get("type")))
        if (
            runs
            and not _goes_on_running(each)
            and each.get("mode") == "managed"
            and attribute
            and isinstance(after, dict)
        ):
            assert after.get(attribute) in (None, "") or each["address"] in spoken, each
