"""Emulated worlds that several tests start from."""

from dataclasses import dataclass, field

from tests.emulator import World

AMAZON = "137112412989"
PIPELINE = "111122223333"
WORKLOAD = "222222222222"
STRANGER = "999999999999"
REGION = "us-east-1"


@dataclass
class GoldenWorld:
    """A pipeline account that marks an image, and a workload account with whom it is shared."""

    world: World = field(default_factory=World)
    base: str = ""
    golden: str = ""

    def __post_init__(self) -> None:
        world = self.world
        self.base = world.register_image(
            AMAZON, REGION, name="al2023", owner_alias="amazon", public=True
        )
        builder = world.run_instance(PIPELINE, REGION, self.base)
        self.golden = world.create_image(PIPELINE, REGION, builder, name="golden")
        world.attach_watermark(PIPELINE, REGION, self.golden, "golden-web")
        world.share(self.golden, REGION, WORKLOAD)

    def copy(self, source: str | None = None, *, region: str = REGION) -> str:
        """A copy that belongs to the workload account."""
        return self.world.copy_image(
            WORKLOAD, region, source or self.golden, REGION, name=f"copy in {region}"
        )

    def derived(self, source: str) -> str:
        """An image the workload account made from an instance of `source`."""
        instance = self.world.run_instance(WORKLOAD, REGION, source)
        return self.world.create_image(WORKLOAD, REGION, instance, name="derived")

    def home_made(self, account: str = WORKLOAD) -> str:
        """An image without any recorded source."""
        return self.world.register_image(account, REGION, name="home-made")

    def many_copies(self, count: int) -> list[str]:
        """Many distinct golden copies."""
        return [self.copy() for _ in range(count)]
