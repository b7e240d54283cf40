"""The handler of a schedule, `assay.integrations.security_hub.handler`.

It does what `assay push securityhub` does, for the function's own account and Region. If Security
Hub does not accept a finding, it raises an error that names the finding.
"""

import logging
from typing import Any

from assay.integrations.surroundings import this_function

LOG = logging.getLogger("assay")


def handler(event: Any = None, context: Any = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda gives it
    """Audit what exists now, import the findings, and archive those that are resolved."""
    told = this_function().push()
    LOG.info("%s", told)
    return told
