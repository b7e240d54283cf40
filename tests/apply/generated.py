"""Configurations grown at random from a seed: ways to name images, each built on the ones before."""

from tests.apply.growing import Growing
from tests.apply.grown import GROWN
from tests.apply.used import USED

STEPS, USES = 11, 9


def generated(seed: int) -> str:
    """A file that stands beside configurations/main.tf: the same for a seed each time."""
    growing = Growing(seed)
    for step in growing.random.choices(GROWN, k=STEPS):
        step(growing)
    for use in growing.random.choices(USED, k=USES):
        use(growing)
    return "\n".join(growing.blocks)
