"""A configuration that grows: blocks of text, and expressions that later ones are built on.

Whether a value can be known before apply is noted while it is built, and goes into the names of
what uses it (see compare.py). Which image it is, only apply will tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.apply.compare import Sight
from tests.worlds import REGION

DUBLIN = "eu-west-1"
PROVIDERS = {REGION: ("",), DUBLIN: ("aws.dublin", "aws.far")}
NEAR = ("golden", "web", "copy", "home_made", "other_home_made")
COPYABLE = ("copy", "home_made", "other_home_made")
FAR = ("dublin", "dublin_home_made")


@dataclass(frozen=True, slots=True)
class Expression:
    """Text that comes to an image of a Region."""

    text: str
    region: str = REGION
    unknown: bool = False
    """Whether Terraform does not know it before apply."""
    sight: Sight = Sight.CLEAR
    copyable: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """A launch template of the configuration."""

    block: str
    name: str
    region: str
    sight: Sight


class Growing:
    """One configuration: blocks of text, and expressions that later ones may take."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.prefix = f"g{seed}"
        self.blocks: list[str] = []
        self.pool = [
            *(Expression(f"var.{name}", copyable=name in COPYABLE) for name in NEAR),
            *(Expression(f"var.{name}", DUBLIN) for name in FAR),
        ]
        self.templates: list[Template] = []
        self._names = 0

    def new(self, word: str, *on: Expression | Template) -> str:
        """A name for what is built on others."""
        self._names += 1
        return f"{self.prefix}_{word}{self._names}{worst(on).suffix}"

    def block(self, head: str, *lines: str) -> None:
        inside = "\n".join(f"  {line}" for line in lines if line)
        self.blocks.append(f"{head} {{\n{inside}\n}}\n")

    def some(self, region: str | None = None, *, copyable: bool = False) -> Expression:
        """One of the pool; rather a younger one."""
        fit = [
            each
            for each in self.pool
            if region in (None, each.region) and (each.copyable or not copyable)
        ]
        young = fit[len(fit) // 2 :] if self.random.random() < 0.6 else fit
        return self.random.choice(young)

    def two(self, region: str | None = None, *, copyable: bool = False) -> list[Expression]:
        first = self.some(region, copyable=copyable)
        return [first, self.some(first.region, copyable=copyable)]

    def keep(self, text: str, *on: Expression, **changes: object) -> None:
        """A new expression, that knows what all it is built on know."""
        self.pool.append(
            replace(
                Expression(
                    text,
                    on[0].region,
                    any(each.unknown for each in on),
                    worst(on),
                    all(each.copyable for each in on),
                ),
                **changes,  # type: ignore[arg-type]
            )
        )

    def provider(self, region: str) -> str:
        chosen = self.random.choice(PROVIDERS[region])
        return f"provider = {chosen}" if chosen else ""


def worst(on: Sequence[Expression | Template]) -> Sight:
    return max((each.sight for each in on), default=Sight.CLEAR)
