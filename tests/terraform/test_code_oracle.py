"""Code evaluated by assay held against the real Terraform: equal, or said to be unknown.

Each folder of `code/` is one configuration, and one plan; `corpus_code.py` makes another of real
projects. What Terraform looks up is answered by the emulator, and then assay is asked to look it up.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assay.inputs.plan.plan import Source, read_plans
from assay.inputs.terraform.directory import Code
from assay.inputs.terraform.language.marks import bare
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.inputs.terraform.program.program import Program
from assay.inputs.terraform.syntax.expressions import HclValue, UnknownValue
from assay.kept import Kept
from assay.model import AmiReference, Kind, Place
from tests.command import POLICY, Run
from tests.emulator import Request, Server, access_key, serve
from tests.emulator.faults import RawFault
from tests.inputs.test_corpus import run_here
from tests.terraform import corpus_code
from tests.terraform.agreement import EQUAL, LOOKUP, MORE, UNKNOWN, Agreement, compare
from tests.terraform.binary import TERRAFORM_SECONDS, Terraform
from tests.terraform.expressions import HEAD, expressions
from tests.worlds import AMAZON, PIPELINE, REGION, WORKLOAD, GoldenWorld

pytestmark = pytest.mark.terraform

CODE = Path(__file__).parent / "code"
IRELAND = "eu-west-1"
UBUNTU = "099720109477"
EVERY_KIND = POLICY + "judge: [launch, template, alias, derive, bake, share]\n"


# ---------------------------------------------------------------------------- planning, reading


@dataclass(frozen=True)
class Configuration:
    """A folder that Terraform and assay read in the same circumstances."""

    folder: Path
    terraform: Terraform
    variables: Mapping[str, str]
    """The values of `TF_VAR_...`."""
    files: tuple[str, ...] = ()
    """What is given by `-var-file`."""
    settings: Mapping[str, str] | None = None
    """More environment: where AWS is."""

    def planned(self) -> bytes:
        """What `terraform show -json` says of a new plan."""
        self._run("init", "-input=false", "-backend=false")
        files = (f"-var-file={self.folder / file}" for file in self.files)
        self._run("plan", "-input=false", "-out=assay.tfplan", *files)
        shown = self._run("show", "-json", "assay.tfplan")
        (self.folder / "plan.json").write_bytes(shown)
        return shown

    def _run(self, command: str, *arguments: str) -> bytes:
        ended = subprocess.run(
            [self.terraform.binary, f"-chdir={self.folder}", command, "-no-color", *arguments],
            env={
                **self.terraform.environment,
                "TF_DATA_DIR": str(self.folder / ".terraform"),
                "AWS_ACCESS_KEY_ID": access_key(WORKLOAD),
                "AWS_SECRET_ACCESS_KEY": "not-a-secret",
                **(self.settings or {}),
                **{f"TF_VAR_{name}": value for name, value in self.variables.items()},
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=TERRAFORM_SECONDS,
        )
        assert ended.returncode == 0, (ended.stderr or ended.stdout).decode()
        return ended.stdout

    def code(self, reader: Code, said: str | None = None) -> Source:
        """What the code alone says, where somebody says a Region."""
        return reader.source(
            str(self.folder),
            kinds=list(Kind),
            region=None,
            said=said,
            tags=True,
            var_files=[str(self.folder / file) for file in self.files],
            environment=self.variables,
        )

    def plan(self, plan: bytes, said: str | None = None) -> Source:
        """What the plan says, where somebody says a Region."""
        path = str(self.folder / "plan.json")
        [source] = read_plans(path, plan, kinds=list(Kind), region=None, said=said, tags=True)
        return source


@pytest.fixture(name="reader")
def _reader() -> Code:
    return Code(Kept(None))


def copied(name: str, home: Path) -> Path:
    return Path(shutil.copytree(CODE / name, home / name))


# ------------------------------------------------------------------------------------ holding


@dataclass(frozen=True)
class Besides:
    """What code says and the plan does not, for a reason."""

    why: str
    where: str


def assert_agreement(agreement: Agreement, besides: Sequence[Besides] = ()) -> None:
    """Nothing differs; each of the things that code says besides is still there."""
    new = [f for f in agreement.wrong if not any(re.search(each.where, f) for each in besides)]
    assert not new, "\n".join((str(agreement), *new))
    gone = [b.why for b in besides if not any(re.search(b.where, f) for f in agreement.wrong)]
    assert not gone, f"no longer so: take them out of the list: {gone}"


def assert_same_lines(held: Agreement, source: Source, folder: Path) -> None:
    """A plan's references have the file and the line that the code's have."""
    at_lines = CodeOfPlans.checkout(Kept(None), None, str(folder)).at_lines(source).references
    there = {(each.address, each.attribute): location(each) for each in at_lines}
    compared = 0
    for of_plan, of_code in held.paired:
        assert location(of_code) == there[of_plan.address, of_plan.attribute], of_plan.address
        compared += of_code.line is not None
    assert compared == len(held.paired) > 0


def location(reference: AmiReference) -> tuple[object, ...]:
    return reference.file, reference.line, reference.changes_ignored, reference.exceptions


# ----------------------------------------------------------------------- what is known at once

GIVEN = {
    "by_environment": "ami-00000f02",
    "by_tfvars": "ami-00000bad",
    "typed_in_environment": '{web={id="ami-00000f0a", count="2"}}',
    "any_in_environment": '["x","ami-00000f0f"]',
    "untyped_in_environment": '"ami-00000f10"',
    "number_in_environment": "10000011",
    "undeclared": "ami-00000bad",
}

BESIDES = (
    Besides(
        "the number of instances is not known to code, so that one stands for any number",
        r"module\.unseen\.aws_instance\.none  ami: code has .* the plan nothing",
    ),
    *(
        Besides(
            "a plan does not tell what a local is: of all that it can be, a parameter's value is hidden",
            rf"module\.made\.aws_instance\.of_{name}  ami: is sensitive in the plan, and not in code",
        )
        for name in ("local", "choice", r"each\[\"one\"\]", r"each\[\"two\"\]")
    ),
)


def test_what_is_written_is_what_terraform_plans(
    terraform: Terraform, tmp_path: Path, reader: Code
) -> None:
    folder = copied("values", tmp_path)
    (folder / "overrides" / ".hidden.tf").write_text('resource "aws_instance" "argument" {\n  ami = "ami-00000bad"\n}\n')  # fmt: skip
    (folder / "overrides" / "editor.tf~").write_text("not code")
    for path in (folder / "encodings").glob("*.tf"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    files = ("first.tfvars", "second.tfvars.json")
    configuration = Configuration(folder, terraform, GIVEN, files)
    plan = configuration.plan(configuration.planned())
    code = configuration.code(reader)
    assert not code.errors
    held = compare(plan, code)
    assert_agreement(held, BESIDES)
    assert_same_lines(held, plan, folder)
    assert len(held.told) > 400
    assert held.count(EQUAL) > 0.75 * len(held.told), held
    assert held.count(LOOKUP) == 0
    bad = [each.address for each in plan.references if "bad" in str(each.value)]
    assert not bad, ("the plan itself has what nothing should lead to", bad)


# ------------------------------------------------------------------------------- what is secret

IN_FORMS = 'aws_instance.form["{}"]'
NEEDLESSLY = {
    **{
        IN_FORMS.format(name): "functions that are rarely used hide all that they return"
        for name in ("chunklist", "reverse", "setproduct", "slice", "zipmap")
    },
    IN_FORMS.format("key_of_object"): "what is taken for an object here may be a map",
    'aws_instance.of_output["marked"]': "Terraform 1.11 shows what an output of a module marks",
    'module.inner.aws_instance.given["none"]': "a default is chosen by a null that is secret",
}
"""What Terraform shows and code does not, and why."""


def test_what_is_sensitive_is_what_terraform_marks(
    terraform: Terraform, tmp_path: Path, reader: Code
) -> None:
    folder = copied("sensitive", tmp_path)
    configuration = Configuration(folder, terraform, {})
    plan = configuration.plan(configuration.planned())
    code = configuration.code(reader)
    assert not code.errors
    held = compare(plan, code)
    assert_agreement(held)
    assert len(held.paired) > 150
    hidden = {of_plan.address for of_plan, _ in held.paired if of_plan.sensitive}
    shown = {of_plan.address for of_plan, _ in held.paired if not of_plan.sensitive}
    assert len(hidden) > 50 < len(shown)
    leaks = [p.address for p, c in held.paired if p.sensitive and not c.sensitive]
    assert not leaks
    needless = {p.address for p, c in held.paired if c.sensitive and not p.sensitive}
    assert needless == NEEDLESSLY.keys()


# ------------------------------------------------------------------------------- what is looked up

XML = {
    "DescribeInstanceAttribute": "<disableApiStop><value>false</value></disableApiStop><disableApiTermination><value>false</value></disableApiTermination>",
    "DescribeInstanceTypes": "<instanceTypeSet><item><instanceType>m5.large</instanceType><bareMetal>false</bareMetal><burstablePerformanceSupported>false</burstablePerformanceSupported></item></instanceTypeSet>",
    "DescribeRouteTables": "<routeTableSet/>",
    "DescribeSubnets": "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>us-east-1a</availabilityZone></item></subnetSet>",
    "DescribeTags": "<tagSet/>",
    "DescribeVolumes": "<volumeSet/>",
    "DescribeVpcAttribute": "<vpcId>vpc-1</vpcId><enableDnsHostnames><value>true</value></enableDnsHostnames><enableDnsSupport><value>true</value></enableDnsSupport><enableNetworkAddressUsageMetrics><value>true</value></enableNetworkAddressUsageMetrics>",
    "DescribeVpcs": "<vpcSet><item><vpcId>vpc-1</vpcId><state>available</state><cidrBlock>10.0.0.0/16</cidrBlock><isDefault>true</isDefault></item></vpcSet>",
}
"""What the provider asks besides, and nobody here is interested in."""


def besides(request: Request) -> RawFault | None:
    inside = XML.get(request.operation)
    if inside is None:
        return None
    name = f"{request.operation}Response"
    text = f'<{name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{inside}</{name}>'
    return RawFault(200, text.encode(), "text/xml")


@dataclass
class Library(GoldenWorld):
    """A world with something for each lookup of the configurations."""

    instance: str = ""
    template: str = ""
    other: str = ""
    current: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        world = self.world
        for name in ("web-2024", "web-2025", "api-2024", "api-2025"):
            world.register_image(WORKLOAD, REGION, name=name)
        live = world.register_image(WORKLOAD, REGION, name="tagged")
        world.image(REGION, live).tags["Stage"] = "live"
        world.register_image(WORKLOAD, IRELAND, name="abroad")
        old = world.copy_image(PIPELINE, REGION, self.golden, REGION, name="old-1")
        world.share(old, REGION, WORKLOAD)
        world.deprecate(old, REGION)
        self.current, self.other = self.copy(), self.home_made()
        world.put_parameter(WORKLOAD, REGION, "/golden/web", self.current, "aws:ec2:image")
        world.put_parameter(WORKLOAD, REGION, "/versioned/web", self.other)
        world.put_parameter(WORKLOAD, REGION, "/versioned/web", self.current)
        described = json.dumps({"image_id": self.current})
        world.put_parameter(WORKLOAD, REGION, "/described/web", described)
        public = "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended"
        world.put_parameter(WORKLOAD, REGION, public, described)
        world.put_parameter(WORKLOAD, REGION, f"{public}/image_id", self.current)
        self.template = world.create_launch_template(WORKLOAD, REGION, "web", self.golden)
        world.create_launch_template_version(self.template, self.other)
        self.instance = world.run_instance(WORKLOAD, REGION, self.current)
        self._amazon()

    def _amazon(self) -> None:
        for name in ("al2023-ami-2023.9-x86_64", "amzn2-ami-hvm-2.0-x86_64-ebs"):
            self.world.register_image(AMAZON, REGION, name=name, owner_alias="amazon", public=True)
        for name in ("jammy-22.04-amd64", "focal-20.04-amd64"):
            whole = f"ubuntu/images/hvm-ssd/ubuntu-{name}-server-1"
            self.world.register_image(UBUNTU, REGION, name=whole, public=True)
        public = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        self.world.put_parameter(WORKLOAD, REGION, public, self.base)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "pipeline": PIPELINE,
            "instance_id": self.instance,
            "template_id": self.template,
            "images": json.dumps({"home_made": self.other, "copy": self.current}),
        }


@pytest.fixture(name="library")
def _library() -> Library:
    return Library()


@pytest.fixture(name="server")
def _server(library: Library) -> Iterator[Server]:
    with serve(library.world, besides) as server:
        yield server


NOT_FOLLOWED = {"digits_replaced", "oldest_of_ids", "own_by_identity_abroad", "second_of_ids"}
"""Forms that do not leave an image as it is, or of which assay cannot ask."""


def test_what_code_looks_up_is_what_terraform_found(
    terraform: Terraform,
    tmp_path: Path,
    reader: Code,
    library: Library,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = copied("lookups", tmp_path)
    settings = {"AWS_ENDPOINT_URL": server.url}
    configuration = Configuration(folder, terraform, library.variables, settings=settings)
    plan = configuration.plan(configuration.planned())
    held = compare(plan, configuration.code(reader))
    assert_agreement(held)
    assert_same_lines(held, plan, folder)
    assert held.count(LOOKUP) > 30, held
    assert held.count(EQUAL, LOOKUP) > 0.7 * len(held.told), held
    unknown = {
        address.removeprefix("aws_instance.form_")
        for (address, _), word in held.told.items()
        if "form_" in address and word == UNKNOWN
    }
    assert unknown == NOT_FOLLOWED
    told = {address: word for (address, _), word in held.told.items() if ".told_" in address}
    assert len(told) == 11
    assert not {address for address, word in told.items() if word == UNKNOWN}
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key(WORKLOAD))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    for name, value in library.variables.items():
        monkeypatch.setenv(f"TF_VAR_{name}", value)
    assert_found_alike(folder, held)


def assert_found_alike(folder: Path, held: Agreement) -> None:
    """Where code says what is looked up, assay finds the image that Terraform has found."""
    policy = folder / "assay.yaml"
    policy.write_text(EVERY_KIND)
    planned = verdicts(check(folder / "plan.json", policy))
    written = verdicts(check(folder, policy))
    compared = 0
    for key, word in held.told.items():
        if word not in (EQUAL, LOOKUP) or key not in written:
            continue
        hidden = "(sensitive)" in (*planned[key], *written[key])
        if hidden:  # code hides what the plan may show
            assert written[key][1:] == planned[key][1:], key
        else:
            assert written[key] == planned[key], key
            compared += word == LOOKUP
    assert compared > 25


def check(path: Path, policy: Path) -> Run:
    return run_here("check", path, "--policy", policy, "--format", "json", "--no-cache")


def verdicts(done: Run) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Which image each reference is, where, and whether it is good enough."""
    shown = ("image_id", "region", "account", "outcome")
    return {
        (each["address"], each["attribute"]): tuple(each[name] for name in shown)
        for each in done.report["verdicts"]
    }


# ---------------------------------------------------------------------------------- where it is

ANYWHERE = "sa-west-7"
TAKEN = ("aws_instance.by_shared_name", "launch_template[0].name")
BY_ENVIRONMENT = {"aws_instance.environment", "aws_instance.null"}


def test_an_image_is_where_terraform_has_it(
    terraform: Terraform, tmp_path: Path, reader: Code, server: Server
) -> None:
    folder = copied("places", tmp_path)
    settings = {"AWS_ENDPOINT_URL": server.url, "AWS_REGION": "us-gov-west-1"}
    configuration = Configuration(folder, terraform, {}, settings=settings)
    made = configuration.planned()
    for region in (None, ANYWHERE):
        plan = configuration.plan(made, region)
        held = compare(plan, configuration.code(reader, region))
        held.wrong.extend(misplaced(held))
        assert_agreement(held)
        assert_same_lines(held, plan, folder)
        others = {key: word for key, word in held.told.items() if word != EQUAL}
        assert others == {TAKEN: MORE}  # of a plan's names one may be taken; code is not told
        placed = [code for _, code in held.paired if isinstance(code.place, Place)]
        assert len(placed) > 0.8 * len(held.paired)


def misplaced(held: Agreement) -> Iterator[str]:
    """References that are not where the tags of their resources say that Terraform has them."""
    for plan, code in held.paired:
        assert "region" in plan.tags, plan.address
        if isinstance(code.place, Place) and plan.address not in BY_ENVIRONMENT:
            if code.place.region != plan.tags["region"]:
                yield f"{plan.address}: {code.place} and not {plan.tags['region']}"
            if code.place.account not in (None, plan.tags.get("account")):
                yield f"{plan.address}: {code.place} and not {plan.tags.get('account')}"


# ------------------------------------------------------------------------------- real projects


@pytest.mark.skipif(
    not (corpus_code.CORPUS / "hcl").is_dir(),
    reason="NOT TESTED with the corpus: shared/corpus is not on this machine",
)
def test_real_projects_are_read_as_terraform_reads_them(
    terraform: Terraform, tmp_path: Path, reader: Code, server: Server
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    corpus_code.assemble(folder)
    configuration = Configuration(folder, terraform, {}, settings={"AWS_ENDPOINT_URL": server.url})
    plan = configuration.plan(configuration.planned())
    code = configuration.code(reader)
    assert not code.errors
    held = compare(plan, code)
    assert_agreement(held)
    assert_same_lines(held, plan, folder)
    assert len(held.told) > 150
    assert held.count(EQUAL) > 0.5 * len(held.told), held
    assert held.count(UNKNOWN) < 0.4 * len(held.told), held
    assert held.count(MORE) > 5


# ------------------------------------------------------------------------- expressions at random

SAME_BRANCHES = "? "
"""A conditional whose test is unknown and whose branches are the same is known to assay alone."""


@pytest.mark.parametrize("seed", [1, 2])
def test_expressions_at_random_have_the_values_that_terraform_computes(
    terraform: Terraform, tmp_path: Path, reader: Code, seed: int
) -> None:
    outputs = dict(enumerate(expressions(seed, 700)))
    (tmp_path / "main.tf").write_text(HEAD)
    for number, text in outputs.items():
        block = f'output "c{number}" {{\n  sensitive = true\n  value = {text}\n}}\n'
        (tmp_path / f"c{number}.tf").write_text(block, newline="")
    changes = planned_outputs(Configuration(tmp_path, terraform, {}), outputs)
    root = Program.below(reader.readers[0], reader.expressions, str(tmp_path), {}).root
    assert not root.code.refused
    values = {number: bare(root.output(f"c{number}")) for number in outputs}
    wrong = [
        f"{text}: {change.get('after')} and not {values[number]}"
        for number, text in outputs.items()
        if not agrees(
            values[number],
            (change := changes.get(f"c{number}", {})).get("after"),
            change.get("after_unknown", False),
        )
        and not (SAME_BRANCHES in text and change.get("after_unknown"))
    ]
    assert not wrong, "\n".join(wrong)
    assert len(outputs) > 500
    assert sum(map(is_known, values.values())) > 0.7 * len(outputs)


def planned_outputs(configuration: Configuration, outputs: dict[int, str]) -> dict[str, Any]:
    """The outputs that Terraform plans; those that it refuses are taken away."""
    for _ in range(12):
        refused = ""
        try:
            planned: dict[str, Any] = json.loads(configuration.planned())["output_changes"]
        except AssertionError as error:
            refused = str(error)
        if refused:
            numbers = re.findall(r'on c(\d+)\.tf line|(?:output|value)\s+"c(\d+)"', refused)
            assert numbers, refused
            for number in {int(one or other) for one, other in numbers}:
                outputs.pop(number, None)
                (configuration.folder / f"c{number}.tf").unlink(missing_ok=True)
        else:
            return planned
    raise AssertionError("Terraform goes on to refuse")


def agrees(ours: HclValue, theirs: Any, unknown: Any) -> bool:
    if isinstance(ours, UnknownValue):
        return True
    if unknown is True:
        return False
    if isinstance(ours, list):
        rest = unknown if isinstance(unknown, list) else []
        known = theirs or []
        same = isinstance(known, list) and len(ours) == max(len(known), len(rest))
        return same and all(map(agrees, ours, padded(known, len(ours)), padded(rest, len(ours))))
    if isinstance(ours, dict):
        below = {k: v for k, v in unknown.items() if v} if isinstance(unknown, dict) else {}
        held = theirs or {}
        same = isinstance(held, dict) and ours.keys() == held.keys() | below.keys()
        return same and all(agrees(v, held.get(k), below.get(k, False)) for k, v in ours.items())
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return float(ours) == float(theirs)
    return type(ours) is type(theirs) and ours == theirs


def padded(items: list[Any], length: int) -> list[Any]:
    return [*items, *[None] * (length - len(items))]


def is_known(value: HclValue) -> bool:
    if isinstance(value, list):
        return all(map(is_known, value))
    if isinstance(value, dict):
        return all(map(is_known, value.values()))
    return not isinstance(value, UnknownValue)
