"""Ways to use an image: by itself, through templates, in groups."""

from collections.abc import Callable, Sequence

from tests.apply.growing import DUBLIN, Growing, Template
from tests.worlds import REGION


def instance(growing: Growing) -> None:
    image = growing.some()
    name = growing.new("instance", image)
    growing.block(
        f'resource "aws_instance" "{name}"',
        growing.provider(image.region),
        f"ami = {image.text}",
        'instance_type = "t3.small"',
    )


def instances(growing: Growing) -> None:
    images = growing.two()
    name = growing.new("instances", *images)
    both = ", ".join(each.text for each in images)
    counted = growing.random.random() < 0.5
    growing.block(
        f'resource "aws_instance" "{name}"',
        growing.provider(images[0].region),
        "count = 2" if counted else f"for_each = {{ for key, image in [{both}] : key => image }}",
        f"ami = [{both}][count.index]" if counted else "ami = each.value",
        'instance_type = "t3.small"',
    )


def template(growing: Growing) -> Template:
    image = growing.some(REGION)
    name = growing.new("template", image)
    growing.block(
        f'resource "aws_launch_template" "{name}"',
        f'name = "{name}"',
        f"image_id = {image.text}",
        'instance_type = "t3.small"',
    )
    made = Template(f"aws_launch_template.{name}", name, image.region, image.sight)
    growing.templates.append(made)
    return made


def referred(growing: Growing) -> tuple[Template, list[str]]:
    """The lines of a block `launch_template`."""
    chosen = growing.random.choice(growing.templates) if growing.templates else template(growing)
    versions = ("", '"$Latest"', '"$Default"', '"1"', f"{chosen.block}.latest_version")
    version = growing.random.choice(versions)
    ways = [f"id = {chosen.block}.id", f"name = {chosen.block}.name"]
    if growing.random.random() < 0.3:
        name = growing.new("which")
        growing.block("locals", f"{name} = {{ it = {chosen.block} }}")
        ways = [f"id = local.{name}.it.id"]
    return chosen, [growing.random.choice(ways), f"version = {version}" if version else ""]


def through_template(growing: Growing) -> None:
    """A group or an instance, with its block written down or dynamic."""
    chosen, lines = referred(growing)
    group = growing.random.random() < 0.6
    name = growing.new("group" if group else "launched", chosen)
    inside = "\n    ".join(line for line in lines if line)
    if growing.random.random() < 0.4:
        block = (
            f'dynamic "launch_template" {{\n  for_each = [1]\n  content {{\n    {inside}\n  }}\n}}'
        )
    else:
        block = f"launch_template {{\n    {inside}\n}}"
    sizes = (f'name = "{name}"', "min_size = 1", "max_size = 1", ZONES) if group else ()
    kind = "aws_autoscaling_group" if group else "aws_instance"
    growing.block(f'resource "{kind}" "{name}"', *sizes, block)


ZONES = 'availability_zones = ["us-east-1a"]'


def mixed(growing: Growing) -> None:
    (one, first), (other, second) = referred(growing), referred(growing)
    name = growing.new("mixed", one, other)
    lines = [
        [line.replace("id =", "launch_template_id =", 1) if line.startswith("id") else
         line.replace("name =", "launch_template_name =", 1) for line in each if line]
        for each in (first, second)
    ]  # fmt: skip
    growing.block(
        f'resource "aws_autoscaling_group" "{name}"',
        *(f'name = "{name}"', "min_size = 1", "max_size = 1", ZONES),
        "mixed_instances_policy {\n launch_template {\n  launch_template_specification {",
        *lines[0],
        '}\n override {\n  instance_type = "t3.large"\n  launch_template_specification {',
        *lines[1],
        "}\n }\n }\n }",
    )


def own_image(growing: Growing) -> None:
    """An instance whose image outranks its template's."""
    image, (_, lines) = growing.some(REGION), referred(growing)
    name = growing.new("own", image)
    inside = "\n    ".join(line for line in lines if line)
    growing.block(
        f'resource "aws_instance" "{name}"',
        f"ami = {image.text}",
        f"launch_template {{\n    {inside}\n  }}",
    )


def live_template(growing: Growing) -> None:
    """One that was there before."""
    name = growing.new("live")
    of = growing.random.choice(("live-golden", "live-home-made", "live-moved", "live-chosen"))
    version = growing.random.choice(("$Latest", "$Default", "1"))
    growing.block(
        f'resource "aws_autoscaling_group" "{name}"',
        *(f'name = "{name}"', "min_size = 1", "max_size = 1", ZONES),
        f'launch_template {{\n    name = "{of}"\n    version = "{version}"\n  }}',
    )


def by_keys(growing: Growing) -> None:
    """Instances by the keys of a map that a local holds."""
    images = growing.two()
    name = growing.new("keyed", *images)
    growing.block("locals", f"{name} = {{ a = {images[0].text}, b = {images[1].text} }}")
    growing.block(
        f'resource "aws_instance" "{name}"',
        growing.provider(images[0].region),
        f"for_each = toset(keys(local.{name}))",
        f"ami = local.{name}[each.key]",
        'instance_type = "t3.small"',
    )


def places(growing: Growing) -> None:
    """A module that is given providers, in two Regions."""
    near, far = growing.some(REGION), growing.some(DUBLIN)
    name = growing.new("places", near, far)
    growing.block(
        f'module "{name}"',
        'source = "./modules/pair"',
        "providers = { aws = aws, aws.far = aws.far }",
        f"image = {near.text}",
        f"near = {near.text}",
        f"far = {far.text}",
    )


def configuration(growing: Growing) -> None:
    image = growing.some(REGION, copyable=True)
    name = growing.new("configuration", image)
    growing.block(
        f'resource "aws_launch_configuration" "{name}"',
        f'name = "{name}"',
        f"image_id = {image.text}",
        'instance_type = "t3.small"',
    )


USED: Sequence[Callable[[Growing], object]] = (
    *(instance, instance, instance, instances, instances, template),
    *(through_template, through_template, through_template, mixed, configuration),
    *(own_image, live_template, by_keys, places),
)
