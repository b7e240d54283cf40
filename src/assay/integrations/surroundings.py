"""A Lambda function's surroundings: its environment variables and its clock.

The variables are ASSAY_POLICY and ASSAY_POLICY_SHA256 (`run/governing/pinned_policy.py`),
ASSAY_TOPIC_ARN, the topic that is notified of launches that do not pass, and ASSAY_TIMEOUT, the
time limit for one event in seconds.
"""

import os
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from assay.errors import ConfigurationError
from assay.kept import Kept, Shipped
from assay.run.governing.function import Function, Surroundings
from assay.run.governing.pinned_policy import Pinned

SECONDS = 45.0
MODELS = "models"
"""The directory next to the code where a bundle has its reduced service models."""


@cache
def this_function() -> Function:
    """The function in this process, the same for all its events. Raises `ConfigurationError`."""
    policy = Pinned(_set("ASSAY_POLICY"), _set("ASSAY_POLICY_SHA256").lower())
    root = os.environ.get("LAMBDA_TASK_ROOT")
    return Function(
        Surroundings(
            policy,
            _set("AWS_REGION") or _set("AWS_DEFAULT_REGION") or "us-east-1",
            _set("ASSAY_TOPIC_ARN") or None,
            _seconds(),
            Shipped(Path(root) / MODELS) if root else Kept(None),
            _now,
            time.monotonic,
        )
    )


def _set(name: str) -> str:
    return os.environ.get(name, "").strip()


def _seconds() -> float:
    said = _set("ASSAY_TIMEOUT")
    try:
        seconds = float(said) if said else SECONDS
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 900:
        raise ConfigurationError("ASSAY_TIMEOUT is not between 0 and 900 seconds")
    return seconds


def _now() -> datetime:
    return datetime.now(UTC)
