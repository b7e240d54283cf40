"""What does an audit of a stored night cost? 20,000 instances in 120 places, of 12,000 images.

    python benchmarks/audit.py [RUNS]

The night is made once, by the store itself. Nine of ten images are copies of a golden image of
another account, in chains of up to four. Every tenth image is unmarked, and every hundredth
instance has an image that is gone. Each run is a separate `assay audit` process that writes JSON to
a file. Prints the median wall time, the peak memory of the largest process, and the bounds: 30 s
and 500 MB.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from assay.fleet.store import Store
from assay.model import AllowedImages, Image, Watermark
from assay.model.inventory import Classified, ImageClass, ListedImage, Use, UseType
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.uses import UsedImage

NIGHT = date(2026, 11, 29)
WHEN = datetime(2026, 11, 29, 3, tzinfo=UTC)
PIPELINE = "111122223333"
REGIONS = ("ap-southeast-2", "eu-central-1", "eu-west-1", "sa-east-1", "us-east-1", "us-west-2")
ACCOUNTS = [f"{200000000000 + number}" for number in range(20)]
IMAGES, INSTANCES = 100, 167
"""For each place: 12,000 images and 20,040 instances in all."""
DEEP = 4
SECONDS, MEGABYTES = 30, 500
POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
require:
  max_depth: 5
  allowed_amis: predict
revoked:
  watermarks: ["{PIPELINE}:golden-old"]
scopes:
  - name: prod
    match: {{account: "20000000000?"}}
    require: {{max_depth: 3}}
"""


def id_of(kind: str, place: int, number: int) -> str:
    return f"{kind}-{place:05x}{number:012x}"


GOLDEN = [id_of("ami", 0xFFFFF, number) for number, _ in enumerate(REGIONS)]


def mark(region: int) -> Watermark:
    return Watermark(f"{PIPELINE}:golden-web", GOLDEN[region], REGIONS[region], WHEN, WHEN)


def listed(account: str, region: int, image: Image) -> Classified:
    return Classified(account, REGIONS[region], ListedImage(image), False, ImageClass.DERIVED, "-")


def images(place: int, account: str, region: int) -> Iterator[Classified]:
    """Every tenth image is unmarked; the others descend from the golden image of the Region."""
    for number in range(IMAGES):
        above = GOLDEN[region] if number % DEEP == 0 else id_of("ami", place, number - 1)
        unmarked = number % 10 == 9
        yield listed(
            account,
            region,
            Image(
                id_of("ami", place, number),
                name=f"web-{number}",
                owner_id=account,
                state="available",
                public=False,
                creation_date=WHEN,
                source_image_id=None if unmarked else above,
                source_image_region=None if unmarked else REGIONS[region],
                watermarks=() if unmarked else (mark(region),),
            ),
        )


def uses(place: int, account: str, region: int) -> Iterator[Use]:
    for number in range(INSTANCES):
        gone = number % 100 == 99
        image = id_of("ami", place, IMAGES + number if gone else number * 7 % IMAGES)
        told = UsedImage(image, owner_id=account, state="deregistered", watermarks=(mark(region),))
        yield Use(
            UseType.INSTANCE, id_of("i", place, number), image_id=image, state="running",
            since=WHEN, image=told,
        )  # fmt: skip


def make(store: Store) -> None:
    places: list[PlaceSeen] = []

    def write(account: str, region: int, found: list[Classified], used: list[Use]) -> None:
        place = PlaceSeen(
            account, REGIONS[region], PlaceState.SEEN, images=len(found), uses=len(used),
            seen_at=WHEN, allowed_images=AllowedImages("disabled", "account"),
        )  # fmt: skip
        store.write(NIGHT, place, found, used)
        places.append(place)

    for region, id in enumerate(GOLDEN):
        golden = Image(id, owner_id=PIPELINE, state="available", public=False, creation_date=WHEN,
                       watermarks=(mark(region),))  # fmt: skip
        write(PIPELINE, region, [listed(PIPELINE, region, golden)], [])
    for number, account in enumerate(ACCOUNTS):
        for region, _ in enumerate(REGIONS):
            place = number * len(REGIONS) + region
            write(
                account, region, [*images(place, account, region)], [*uses(place, account, region)]
            )
    store.finish(NIGHT, places)


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        make(Store(Path(folder) / "inventory"))
        (Path(folder) / "assay.yaml").write_text(POLICY)
        walls: list[float] = []
        for _ in range(runs):
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "assay", "audit", "-o", "json=report.json", "-q"],
                cwd=folder, capture_output=True, check=False,
            )  # fmt: skip
            walls.append(time.perf_counter() - started)
            assert done.returncode == 1, done.stderr.decode()
        report = json.loads((Path(folder) / "report.json").read_bytes())
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{report['summary']}")
        print(f"{statistics.median(walls):.1f} s of {SECONDS}, {peak:.0f} MB of {MEGABYTES}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
