"""What checkov loads: one check per family of rules, for resources and for providers.

If a check raises, checkov treats it as having nothing to say; if a file raises, as containing no
checks; in both cases it exits with 0. So everything that goes wrong here becomes FAILED, and what
may be missing in another version of checkov, or cannot be loaded, is looked up where its absence
can be reported.
"""

from __future__ import annotations

import fnmatch
import logging
import os
from typing import Any

from assay_families import FAMILIES, GOLDEN, Family
from assay_resource_types import RESOURCE_TYPES
from assay_trouble import one_line
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.provider.base_check import BaseProviderCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

try:
    import assay_engine

    _broken = ""
except Exception as _error:  # noqa: BLE001 - no error is a reason to be silent
    _broken = f"the checks cannot be loaded: {type(_error).__name__}: {_error}"

PROVIDERS = ("aws", "awscc")

_log = logging.getLogger(__name__)
_told: set[str] = set()


class AssayResourceCheck(BaseResourceCheck):  # type: ignore[misc]
    """One family, for resources. Golden descent covers every type, since any may contain an id."""

    def __init__(self, family: Family) -> None:
        super().__init__(
            name=family.name,
            id=family.id,
            categories=[CheckCategories.SUPPLY_CHAIN],
            supported_resources=["*"] if family is GOLDEN else sorted(RESOURCE_TYPES),
            guideline=family.guide,
        )
        self.family = family
        self.severity = _high()

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        """Replaces checkov's own method, which skips some resources and may raise."""
        self.entity_type = entity_type
        return _result(self, conf, entity_type, is_provider=False)

    scan_resource_conf = scan_entity_conf


class AssayProviderCheck(BaseProviderCheck):  # type: ignore[misc]
    """One family, for providers, where findings on a plan as a whole are reported. Never passes."""

    def __init__(self, family: Family) -> None:
        super().__init__(
            name=family.name,
            id=family.id,
            categories=[CheckCategories.SUPPLY_CHAIN],
            supported_provider=list(PROVIDERS),
            guideline=family.guide,
        )
        self.family = family
        self.severity = _high()

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        return _result(self, conf, entity_type, is_provider=True)

    scan_provider_conf = scan_entity_conf


def _result(
    check: Any, conf: dict[str, Any], entity_type: str, *, is_provider: bool
) -> CheckResult:
    """The engine's answer as checkov's result. If there is no answer, FAILED."""
    try:
        if _broken:
            _tell(check, _broken, _broken)
            return CheckResult.FAILED
        entity = _entity(check, conf, entity_type, is_provider=is_provider)
        answer = assay_engine.judge(check.family, entity, _is_heard)
        check.evaluated_keys = list(answer.attributes)
        if answer.reason:
            where = "" if answer.of_all else f"{entity.shown} {entity.address}: "
            _tell(check, f"{where}{answer.reason}", answer.reason)
        return {
            assay_engine.PASSED: CheckResult.PASSED,
            assay_engine.NOTHING: CheckResult.UNKNOWN,
            assay_engine.UNDECIDED: _undetermined(),
        }.get(answer.state, CheckResult.FAILED)
    except Exception as error:  # noqa: BLE001 - checkov would treat it as nothing to say
        _log.warning("assay: a bug in the checks: %s: %s", type(error).__name__, ascii(error))
        return CheckResult.FAILED


def _entity(
    check: Any, conf: dict[str, Any], entity_type: str, *, is_provider: bool
) -> assay_engine.Entity:
    file = conf.get("__file__")
    return assay_engine.Entity(
        type=entity_type,
        address=conf.get("__address__"),
        file=file[0] if isinstance(file, list) and file and isinstance(file[0], str) else None,
        shown=str(check.entity_path).partition(f":{entity_type}:")[0],
        is_provider=is_provider,
        conf=conf,
        graph=getattr(check, "graph", None),
    )


def _undetermined() -> CheckResult:
    """FAILED, unless the user chose not to hear about what could not be read."""
    soft = os.environ.get("ASSAY_CHECKOV_UNDETERMINED", "").lower() == "unknown"
    return CheckResult.UNKNOWN if soft else CheckResult.FAILED


def _is_heard(id: str) -> bool:
    """Whether another check reports its own findings or was skipped by name; in doubt, False."""
    try:
        from checkov.common.bridgecrew.integration_features.integration_feature_registry import (
            integration_feature_registry,
        )

        config = integration_feature_registry.config
        if config is None or config.bc_api_key:  # the platform may skip more checks
            return False
        chosen = _patterns(config.check)
    except (ImportError, AttributeError):
        return False
    return not chosen or any(fnmatch.fnmatch(id, pattern) for pattern in chosen)


def _patterns(given: Any) -> list[str]:
    """What `--check` names: a list whose items may contain commas."""
    each = given if isinstance(given, list) else [given] if given else []
    return [part.strip() for text in each for part in str(text).split(",") if part.strip()]


def _tell(check: Any, line: str, reason: str) -> None:
    """Write the reason to standard error once, and on request to `details`, which breaks SARIF."""
    if line not in _told:
        _told.add(line)
        _log.warning("assay: %s", one_line(line))
    if os.environ.get("ASSAY_CHECKOV_DETAILS"):
        check.details = [one_line(reason)]


def _high() -> Any:
    """One severity for all checks: a selection by severity then covers all of them or none."""
    try:
        from checkov.common.bridgecrew.severities import BcSeverities, Severities

        return Severities[BcSeverities.HIGH]
    except (ImportError, AttributeError, KeyError):
        return None


for _family in FAMILIES:
    AssayResourceCheck(_family)
    AssayProviderCheck(_family)
