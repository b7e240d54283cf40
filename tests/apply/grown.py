"""Ways to come to an image, each of which may be built on the ones before."""

from collections.abc import Callable, Sequence

from tests.apply.compare import Sight
from tests.apply.growing import DUBLIN, Expression, Growing, worst
from tests.worlds import REGION


def copy(growing: Growing) -> None:
    source = growing.some(copyable=True)
    to = growing.random.choice((REGION, REGION, DUBLIN))
    name = growing.new("copy", source)
    growing.block(
        f'resource "aws_ami_copy" "{name}"',
        growing.provider(to),
        f'name = "{name}"',
        f"source_ami_id = {source.text}",
        f'source_ami_region = "{source.region}"',
    )
    growing.keep(f"aws_ami_copy.{name}.id", source, region=to, unknown=True)


def copies(growing: Growing) -> None:
    """Of a block with keys, or with numbers."""
    sources = growing.two(copyable=True)
    first, second = sources
    name = growing.new("copies", *sources)
    keyed = growing.random.random() < 0.5
    growing.block(
        f'resource "aws_ami_copy" "{name}"',
        growing.provider(first.region),
        f"for_each = {{ a = {first.text}, b = {second.text} }}" if keyed else "count = 2",
        f'name = "{name}-${{{"each.key" if keyed else "count.index"}}}"',
        "source_ami_id = each.value"
        if keyed
        else f"source_ami_id = [{first.text}, {second.text}][count.index]",
        f'source_ami_region = "{first.region}"',
    )
    block = f"aws_ami_copy.{name}"
    ways = (
        [f'{block}["b"].id', f'{{ for key, made in {block} : key => made.id }}["a"]']
        if keyed
        else [f"{block}[1].id", f"{block}.*.id[0]", f"element({block}[*].id, 3)"]
    )
    growing.keep(growing.random.choice(ways), *sources, unknown=True)


def local(growing: Growing) -> None:
    """A map, a list or an object, that one of its values is taken of by another name."""
    one, other = growing.two()
    name = growing.new("local", one, other)
    held, taken = growing.random.choice(
        [
            (f"{{ a = {one.text}, b = {other.text} }}", '["b"]'),
            (f"[{one.text}, {other.text}]", "[0]"),
            (f"{{ web = {{ images = [{other.text}, {one.text}] }} }}", ".web.images[1]"),
            (one.text, ""),
        ]
    )
    growing.block("locals", f"{name} = {held}", f"{name}_taken = local.{name}{taken}")
    growing.keep(f"local.{name}_taken", one, other)


def condition(growing: Growing) -> None:
    """By what is known; both sides may be unknown."""
    one, other = growing.two()
    name = growing.new("flag")
    told = growing.random.choice(("true", "false"))
    growing.block(f'variable "{name}"', f"default = {told}")
    test = growing.random.choice((f"var.{name}", f"!var.{name}", "var.stage == 1"))
    growing.keep(f"({test} ? {one.text} : {other.text})", one, other)


def open_condition(growing: Growing) -> None:
    """By what comes to be by apply, or through a function of that."""
    unknown = [each for each in growing.pool if each.unknown]
    if not unknown:
        return copy(growing)
    read, (one, other) = growing.random.choice(unknown), growing.two()
    text = growing.random.choice(
        [
            f'({read.text} == "" ? {one.text} : {other.text})',
            f"(length({read.text}) > 3 ? {one.text} : {other.text})",
            f'replace({read.text}, "/^.*$/", {one.text})',
            f"{{ ({read.text}) = {other.text} }}[{read.text}]",
            f'split("/", "${{{read.text}}}/${{{one.text}}}")[1]',
        ]
    )
    return growing.keep(text, one, other, unknown=True, sight=Sight.OPEN)


def call(growing: Growing) -> None:
    """What Terraform sees through, whatever is unknown."""
    one, other = growing.two()
    name = growing.new("nothing")
    growing.block(f'variable "{name}"', 'default = { kept = null, other = "" }')
    text = growing.random.choice(
        [
            f"coalesce(var.{name}.kept, var.{name}.other, {one.text})",
            f'try(var.{name}["missing"], {one.text})',
            f"try({one.text}, {other.text})",
            f"one([{one.text}])",
            f"element([{one.text}, {other.text}], 3)",
            f'{{ a = {one.text}, b = {other.text} }}["b"]',
            f"[for each in [{one.text}, {other.text}] : each][1]",
            f'"${{{one.text}}}"',
            f"[{one.text}, {other.text}][length([1])]",
        ]
    )
    growing.keep(text, one, other)


def function(growing: Growing) -> None:
    """Other functions, that hand on what they are given."""
    one, other = growing.two()
    text = growing.random.choice(
        [
            f'lookup({{ a = {one.text}, b = {other.text} }}, "b", null)',
            f'merge({{ a = {one.text} }}, {{ a = {other.text} }})["a"]',
            f"concat([{one.text}], [{other.text}])[1]",
            f"flatten([[{one.text}], [{other.text}]])[0]",
            f"values({{ a = {one.text}, b = {other.text} }})[1]",
            f"reverse([{one.text}, {other.text}])[0]",
            f"tostring({one.text})",
            f"trimspace({one.text})",
            f'zipmap(["a", "b"], [{one.text}, {other.text}])["a"]',
        ]
    )
    behind = Sight.FUNCTION if one.unknown or other.unknown else Sight.CLEAR
    growing.keep(text, one, other, sight=max(behind, worst((one, other))))


def module_copies(growing: Growing) -> None:
    sources = growing.two(REGION, copyable=True)
    name = growing.new("images", *sources)
    growing.block(
        f'module "{name}"',
        'source = "./modules/image"',
        f"for_each = {{ a = {sources[0].text}, b = {sources[1].text} }}",
        f'name = "{name}-${{each.key}}"',
        "source_image = each.value",
    )
    way = growing.random.choice(('["a"].id', '["b"].details.image.id'))
    growing.keep(f"module.{name}{way}", *sources, unknown=True)


def module_passed(growing: Growing) -> None:
    one, other = growing.two(REGION)
    name = growing.new("passed", one, other)
    growing.block(
        f'module "{name}"',
        'source = "./modules/passed"',
        f"images = {{ a = {one.text}, b = {other.text} }}",
    )
    way = growing.random.choice(("first", 'images["b"]'))
    growing.keep(f"module.{name}.{way}", one, other)


def parameter(growing: Growing) -> None:
    image = growing.some(REGION, copyable=True)
    name = growing.new("alias", image)
    growing.block(
        f'resource "aws_ssm_parameter" "{name}"',
        f'name = "/generated/{name}"',
        'type = "String"',
        'data_type = "aws:ec2:image"',
        f"insecure_value = {image.text}",
    )
    block = f"aws_ssm_parameter.{name}"
    growing.keep(f"{block}.insecure_value", image)
    growing.keep(f'"resolve:ssm:${{{block}.name}}"', image, copyable=False)


def perhaps(growing: Growing) -> None:
    """A copy that is made, or is not, as a variable says."""
    source, other = growing.two(copyable=True)
    name = growing.new("perhaps", source, other)
    told = growing.random.random() < 0.5
    growing.block(f'variable "{name}"', f"default = {str(told).lower()}")
    growing.block(
        f'resource "aws_ami_copy" "{name}"',
        growing.provider(source.region),
        f"count = var.{name} ? 1 : 0",
        f'name = "{name}"',
        f"source_ami_id = {source.text}",
        f'source_ami_region = "{source.region}"',
    )
    block = f"aws_ami_copy.{name}"
    ways = [
        f"(var.{name} ? {block}[0].id : {other.text})",
        f"try({block}[0].id, {other.text})",
        f"(length({block}) > 0 ? one({block}[*].id) : {other.text})",
    ]
    growing.keep(growing.random.choice(ways), source, other, unknown=True)


def taken(growing: Growing) -> None:
    """An image made from an instance that is launched here."""
    image = growing.some(REGION)
    name = growing.new("taken", image)
    growing.block(
        f'resource "aws_instance" "{name}"',
        f"ami = {image.text}",
        'instance_type = "t3.small"',
    )
    growing.block(
        f'resource "aws_ami_from_instance" "{name}"',
        f'name = "{name}"',
        f"source_instance_id = aws_instance.{name}.id",
    )
    text = f"aws_ami_from_instance.{name}.id"
    growing.keep(text, image, unknown=True, copyable=True)


def looked_up(growing: Growing) -> None:
    """An image that was there before, by its name."""
    name = growing.new("lookup")
    growing.block(
        f'data "aws_ami" "{name}"',
        'owners = ["self"]',
        "most_recent = true",
        'filter {\n    name = "name"',
        f'  values = ["{growing.random.choice(("golden-copy", "home-made"))}"]\n  }}',
    )
    growing.pool.append(Expression(f"data.aws_ami.{name}.id"))


def typed(growing: Growing) -> None:
    """Through a module whose variable has a type with defaults."""
    one, other = growing.two(REGION)
    name = growing.new("typed", one, other)
    growing.block(
        f'module "{name}"',
        'source = "./modules/typed"',
        f'images = [{{ id = {one.text} }}, {{ id = {other.text}, name = "other" }}]',
    )
    way = growing.random.choice(("by_name.other", 'by_name["main"]', "all[1].id"))
    growing.keep(f"module.{name}.{way}", one, other)


GROWN: Sequence[Callable[[Growing], None]] = (
    *(copy, copies, copies, local, local, condition, condition, open_condition),
    *(call, call, call, function, module_copies, module_passed, parameter),
    *(perhaps, perhaps, taken, looked_up, typed),
)
