"""Take out of an environment what assay never asks: botocore is mostly models of other services.

`/opt/assay/bin/python prune.py` prunes the environment that this Python stands in.
"""

import shutil
import sys
from pathlib import Path

LOGIN = ("signin", "sso", "sso-oidc", "sts")
"""Where credentials come from, beside the services that are asked."""

WRITTEN = ("config", "s3", "securityhub", "sns")
"""What `assay push` and the handlers call."""


def prune(botocore_data: Path, boto3_data: Path, keep: set[str]) -> None:
    """Leave the endpoints and the models of what is kept. Raises `FileNotFoundError` without one."""
    for name in keep:
        if not (botocore_data / name).is_dir():
            raise FileNotFoundError(botocore_data / name)
    for folder in (*botocore_data.iterdir(), *boto3_data.iterdir()):
        if folder.is_dir() and folder.name not in keep:
            shutil.rmtree(folder)


def main() -> int:
    """Prune what is imported here."""
    import boto3
    import botocore

    from assay.catalog.aws.permissions import SERVICES

    keep = {*SERVICES, *LOGIN, *WRITTEN}
    prune(Path(botocore.__file__).parent / "data", Path(boto3.__file__).parent / "data", keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
