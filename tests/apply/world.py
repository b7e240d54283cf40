"""What is there before apply: images that are golden or not in two accounts and two Regions.

The same facts stand in both emulators. moto's server is where Terraform plans and applies; ours,
which knows watermarks, is what assay asks.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from fixtures.worlds import DUBLIN, PIPELINE, REGION, WORKLOAD, GoldenWorld
from tests.apply.aws import Aws
from tests.apply.facts import facts
from tests.emulator import Image, World

ROOT = Path(__file__).resolve().parents[2]
OTHER = "333333333333"
"""Another account, where Terraform works by a role."""
POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
aws:
  region: {REGION}
  readers:
    "{OTHER}":
      role_arn: arn:aws:iam::{OTHER}:role/reader
"""


class ApplyWorld(GoldenWorld):
    """A golden image and a home-made one in each place, and what leads to one or the other."""

    def __init__(self) -> None:
        super().__init__()
        self.share(self.golden, REGION, OTHER)
        self.names = {
            "golden": self.golden,
            "web": self.build("golden-web"),
            "copy": self.copy_image(WORKLOAD, REGION, self.golden, REGION, name="golden-copy"),
            "home_made": self.home_made(),
            "other_home_made": self.register_image(WORKLOAD, REGION, name="other-home-made"),
            "dublin": self.in_dublin(),
            "dublin_home_made": self.home_made(DUBLIN),
            "foreign_home_made": self.register_image(OTHER, REGION, name="of-the-other"),
            "foreign": self.copy_image(OTHER, REGION, self.golden, REGION, name="golden-other"),
        }
        self.names["running"] = self.run(self.names["copy"])
        self.names["running_home_made"] = self.run(self.names["home_made"])
        self._templates()
        self._parameters()

    def _templates(self) -> None:
        golden, home_made = self.names["golden"], self.names["home_made"]
        self.template("live-golden", golden)
        self.template("live-home-made", home_made)
        moved = self.template("live-moved", golden)
        self.create_launch_template_version(moved, home_made)
        chosen = self.template("live-chosen", home_made)
        self.create_launch_template_version(chosen, golden)
        self.set_default_version(chosen, 2)

    def _parameters(self) -> None:
        golden, home_made = self.names["golden"], self.names["home_made"]
        for name, *images in (
            ("golden", golden),
            ("home-made", home_made),
            ("moved", home_made, golden),
        ):
            for image in images:
                self.put_parameter(WORKLOAD, REGION, f"/live/{name}", image, "aws:ec2:image")

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """What a configuration is told: ids, by name."""
        return dict(self.names)


def golden_images(world: World) -> frozenset[tuple[str, str]]:
    """Region and id of each image that descends from one that a pipeline has marked."""
    return frozenset(
        (image.region, image.image_id)
        for image in world.images.values()
        if _is_golden(world, image)
    )


def _is_golden(world: World, image: Image) -> bool:
    ancestors = {(each.region, each.image_id) for each in world.ancestry(image)}
    return any(
        mark.key.startswith(f"{PIPELINE}:golden-")
        and (mark.source_image_region, mark.source_image_id) in ancestors
        for mark in image.watermarks
    )


@contextlib.contextmanager
def served(world: World) -> Iterator[Aws]:
    """moto's server with all of a world in it, for the length of a `with` block."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.apply.moto_server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(f"{json.dumps(facts(world))}\n")
            process.stdin.flush()
            url = process.stdout.readline().strip()
            assert url, "moto's server did not start"
            aws = Aws(url)
            _put_parameters(aws, world)
            yield aws
        finally:
            process.communicate()


def _put_parameters(aws: Aws, world: World) -> None:
    for parameter in world.parameters.values():
        if not parameter.owner_id:  # AWS's own, which nobody else can put
            continue
        ssm = aws.client("ssm", parameter.owner_id, parameter.region)
        for value in parameter.values:
            ssm.put_parameter(
                Name=parameter.name,
                Value=value,
                Type="String",
                DataType=parameter.data_type,
                Overwrite=True,
            )
