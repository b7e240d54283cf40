"""Reports that every format must cope with: the demo, nothing, very much, hostile, mixed."""

import functools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from assay.catalog.recorded import RecordedCatalog
from assay.inputs.plan.plan import read_plans
from assay.model import (
    AncestryEnd,
    CatalogFacts,
    Cause,
    InputFacts,
    Policy,
    Report,
    Severity,
    Subject,
    worst,
)
from assay.model.inventory import Use, UseType
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.uses import UsedImage
from assay.policy.engine import judge_all
from assay.policy.load import load
from assay.policy.rules import RULES
from assay.run.audit import audit, fleet_of
from assay.run.check import check
from assay.run.formats import setting
from tests.policy.builders import (
    AS_OF,
    HOME,
    MIDDLE,
    SOURCE,
    USED,
    ancestry,
    document,
    image,
    mark,
    subject,
    unresolved,
)

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "fixtures" / "demo"
PLAIN = setting()
"""Nothing chosen on the command line; the pages of all rules."""

HOSTILE = {
    "html": "</script><img src=x onerror=alert(1)>",
    "attribute": "\" autofocus onfocus='alert(1)' x=`",
    "markdown": "a|b [c](javascript:d) ![e](f) @everyone ``` <b> * _ ~ #1 \\|",
    "commands": "::error file=x::y\r\n::set-output name=z::w %0A##vso[task.complete result=Succeeded;]",
    "terminal": "\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp.exe\u200b",
    "xml": "]]><!ENTITY a 'b'>&a;\x00\x0b\ufffe\ud800",
    "csv": '=HYPERLINK("x")\t+1-1,@x',
    "mermaid": 'x"]; click n0 "javascript:alert(1)" %%{init: {}}%% end',
    "jinja": "{{ 7 * 7 }}{% raw %}${{ secrets.TOKEN }}$(id)`id`",
}
"""What an attacker may put where names are free: keys of for_each, names of marks, of files, …"""


def of_demo() -> Report:
    """One image that fails, three that pass; a plan, a recorded catalogue."""
    sources = read_plans(
        "plan.json", (DEMO / "plan.json").read_bytes(), kinds=_policy().judge, region=None
    )
    catalog = RecordedCatalog.load("catalog.json", (DEMO / "catalog.json").read_bytes())
    return check(sources, catalog, _policy(), AS_OF, generated_at=AS_OF + timedelta(days=7))


def _policy() -> Policy:
    return load("policy.yaml", (DEMO / "policy.yaml").read_bytes())


def empty() -> Report:
    """A plan without any AMI."""
    return reported(document())


def of_everything() -> Report:
    """Each outcome, a warning, an exception, code, a plan, sensitive and derived images."""
    by = document(
        rules={"deprecated": "warning"},
        exceptions=[
            {
                "match": {"address": "module.firewall.*"},
                "rules": ["unmarked"],
                "reason": "vendor appliance",
                "approved_by": "platform-security",
                "ticket": "SEC-1421",
                "expires": "2027-01-31",
            }
        ],
    )
    bare = image()
    old = image(mark(), deprecation_time=AS_OF.replace(year=2025))
    return reported(
        by,
        subject(address='module.web.aws_instance.app["blue"]'),
        subject(old, address="aws_instance.old", file="web.tf", line=12),
        subject(bare, address="aws_instance.bare", file="modules/web/main.tf", line=3),
        subject(bare, address="module.firewall.aws_instance.vendor"),
        subject(bare, address="aws_instance.secret", sensitive=True),
        subject(
            image(mark()),
            ancestry(USED, MIDDLE, end=AncestryEnd.REFUSED, detail="ec2:GetImageAncestry: denied"),
            address="aws_launch_template.dark",
        ),
        unresolved(Cause.UNRESOLVED, address="aws_instance.unknown"),
        unresolved(Cause.LOOKUP_FAILED, address="aws_instance.unasked"),
    )


def lenient() -> Report:
    """Where what stays undetermined is only reported."""
    report = of_everything()
    return replace(report, policy=replace(report.policy, undetermined=Severity.WARNING))


def hostile() -> Report:
    """Every text that a stranger can write, written by one."""
    subjects: list[Subject] = []
    for name, text in HOSTILE.items():
        foreign = image(mark(f"999999999999:{text}", source_image_id=SOURCE))
        end = ancestry(USED, (SOURCE, HOME), detail=text)
        subjects.append(
            subject(
                foreign, end, address=f'aws_instance.{name}["{text}"]', file=f"{text}.tf", line=7
            )
        )
        subjects.append(unresolved(address=f'aws_instance.gone["{text}"]', attribute=text))
    report = reported(document(), *subjects)
    catalog = CatalogFacts("live", f"http://{HOSTILE['html']}", None, {"ec2:DescribeImages": 1})
    policy = replace(report.policy, path=HOSTILE["markdown"], exceptions=())
    inputs = tuple(replace(each, path=f"{HOSTILE['commands']}.json") for each in report.inputs)
    return replace(report, catalog=catalog, policy=policy, inputs=inputs)


@functools.cache
def many(number: int = 5000) -> Report:
    """So many verdicts: half of them fail, each on an image of its own; a tenth undetermined."""
    subjects: list[Subject] = []
    for n in range(number):
        id, address = f"ami-0{n:016x}", f"module.m[{n % 50}].aws_instance.web[{n}]"
        where: dict[str, Any] = {"file": f"m{n % 50}/main.tf", "line": n + 1} if n % 3 else {}
        if n % 10 == 0:
            subjects.append(unresolved(address=address, **where))
        elif n % 2:
            subjects.append(subject(image(id=id), ancestry(id, MIDDLE), address=address, **where))
        else:
            subjects.append(subject(image(mark(), id=id), address=address, **where))
    return reported(document(), *subjects)


def untold() -> Report:
    """Every rule that could is switched off: what nobody can judge is undetermined, and no rule's."""
    off = {rule.id: "off" for rule in RULES if rule.configurable}
    blind = replace(subject(image(), address="aws_instance.untold"), provenance=None)
    return reported(document(rules=off), blind)


def of_audit() -> Report:
    """What runs: images of which one is gone, a template, a group of another name, places that were not seen."""
    account, region = "222222222222", "us-east-1"
    golden, bare = (f"ami-{digits}" for digits in ("0ad4b625b0bbd4147", "0b3dbfc040f21fa39"))
    lost = "ami-0ffffffffffffffff"
    used = [
        Use(UseType.INSTANCE, "i-0a000000000000001", image_id=golden, state="running"),
        Use(UseType.INSTANCE, "i-0a000000000000002", image_id=bare, state="stopped"),
        Use(
            UseType.INSTANCE,
            "i-0a000000000000003",
            image_id=lost,
            image=UsedImage(lost, state="deregistered", public=False),
        ),
        Use(UseType.INSTANCE, "i-0a000000000000004", image_id=lost, state="terminated"),
        Use(UseType.TEMPLATE, "lt-0a000000000000001", "web", golden, "version 1, default, latest"),
        Use(UseType.GROUP, "arn:aws:autoscaling:x", "web", via="template lt-0b000000, version 7"),
        Use(UseType.PARAMETER, "arn:aws:ssm:x", "/golden/web", bare),
    ]
    places = (
        PlaceSeen(
            account, region, PlaceState.SEEN, images=5, uses=len(used), calls=9, seen_at=AS_OF
        ),
        PlaceSeen(account, "eu-west-1", PlaceState.CUT_SHORT, HOSTILE["html"], stale_since=AS_OF),
        PlaceSeen("333333333333", "*", PlaceState.SUSPENDED, "the account is CLOSED"),
    )
    catalog = RecordedCatalog.load("catalog.json", (DEMO / "catalog.json").read_bytes())
    fleet = fleet_of(
        "inventory/night=2026-11-21", places, {(account, region): used}, catalog, _policy()
    )
    return audit(fleet, (), _policy(), AS_OF)


ALL: dict[str, Callable[[], Report]] = {
    "demo": of_demo,
    "empty": empty,
    "everything": of_everything,
    "lenient": lenient,
    "hostile": hostile,
    "many": many,
    "untold": untold,
    "audit": of_audit,
}


def reported(by: Policy, *subjects: Subject, catalog: CatalogFacts | None = None) -> Report:
    """The report on one plan that holds these subjects."""
    verdicts, exceptions = judge_all(subjects, by, AS_OF)
    return Report(
        outcome=worst(verdict.outcome for verdict in verdicts),
        as_of=AS_OF,
        policy=by,
        catalog=catalog or CatalogFacts("live", None, None, {"ec2:DescribeImages": 2}),
        inputs=(InputFacts("plan.json", "plan", "0" * 64, len(verdicts)),),
        verdicts=verdicts,
        not_judged={"unchanged": 2},
        exceptions=exceptions,
    )
