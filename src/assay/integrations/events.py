"""The handler of EventBridge's launch events: `assay.integrations.events.handler`.

A Step Functions state machine can decide by its answer. It terminates nothing.
"""

import logging
from typing import Any

from assay.integrations.surroundings import this_function

LOG = logging.getLogger("assay")


def handler(event: Any, context: Any = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives it
    """Judge the instances that have started."""
    told = this_function().launch(event)
    for each in told["instances"]:
        LOG.info("%s %s", each["instance_id"], each["reason"])
    return told
