"""What checkov loads: one check a family of rules, for resources and for providers.

checkov takes a check that raises for one that has nothing to say, and a file that raises for none,
and leaves with 0. So whatever goes wrong here is FAILED, and what could be missing in another
version of checkov, or cannot be loaded, is missed where that can be said.
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
except Exception as _error:  # noqa: BLE001 - whatever it is, it is no reason to be silent
    _broken = f"the checks cannot be loaded: {type(_error).__name__}: {_error}"

PROVIDERS = ("aws", "awscc")

_log = logging.getLogger(__name__)
_told: set[str] = set()


class AssayResourceCheck(BaseResourceCheck):  # type: ignore[misc]
    """One family, asked of resources; golden descent of every type, since an id may stand anywhere."""

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
        """Instead of checkov's own, which leaves some resources out and may raise."""
        self.entity_type = entity_type
        return _result(self, conf, entity_type, is_provider=False)

    scan_resource_conf = scan_entity_conf


class AssayProviderCheck(BaseProviderCheck):  # type: ignore[misc]
    """One family, asked of providers: where a plan as a whole is reported, and never passed."""

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
    """What the engine answers, in checkov's words; what the engine cannot answer is FAILED."""
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
    except Exception as error:  # noqa: BLE001 - checkov would take it for nothing to say
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
    """FAILED, unless somebody wants to hear nothing of what could not be read."""
    soft = os.environ.get("ASSAY_CHECKOV_UNDETERMINED", "").lower() == "unknown"
    return CheckResult.UNKNOWN if soft else CheckResult.FAILED


def _is_heard(id: str) -> bool:
    """Whether another check says its own, or was skipped by name; if in doubt, it is not heard."""
    try:
        from checkov.common.bridgecrew.integration_features.integration_feature_registry import (
            integration_feature_registry,
        )

        config = integration_feature_registry.config
        if config is None or config.bc_api_key:  # the platform may leave out more
            return False
        chosen = _patterns(config.check)
    except (ImportError, AttributeError):
        return False
    return not chosen or any(fnmatch.fnmatch(id, pattern) for pattern in chosen)


def _patterns(given: Any) -> list[str]:
    """What `--check` names: lists, and lists with commas in them."""
    each = given if isinstance(given, list) else [given] if given else []
    return [part.strip() for text in each for part in str(text).split(",") if part.strip()]


def _tell(check: Any, line: str, reason: str) -> None:
    """The reason to standard error, once; to `details` only if asked, which no SARIF may hold."""
    if line not in _told:
        _told.add(line)
        _log.warning("assay: %s", one_line(line))
    if os.environ.get("ASSAY_CHECKOV_DETAILS"):
        check.details = [one_line(reason)]


def _high() -> Any:
    """One severity for all: where checkov selects by severity, it is all of them or none."""
    try:
        from checkov.common.bridgecrew.severities import BcSeverities, Severities

        return Severities[BcSeverities.HIGH]
    except (ImportError, AttributeError, KeyError):
        return None


for _family in FAMILIES:
    AssayResourceCheck(_family)
    AssayProviderCheck(_family)
