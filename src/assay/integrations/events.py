"""The handler of EventBridge's events about launches: `assay.integrations.events.handler`.

Its answer is what a state machine of Step Functions chooses by. It terminates nothing.
"""

import logging
from typing import Any

from assay.integrations.surroundings import this_function

LOG = logging.getLogger("assay")


def handler(event: Any, context: Any = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives it
    """Judge what has started."""
    told = this_function().launch(event)
    for each in told["instances"]:
        LOG.info("%s %s", each["instance_id"], each["reason"])
    return told
