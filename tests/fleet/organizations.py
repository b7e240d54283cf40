"""An organisation whose every image's descent is known, as large as a test wants it."""

from dataclasses import dataclass, field

from tests.emulator import World
from tests.worlds import AMAZON, PIPELINE

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2", "ap-southeast-2")
POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
aws:
  readers: {{'*': {{role_name: assay-reader}}}}
"""


@dataclass
class Fleet:
    """Accounts that each have, in each Region, a golden copy, an image made from it, and one of their own;
    and in the first a copy of a golden copy that nobody lists."""

    accounts: int
    regions: int
    world: World = field(default_factory=World)
    truth: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """The class of every image, by account, Region and id."""

    def __post_init__(self) -> None:
        home = REGIONS[0]
        base = self.world.register_image(
            AMAZON, home, name="al2023", owner_alias="amazon", public=True
        )
        builder = self.world.run_instance(PIPELINE, home, base)
        golden = self.world.create_image(PIPELINE, home, builder, name="golden")
        self.world.attach_watermark(PIPELINE, home, golden, "golden-web")
        hidden = self.world.copy_image(PIPELINE, home, golden, home, name="hidden")
        for account in self.ids:
            self.world.share(golden, home, account)
            self._bridge(account, home, hidden)
            for region in self.named:
                self._fill(account, region, golden)
            self.truth[account, home, golden] = "golden"

    @property
    def ids(self) -> list[str]:
        return [f"{700000000000 + number}" for number in range(self.accounts)]

    @property
    def named(self) -> tuple[str, ...]:
        return REGIONS[: self.regions]

    @property
    def places(self) -> int:
        return self.accounts * self.regions

    def _bridge(self, account: str, region: str, hidden: str) -> None:
        """A copy that lost its mark, of an image that is in no listing: by the record alone it is derived."""
        self.world.share(hidden, region, account)
        copy = self.world.copy_image(account, region, hidden, region, name="bridged")
        self.world.detach_watermark(account, region, copy, f"{PIPELINE}:golden-web")
        self.world.image(region, hidden).shared_with.discard(account)
        self.truth[account, region, copy] = "derived"

    def _fill(self, account: str, region: str, golden: str) -> None:
        copy = self.world.copy_image(account, region, golden, REGIONS[0], name="copy")
        instance = self.world.run_instance(account, region, copy)
        made = self.world.create_image(account, region, instance, name="made")
        own = self.world.register_image(account, region, name="own")
        for id, kind in ((copy, "derived"), (made, "derived"), (own, "unknown")):
            self.truth[account, region, id] = kind
