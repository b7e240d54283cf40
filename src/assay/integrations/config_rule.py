"""The handler of an AWS Config custom rule: `assay.integrations.config_rule.handler`.

An event that cannot be answered raises an error, so that Lambda retries and then moves the event to
the dead-letter queue; nothing is lost silently.
"""

import logging
from typing import Any

from assay.integrations.surroundings import this_function
from assay.run.governing.function import lines

LOG = logging.getLogger("assay")


def handler(event: Any, context: Any = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives it
    """Evaluate, report to AWS Config, and return the number of results of each compliance type."""
    found = this_function().config_rule(event)
    for line in lines(found):
        LOG.info(line)
    states = [each["ComplianceType"] for each in found]
    return {state: states.count(state) for state in sorted(set(states))}
