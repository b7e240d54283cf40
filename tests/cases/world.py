"""The world that `../shared/cases` were written in: a golden image, its copies, and a home-made one.

The workload account looks. Ids are those that the cases hold, since a plan names them.
"""

from tests.emulator import World
from tests.emulator.records import LaunchTemplate, Watermark
from tests.worlds import AMAZON, PIPELINE, WORKLOAD

VIRGINIA, OREGON = "us-east-1", "us-west-2"
BASE = "ami-00000000000000100"
GOLDEN = "ami-00000000000000101"
COPY = "ami-00000000000000102"
"""The golden image's copy in the workload account."""
IN_OREGON = "ami-00000000000000103"
HOME_MADE = "ami-00000000000000110"
TEMPLATES = {
    "live-golden": ("lt-00000000000000000", (GOLDEN,)),
    "live-home-made": ("lt-00000000000000001", (HOME_MADE,)),
    "no-image": ("lt-0000000000000cccc", (None,)),
    "web-lt": ("lt-0000000000000aaaa", (GOLDEN, HOME_MADE, HOME_MADE)),
    "all-golden": ("lt-0000000000000bbbb", (GOLDEN, COPY)),
}
"""By name: the id, and the image of each version."""
PARAMETERS = {
    "/golden/linux": GOLDEN,
    "/teams/home-made": HOME_MADE,
    "/images/base": GOLDEN,
    "/images/base6": GOLDEN,
}


class CasesWorld(World):
    """What exists before any of the plans is applied."""

    def __init__(self) -> None:
        super().__init__()
        self._images()
        for name, (template_id, versions) in TEMPLATES.items():
            self._template(name, template_id, versions)
        for name, image in PARAMETERS.items():
            self.put_parameter(WORKLOAD, VIRGINIA, name, image, "aws:ec2:image")

    def _images(self) -> None:
        self.register_image(
            AMAZON, VIRGINIA, name="al2023", owner_alias="amazon", public=True, image_id=BASE
        )
        self.register_image(PIPELINE, VIRGINIA, name="golden-linux-2026-09", image_id=GOLDEN)
        golden = self.image(VIRGINIA, GOLDEN)
        golden.source_image_id, golden.source_image_region = BASE, VIRGINIA
        self.attach_watermark(PIPELINE, VIRGINIA, GOLDEN, "golden-linux")
        self.share(GOLDEN, VIRGINIA, WORKLOAD)
        self._copied(WORKLOAD, VIRGINIA, COPY, golden.watermarks)
        self._copied(PIPELINE, OREGON, IN_OREGON, golden.watermarks)
        self.share(IN_OREGON, OREGON, WORKLOAD)
        self.register_image(WORKLOAD, VIRGINIA, name="home-made", image_id=HOME_MADE)

    def _copied(self, account: str, region: str, image_id: str, marks: list[Watermark]) -> None:
        """CopyImage of the golden image, with an id that the cases know."""
        self.register_image(account, region, name="golden-linux-2026-09", image_id=image_id)
        copy = self.image(region, image_id)
        copy.source_image_id, copy.source_image_region = GOLDEN, VIRGINIA
        copy.watermarks = list(marks)

    def _template(self, name: str, template_id: str, versions: tuple[str | None, ...]) -> None:
        made: LaunchTemplate = self.add_launch_template(
            WORKLOAD, VIRGINIA, name, _data(versions[0])
        )
        del self.templates[made.template_id]
        made.template_id = template_id
        self.templates[template_id] = made
        for image in versions[1:]:
            self.create_launch_template_version(template_id, data=_data(image))
        if name == "all-golden":
            self.set_default_version(template_id, len(versions))


def _data(image: str | None) -> dict[str, str]:
    return {"ImageId": image} if image else {"InstanceType": "m5.large"}
