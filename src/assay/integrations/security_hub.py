"""The handler of a schedule: what `assay push securityhub` does, for the function's own account and Region:
`assay.integrations.security_hub.handler`.

What Security Hub did not take ends in an error, which names it.
"""

import logging
from typing import Any

from assay.integrations.surroundings import this_function

LOG = logging.getLogger("assay")


def handler(event: Any = None, context: Any = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives it
    """Audit what is here now, import the findings, and archive what is fixed."""
    told = this_function().push()
    LOG.info("%s", told)
    return told
