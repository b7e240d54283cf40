"""Plans of any size: every way in which references lead to one another, so many times each.

Each of `SHAPES` makes a plan of some shape that is so large; what it takes to read and to judge one
may grow with its size and no faster. `tests/test_growth.py` counts that, `benchmarks/plan.py` times it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from assay.catalog.recorded import RecordedCatalog
from assay.inputs.plan.plan import read_plans
from assay.model import Kind
from assay.policy.load import load
from assay.report.formats.json import render
from assay.run.check import check

REGION, ACCOUNT, PIPELINE = "us-east-1", "222222222222", "111122223333"
IMAGES = 10
"""So many different AMIs are used, but for shapes that say otherwise."""
GOLDEN, BORN = "ami-0ffffffffffffffff", "2026-10-01T00:00:00Z"
POLICY = f'version: 1\ngolden:\n  watermarks:\n    - key: "{PIPELINE}:golden-*"\n'

AS_OF = datetime(2026, 11, 22, tzinfo=UTC)

Values: TypeAlias = Mapping[str, Any]
Key: TypeAlias = str | int | None
NOTHING: Values = {}


def ami(number: int, of: int = IMAGES) -> str:
    return f"ami-0{number % of:016x}"


def read(*references: str) -> Values:
    """The expression that reads these."""
    return {"references": list(references)}


def said(value: Any) -> Values:
    return {"constant_value": value}


COUNT: dict[str, Any] = {"count_expression": read("var.number")}
EACH: dict[str, Any] = {"for_each_expression": read("var.names")}
TO_COME = {"id": True, "arn": True}


def keys(number: int) -> list[str]:
    return [f"k-{n}" for n in range(number)]


class Plan:
    """A plan in the making."""

    def __init__(self) -> None:
        self.policy, self.images = POLICY, IMAGES
        self.root: dict[str, Any] = {"variables": {"number": {}, "names": {}}}
        self.changes: list[dict[str, Any]] = []
        self.relevant: list[dict[str, Any]] = []
        self.prior: list[dict[str, Any]] = []
        self.providers: dict[str, Any] = {
            "aws": {"name": "aws", "expressions": {"region": said(REGION)}}
        }

    def block(
        self,
        address: str,
        expressions: Values = NOTHING,
        module: dict[str, Any] | None = None,
        provider: str = "aws",
        **more: Any,
    ) -> None:
        """A resource block, or that of a data source, in the root or in a module."""
        mode = "data" if address.startswith("data.") else "managed"
        kind, name = address.removeprefix("data.").split(".")
        around = self.root if module is None else module
        written = {"mode": mode, "type": kind, "name": name, "provider_config_key": provider}
        around.setdefault("resources", []).append({**written, "expressions": expressions, **more})

    def call(self, name: str, module: Values, given: Values = NOTHING, **more: Any) -> None:
        """A module block in the root."""
        calls = self.root.setdefault("module_calls", {})
        calls[name] = {"module": module, "expressions": given, **more}

    def change(
        self,
        block: str,
        key: Key,
        after: Values | None,
        unknown: Values = TO_COME,
        module: str = "",
        before: Values | None = None,
        actions: Iterable[str] = ("create",),
    ) -> None:
        """What becomes of one instance of a block."""
        kind, name = block.split(".")
        index = "" if key is None else f"[{json.dumps(key)}]"
        self.changes.append({
            "address": f"{module}.{block}{index}" if module else f"{block}{index}",
            **({"module_address": module} if module else {}),
            **({} if key is None else {"index": key}),
            "mode": "managed",
            "type": kind,
            "name": name,
            "change": {
                "actions": list(actions),
                "before": before,
                "after": after,
                "after_unknown": unknown,
                "after_sensitive": {},
            },
        })  # fmt: skip

    def updated(self, block: str, key: Key, values: Values, before: Values) -> None:
        """An instance that exists, and changes in place."""
        self.change(block, key, values, NOTHING, before={**values, **before}, actions=("update",))

    def looked_up(self, module: str, name: str, image: str) -> None:
        """What a data source in a module has read."""
        address = f"{module}.data.aws_ami.{name}"
        found = {"address": address, "mode": "data", "type": "aws_ami", "name": name}
        self.prior.append({"address": module, "resources": [{**found, "values": {"id": image}}]})

    def document(self) -> bytes:
        exist = [each for each in self.changes if each["change"]["after"] is not None]
        resources = [{"address": each["address"], "mode": "managed"} for each in exist]
        configuration = {"provider_config": self.providers, "root_module": self.root}
        state = {"values": {"root_module": {"child_modules": self.prior}}}
        document: dict[str, Any] = {
            "format_version": "1.2",
            "planned_values": {"root_module": {"resources": resources}},
            "resource_changes": self.changes,
            "relevant_attributes": self.relevant,
            "configuration": configuration,
            **({"prior_state": {"format_version": "1.0", **state}} if self.prior else {}),
        }
        return json.dumps(document, separators=(",", ":")).encode()

    def judged_by(self, **more: Any) -> None:
        """More of the policy."""
        self.policy += "".join(f"{key}: {json.dumps(value)}\n" for key, value in more.items())

    def check(self) -> Callable[[], str]:
        """What reads the policy and the plan, judges it and tells the verdicts; the rest is done."""
        written, document = self.policy.encode(), self.document()
        recorded = RecordedCatalog.load("catalog.json", catalog(self.images))

        def told() -> str:
            policy = load("assay.yaml", written)
            sources = read_plans(
                "plan.json", document, kinds=list(Kind), region=None, tags=policy.matches_tags
            )
            return render(check(sources, recorded, policy, AS_OF))

        return told

    # ------------------------------------------------------------- what most shapes are made of

    def copy(self, block: str, key: Key, number: int, module: str = "") -> None:
        """A copy of a known image."""
        after = {"source_ami_id": ami(number), "source_ami_region": REGION}
        self.change(block, key, after, TO_COME, module)

    def instance(self, block: str, key: Key, image: str | None = None, module: str = "") -> None:
        """An instance of an image, or of one that is known after apply."""
        after = {"instance_type": "m7i.large", "launch_template": []}
        known = {**after, "ami": image} if image else after
        self.change(block, key, known, TO_COME if image else {**TO_COME, "ami": True}, module)

    def parameter(self, block: str, key: Key, number: int) -> None:
        """A parameter that holds an image."""
        named = {"name": f"/ami/{number}", "value": ami(number)}
        self.change(block, key, {**named, "type": "String", "data_type": "aws:ec2:image"})

    def template(self, block: str, key: Key, number: int, image: str | None = None) -> None:
        after = {"image_id": image or ami(number), "name": f"web-{number}"}
        self.change(block, key, after, {**TO_COME, "latest_version": True})

    def group(self, block: str, key: Key, known: Values, unknown: Values = NOTHING) -> None:
        """An Auto Scaling group with a launch template block."""
        self.change(block, key, {"launch_template": [known]}, {"launch_template": [unknown]})


SHAPES: dict[str, Callable[[int], Plan]] = {}


def shape(make: Callable[[Plan, int], None]) -> Callable[[Plan, int], None]:
    def made(number: int) -> Plan:
        plan = Plan()
        make(plan, number)
        return plan

    SHAPES[make.__name__] = made
    return make


# ------------------------------------------------------------------------------------------- twins


@shape
def templates_and_groups(plan: Plan, number: int) -> None:
    here = read("aws_launch_template.web", "count.index")
    plan.block("aws_launch_template.web", {"image_id": read("count.index")}, **COUNT)
    block = {"id": here, "version": said("$Latest")}
    plan.block("aws_autoscaling_group.web", {"launch_template": [block]}, **COUNT)
    for n in range(number):
        plan.template("aws_launch_template.web", n, n)
        plan.group("aws_autoscaling_group.web", n, {"version": "$Latest"}, {"id": True})


@shape
def templates_and_groups_by_key(plan: Plan, number: int) -> None:
    """The version is not known either."""
    here = read("aws_launch_template.web", "each.key")
    plan.block("aws_launch_template.web", {"image_id": read("each.value")}, **EACH)
    block = {"id": here, "version": here}
    plan.block("aws_autoscaling_group.web", {"launch_template": [block]}, **EACH)
    for n, key in enumerate(keys(number)):
        plan.template("aws_launch_template.web", key, n)
        plan.group("aws_autoscaling_group.web", key, {}, {"id": True, "version": True})


@shape
def copies_and_instances(plan: Plan, number: int) -> None:
    plan.block("aws_ami_copy.golden", {"source_ami_id": read("count.index")}, **COUNT)
    plan.block("aws_instance.web", {"ami": read("aws_ami_copy.golden", "count.index")}, **COUNT)
    for n in range(number):
        plan.copy("aws_ami_copy.golden", n, n)
        plan.instance("aws_instance.web", n)


@shape
def copies_named_one_by_one(plan: Plan, number: int) -> None:
    plan.block("aws_ami_copy.golden", {"source_ami_id": read("count.index")}, **COUNT)
    for n in range(number):
        plan.block(f"aws_instance.web{n}", {"ami": read(f"aws_ami_copy.golden[{n}].id")})
        plan.copy("aws_ami_copy.golden", n, n)
        plan.instance(f"aws_instance.web{n}", None)


@shape
def copies_of_copies(plan: Plan, number: int) -> None:
    layers = ("a", "b", "c")
    plan.block("aws_ami_copy.a", {"source_ami_id": read("each.value")}, **EACH)
    for before, after in (("a", "b"), ("b", "c")):
        source = read(f"aws_ami_copy.{before}", "each.key")
        plan.block(f"aws_ami_copy.{after}", {"source_ami_id": source}, **EACH)
    plan.block("aws_instance.web", {"ami": read("aws_ami_copy.c", "each.key")}, **EACH)
    for n, key in enumerate(keys(number)):
        plan.copy("aws_ami_copy.a", key, n)
        for layer in layers[1:]:
            plan.change(f"aws_ami_copy.{layer}", key, {}, {**TO_COME, "source_ami_id": True})
        plan.instance("aws_instance.web", key)


@shape
def passed_on(plan: Plan, number: int) -> None:
    """Through `terraform_data`, twice."""
    plan.block("aws_ami_copy.golden", {"source_ami_id": read("each.value")}, **EACH)
    for before, after in (("aws_ami_copy.golden", "a"), ("terraform_data.a", "b")):
        plan.block(f"terraform_data.{after}", {"input": read(before, "each.key")}, **EACH)
    plan.block("aws_instance.web", {"ami": read("terraform_data.b", "each.key")}, **EACH)
    for n, key in enumerate(keys(number)):
        plan.copy("aws_ami_copy.golden", key, n)
        for layer in "ab":
            plan.change(f"terraform_data.{layer}", key, {}, {"input": True, "output": True})
        plan.instance("aws_instance.web", key)


@shape
def images_of_instances(plan: Plan, number: int) -> None:
    """Of instances that exist, and change."""
    for n in range(number):
        known = {"id": f"i-{n:017x}", "ami": ami(n), "instance_type": "m7i.large"}
        plan.updated("aws_instance.web", n, known, {"instance_type": "m6i.large"})
        source = {"source_instance_id": f"i-{n:017x}"}
        plan.change("aws_ami_from_instance.shot", n, source)
    plan.block("aws_instance.web", {"ami": read("count.index")}, **COUNT)
    plan.block("aws_ami_from_instance.shot", {"source_instance_id": read("count.index")}, **COUNT)


# ----------------------------------------------------------------------------------------- modules

_COPY = {"source_ami_id": read("var.source")}


def _image_module(plan: Plan, number: int) -> None:
    """A module for each key, which makes an image and lets it out."""
    module: dict[str, Any] = {"outputs": {"ami": {"expression": read("aws_ami_copy.this.id")}}}
    plan.call("image", module, **EACH)
    plan.block("aws_ami_copy.this", _COPY, module)
    for n, key in enumerate(keys(number)):
        plan.copy("aws_ami_copy.this", None, n, f'module.image["{key}"]')


@shape
def outputs_of_modules(plan: Plan, number: int) -> None:
    _image_module(plan, number)
    plan.block("aws_instance.web", {"ami": read("module.image", "each.key")}, **EACH)
    for key in keys(number):
        plan.instance("aws_instance.web", key)


@shape
def outputs_named_one_by_one(plan: Plan, number: int) -> None:
    _image_module(plan, number)
    for n, key in enumerate(keys(number)):
        plan.block(f"aws_instance.web{n}", {"ami": read(f'module.image["{key}"].ami')})
        plan.instance(f"aws_instance.web{n}", None)


@shape
def outputs_given_to_modules(plan: Plan, number: int) -> None:
    _image_module(plan, number)
    module: dict[str, Any] = {"variables": {"ami": {}}}
    plan.call("web", module, {"ami": read("module.image", "each.key")}, **EACH)
    plan.block("aws_instance.this", {"ami": read("var.ami")}, module)
    for key in keys(number):
        plan.instance("aws_instance.this", None, module=f'module.web["{key}"]')


@shape
def outputs_behind_locals(plan: Plan, number: int) -> None:
    _image_module(plan, number)
    module: dict[str, Any] = {"variables": {"ami": {}}}
    plan.call("web", module, {"ami": read("module.image", "each.key")}, **EACH)
    plan.block("aws_instance.this", {"ami": read("local.ami")}, module)
    plan.relevant.append({"resource": "module.image.aws_ami_copy.this", "attribute": ["id"]})
    for key in keys(number):
        plan.instance("aws_instance.this", None, module=f'module.web["{key}"]')


@shape
def locals_of_modules(plan: Plan, number: int) -> None:
    module: dict[str, Any] = {"variables": {"source": {}}}
    plan.call("app", module, {"source": read("each.value")}, **EACH)
    plan.block("aws_ami_copy.this", _COPY, module)
    plan.block("aws_instance.this", {"ami": read("local.ami")}, module)
    plan.relevant.append({"resource": "module.app.aws_ami_copy.this", "attribute": ["id"]})
    for n, key in enumerate(keys(number)):
        plan.copy("aws_ami_copy.this", None, n, f'module.app["{key}"]')
        plan.instance("aws_instance.this", None, module=f'module.app["{key}"]')


@shape
def locals_of_blocks(plan: Plan, number: int) -> None:
    for n in range(number):
        plan.block(f"aws_ami_copy.golden{n}", {"source_ami_id": said(ami(n))})
        plan.copy(f"aws_ami_copy.golden{n}", None, n)
        plan.relevant.append({"resource": f"aws_ami_copy.golden{n}", "attribute": ["id"]})
        plan.block(f"aws_instance.web{n}", {"ami": read("local.ami")})
        plan.instance(f"aws_instance.web{n}", None)


@shape
def data_of_modules(plan: Plan, number: int) -> None:
    """What a data source has read in each of them, through a local beside a copy."""
    module: dict[str, Any] = {}
    plan.call("app", module, **EACH)
    plan.block("data.aws_ami.base", {}, module)
    plan.block("aws_ami_copy.own", {"source_ami_id": read("data.aws_ami.base.id")}, module)
    plan.block("aws_instance.web", {"ami": read("local.ami")}, module)
    for block in ("data.aws_ami.base", "aws_ami_copy.own"):
        plan.relevant.append({"resource": f"module.app.{block}", "attribute": ["id"]})
    for n, key in enumerate(keys(number)):
        plan.looked_up(f'module.app["{key}"]', "base", ami(n))
        plan.copy("aws_ami_copy.own", None, n, f'module.app["{key}"]')
        plan.instance("aws_instance.web", None, module=f'module.app["{key}"]')


@shape
def modules_in_a_ring(plan: Plan, number: int) -> None:
    """As many modules, each given the image of the next."""
    for n in range(number):
        out = {"ami": {"expression": read("aws_ami_copy.this.id")}}
        module: dict[str, Any] = {"outputs": out, "variables": {"ami": {}}}
        plan.call(f"m{n}", module, {"ami": read(f"module.m{(n + 1) % number}.ami")})
        plan.block("aws_ami_copy.this", {"source_ami_id": said(ami(n))}, module)
        plan.block("aws_instance.this", {"ami": read("var.ami")}, module)
        plan.copy("aws_ami_copy.this", None, n, f"module.m{n}")
        plan.instance("aws_instance.this", None, module=f"module.m{n}")


@shape
def an_expression_of_all(plan: Plan, number: int) -> None:
    for n in range(number):
        plan.block(f"aws_ami_copy.golden{n}", {"source_ami_id": said(ami(n))})
        plan.copy(f"aws_ami_copy.golden{n}", None, n)
    every = (f"aws_ami_copy.golden{n}{end}" for n in range(number) for end in (".id", ""))
    plan.block("aws_instance.web", {"ami": read(*every)})
    plan.instance("aws_instance.web", None)


# ------------------------------------------------------------------------------------------- names


@shape
def aliases(plan: Plan, number: int) -> None:
    """Of parameters that the plan writes."""
    plan.block("aws_ssm_parameter.ami", {"value": read("count.index")}, **COUNT)
    plan.block("aws_instance.web", {"ami": read("count.index")}, **COUNT)
    for n in range(number):
        plan.parameter("aws_ssm_parameter.ami", n, n)
        plan.instance("aws_instance.web", n, f"resolve:ssm:/ami/{n}")


@shape
def aliases_of_blocks(plan: Plan, number: int) -> None:
    for n in range(number):
        plan.block(f"aws_ssm_parameter.ami{n}", {"value": said(ami(n))})
        plan.block(f"aws_instance.web{n}", depends_on=[f"aws_ssm_parameter.ami{n}"])
        plan.parameter(f"aws_ssm_parameter.ami{n}", None, n)
        plan.instance(f"aws_instance.web{n}", None, f"resolve:ssm:/ami/{n}")


@shape
def parameters_and_templates(plan: Plan, number: int) -> None:
    """Templates that exist: an image of theirs could be named by any of the parameters."""
    plan.block("aws_ssm_parameter.ami", {"value": read("count.index")}, **COUNT)
    plan.block("aws_autoscaling_group.web", **COUNT)
    for n in range(number):
        plan.parameter("aws_ssm_parameter.ami", n, n)
        plan.group("aws_autoscaling_group.web", n, {"id": f"lt-{n:017x}", "version": "$Latest"})


@shape
def templates_that_go(plan: Plan, number: int) -> None:
    """And groups that name templates, by id and by name."""
    plan.block("aws_autoscaling_group.web", **COUNT)
    for n in range(number):
        before = {"id": f"lt-{n + 9:017x}", "name": f"old-{n}"}
        plan.change("aws_launch_template.old", n, None, {}, before=before, actions=("delete",))
        called = {"id": f"lt-{n:017x}"} if n % 2 else {"name": f"web-{n}"}
        plan.group("aws_autoscaling_group.web", n, {**called, "version": "$Default"})


@shape
def templates_by_name(plan: Plan, number: int) -> None:
    """Whose images are aliases that the plan writes."""
    for n in range(number):
        plan.parameter("aws_ssm_parameter.ami", n, n)
        plan.template("aws_launch_template.web", n, n, f"resolve:ssm:/ami/{n}")
        known = {"name": f"web-{n}", "version": "$Latest"}
        plan.group("aws_autoscaling_group.web", n, known, {"id": True})
    for block in ("aws_ssm_parameter.ami", "aws_launch_template.web", "aws_autoscaling_group.web"):
        plan.block(block, **COUNT)


@shape
def launch_configurations(plan: Plan, number: int) -> None:
    for n in range(number):
        named = {"image_id": ami(n), "name": f"web-{n}"}
        plan.change("aws_launch_configuration.web", n, named)
        plan.change("aws_autoscaling_group.web", n, {"launch_configuration": f"web-{n}"})
    for block in ("aws_launch_configuration.web", "aws_autoscaling_group.web"):
        plan.block(block, **COUNT)


@shape
def builds(plan: Plan, number: int) -> None:
    """Images that Image Builder makes of recipes, and puts into launch templates."""
    arn = f"arn:aws:imagebuilder:{REGION}:{ACCOUNT}:"
    for n in range(number):
        recipe, to = f"{arn}image-recipe/r{n}/1.0.0", f"{arn}distribution-configuration/d{n}"
        at = {"launch_template_id": f"lt-{n:017x}", "default": True}
        moves: dict[str, Any] = {"region": REGION, "launch_template_configuration": [at]}
        known: dict[str, Any] = {"arn": recipe, "parent_image": ami(n)}
        plan.updated("aws_imagebuilder_image_recipe.r", n, known, {"parent_image": ami(n + 1)})
        known = {"arn": to, "distribution": [moves]}
        plan.updated("aws_imagebuilder_distribution_configuration.d", n, known, {"tags": {}})
        built = {"image_recipe_arn": recipe, "distribution_configuration_arn": to}
        plan.change("aws_imagebuilder_image.i", n, built, {"output_resources": True, "arn": True})
        known = {"id": f"lt-{n:017x}", "name": f"web-{n}", "image_id": ami(n)}
        plan.updated("aws_launch_template.web", n, known, {"image_id": ami(n + 1)})
        plan.group("aws_autoscaling_group.web", n, {"id": f"lt-{n:017x}", "version": "$Latest"})
    for kind in ("image_recipe.r", "distribution_configuration.d", "image.i"):
        plan.block(f"aws_imagebuilder_{kind}", **COUNT)
    for block in ("aws_launch_template.web", "aws_autoscaling_group.web"):
        plan.block(block, **COUNT)


# ------------------------------------------------------------------------------- places, and others


@shape
def providers(plan: Plan, number: int) -> None:
    """As many provider blocks, of which none says its Region."""
    for n in range(number):
        region = {"region": read(f"local.r{n}")}
        plan.providers[f"aws.p{n}"] = {"name": "aws", "alias": f"p{n}", "expressions": region}
        plan.block(f"aws_instance.web{n}", {"ami": said(ami(n))}, provider=f"aws.p{n}")
        plan.instance(f"aws_instance.web{n}", None, ami(n))


@shape
def providers_of_modules(plan: Plan, number: int) -> None:
    """Blocks that are empty and stand for one of two others."""
    west = {"region": said("us-west-2")}
    plan.providers["aws.west"] = {"name": "aws", "alias": "west", "expressions": west}
    for n in range(number):
        plan.providers[f"module.m{n}:aws"] = {"name": "aws", "module_address": f"module.m{n}"}
        module: dict[str, Any] = {}
        plan.call(f"m{n}", module)
        plan.block("aws_instance.web", {"ami": said(ami(n))}, module, f"module.m{n}:aws")
        plan.instance("aws_instance.web", None, ami(n), f"module.m{n}")


@shape
def strays(plan: Plan, number: int) -> None:
    """In one resource, and in as many."""
    plan.block("acme_thing.one", provider="acme")
    plan.change("acme_thing.one", None, {"images": {f"a{n}": ami(n) for n in range(number)}}, {})
    plan.block("acme_thing.each", provider="acme", **COUNT)
    for n in range(number):
        plan.change("acme_thing.each", n, {"settings": {"image": [ami(n)]}}, {})


@shape
def a_stack(plan: Plan, number: int) -> None:
    """A CloudFormation stack of templates, and of groups that name them."""
    described: dict[str, Any] = {}
    for n in range(number):
        data = {"LaunchTemplateData": {"ImageId": ami(n)}}
        described[f"T{n}"] = {"Type": "AWS::EC2::LaunchTemplate", "Properties": data}
        version = {"Fn::GetAtt": [f"T{n}", "LatestVersionNumber"]}
        block = {"LaunchTemplate": {"LaunchTemplateId": {"Ref": f"T{n}"}, "Version": version}}
        described[f"G{n}"] = {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": block}
    plan.block("aws_cloudformation_stack.all")
    body = json.dumps({"Resources": described})
    plan.change("aws_cloudformation_stack.all", None, {"name": "all", "template_body": body})


@shape
def provisioners(plan: Plan, number: int) -> None:
    """Scripts that name the images of all twins: of them there are `IMAGES` for each."""
    script = {"type": "local-exec", "expressions": {"command": read("aws_ami_copy.golden")}}
    plan.block("aws_instance.web", provisioners=[script], **COUNT)
    plan.block("aws_ami_copy.golden", **COUNT)
    for n in range(number):
        plan.copy("aws_ami_copy.golden", n, n)
        plan.instance("aws_instance.web", n, ami(n))


@shape
def mixture(plan: Plan, number: int) -> None:
    """Some of everything that leads from one resource to another."""
    of_each = max(number // 6, 1)
    for part in (
        templates_and_groups, copies_named_one_by_one, outputs_given_to_modules, locals_of_modules,
        aliases, strays,
    ):  # fmt: skip
        part(plan, of_each)


# ---------------------------------------------------------------------------------------- policies


def _modules(plan: Plan, number: int) -> None:
    """An instance in each of as many modules, each of an image of its own and with its own tag."""
    plan.images = number
    for n in range(number):
        module: dict[str, Any] = {}
        plan.call(f"m{n}", module)
        plan.block("aws_instance.web", {"ami": said(ami(n, number))}, module)
        known = {"ami": ami(n, number), "tags_all": {"app": f"app-{n}"}, "launch_template": []}
        plan.change("aws_instance.web", None, known, module=f"module.m{n}")


def _match(n: int) -> Values:
    """One instance of those, and in turn each way to say so."""
    ways: tuple[Values, ...] = (
        {"address": f"module.m{n}.aws_instance.web"},
        {"address": f"module.m{n}.*"},
        {"module": f"module.m{n}", "resource_type": "aws_instance"},
        {"tags": {"app": f"app-{n}"}, "account": ACCOUNT, "region": "us-*"},
    )
    return ways[n % len(ways)]


@shape
def exceptions(plan: Plan, number: int) -> None:
    """For every second reference, all of which fail; more of them than 7,000 no policy can hold."""
    _modules(plan, number)
    said_of_all = {"rules": ["too-old"], "reason": "r", "approved_by": "a", "expires": "2027-01-01"}
    images = ({"image": {"id": ami(n, number)}} for n in range(number // 2, number * 3 // 4))
    matches = [*map(_match, range(number // 4)), *images]
    listed = [{"match": match, **said_of_all} for match in matches]
    plan.judged_by(require={"max_age_days": 1}, exceptions=listed)


@shape
def scopes(plan: Plan, number: int) -> None:
    """For every second reference."""
    _modules(plan, number)
    listed = [
        {"name": f"s{n}", "match": _match(n), "require": {"max_age_days": n}}
        for n in range(number // 2)
    ]
    plan.judged_by(scopes=listed)


@shape
def scopes_of_open_places(plan: Plan, number: int) -> None:
    """References whose account nobody can tell, and as many scopes for accounts."""
    role = {"role_arn": read("var.role")}
    plan.providers["aws"]["expressions"]["assume_role"] = [role]
    plan.block("aws_instance.web", {"ami": read("count.index")}, **COUNT)
    for n in range(number):
        plan.instance("aws_instance.web", n, ami(n))
    listed = [
        {"name": f"s{n}", "match": {"account": f"{n:012}"}, "require": {"max_age_days": 90 + n}}
        for n in range(number)
    ]
    plan.judged_by(scopes=listed)


@shape
def revoked_images(plan: Plan, number: int) -> None:
    _modules(plan, number)
    listed = [{"id": f"ami-1{n:016x}", "region": REGION} for n in range(number)]
    plan.judged_by(revoked={"images": listed})


@shape
def registered_builds(plan: Plan, number: int) -> None:
    _modules(plan, number)
    listed = [{"id": f"ami-1{n:016x}", "region": REGION} for n in range(number)]
    plan.policy += f"  source_images: {json.dumps([*listed, {'id': GOLDEN, 'region': REGION}])}\n"


def catalog(number: int = IMAGES) -> bytes:
    """Answers about so many images: each is golden, by a mark of its own."""
    source = {"source_image_id": GOLDEN, "source_image_region": REGION}
    times = {"source_image_creation_time": BORN, "watermark_creation_time": BORN}
    mark = {**source, **times}
    image = {"name": "web", "owner_id": ACCOUNT, "state": "available", "public": False, **source}
    root = {"image_id": GOLDEN, "region": REGION, "creation_date": BORN}
    images = {
        ami(n, number): {
            "id": ami(n, number),
            **image,
            "creation_date": BORN,
            "watermarks": [{"key": f"{PIPELINE}:golden-{n}", **mark}],
        }
        for n in range(number)
    }
    ancestry = {
        id: {
            "entries": [{"image_id": id, "region": REGION, **source}, root],
            "end": "no recorded source",
        }
        for id in images
    }
    identity = {"account": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root"}
    place = {
        "region": REGION,
        "account": ACCOUNT,
        "identity": identity,
        "images": {"found": images},
        "ancestry": {"found": ancestry},
    }
    recording = {"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": [place]}
    return json.dumps(recording).encode()
