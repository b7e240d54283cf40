"""Mark the images that Packer has just built: `stamp.py packer-manifest.json WATERMARK [OPTION…]`.

Stamps each image of the manifest's last run in its own Region, and passes further options to `assay stamp`. Exits with 0 only
if every image carries the watermark, and with 2 if the manifest names no image.

Fact: Packer, "manifest post-processor": `last_run_uuid`, and an `artifact_id` of `REGION:AMI,REGION:AMI` for amazon-ebs.
"""

import json
import re
import subprocess
import sys


def images(manifest: dict) -> list[tuple[str, str]]:
    """Return Region and id of each image of the last run. Raises ValueError if there is none."""
    last = manifest["last_run_uuid"]
    found = []
    for build in manifest["builds"]:
        if build["packer_run_uuid"] != last or not build["builder_type"].startswith("amazon-"):
            continue
        for each in build["artifact_id"].split(","):
            told = re.fullmatch(r"([a-z0-9-]+):(ami-[0-9a-f]{8,17})", each)
            if told is None:
                raise ValueError("artifact_id is not REGION:AMI")
            found.append(told.groups())
    if not found:
        raise ValueError("its last run made no EC2 image")
    return found


def main(path: str, watermark: str, *options: str) -> int:
    """Stamp all images and return the first exit code that is not 0."""
    try:
        with open(path, encoding="utf-8") as file:
            found = images(json.load(file))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        print(f"stamp.py: {path} cannot be used: {error!r}", file=sys.stderr)
        return 2
    codes = []
    for region, image in found:
        command = ["assay", "stamp", image, "--region", region, "--watermark", watermark, "--wait"]
        codes.append(subprocess.run([*command, *options], check=False).returncode)
    return next((code for code in codes if code != 0), 0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
