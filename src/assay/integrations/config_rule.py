"""The handler of an AWS Config custom rule: `assay.integrations.config_rule.handler`.

An event that cannot be answered ends in an error, so that Lambda tries again and then keeps it in the
dead-letter queue; nothing is lost in silence.
"""

import logging
from typing import Any

from assay.integrations.surroundings import this_function
from assay.run.governing.function import lines

LOG = logging.getLogger("assay")


def handler(event: Any, context: Any = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives it
    """Evaluate, tell AWS Config, and say how many of each there were."""
    found = this_function().config_rule(event)
    for line in lines(found):
        LOG.info(line)
    states = [each["ComplianceType"] for each in found]
    return {state: states.count(state) for state in sorted(set(states))}
