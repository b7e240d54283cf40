"""Remove the models of services that assay never calls; they are most of botocore.

`/opt/assay/bin/python prune.py` prunes the environment of this Python.
"""

import shutil
import sys
from pathlib import Path

LOGIN = ("signin", "sso", "sso-oidc", "sts")
"""The services that provide credentials, in addition to those that assay reads."""

WRITTEN = ("config", "s3", "securityhub", "sns")
"""The services that `assay push` and the handlers call."""


def prune(botocore_data: Path, boto3_data: Path, keep: set[str]) -> None:
    """Keep endpoints, and the models of `keep`. Raises `FileNotFoundError` if one is missing."""
    for name in keep:
        if not (botocore_data / name).is_dir():
            raise FileNotFoundError(botocore_data / name)
    for folder in (*botocore_data.iterdir(), *boto3_data.iterdir()):
        if folder.is_dir() and folder.name not in keep:
            shutil.rmtree(folder)


def main() -> int:
    """Prune the packages that this Python imports."""
    import boto3
    import botocore

    from assay.catalog.aws.permissions import SERVICES

    keep = {*SERVICES, *LOGIN, *WRITTEN}
    prune(Path(botocore.__file__).parent / "data", Path(boto3.__file__).parent / "data", keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
