"""What AWS Config, Security Hub and SNS of a world were told."""

from collections import Counter
from typing import Any


class Governance:
    """What was written, and what a test has refused."""

    def __init__(self) -> None:
        self.tokens = {"result-token"}
        self.evaluations: list[dict[str, Any]] = []
        self.failing: Counter[str] = Counter()
        """By resource, or by finding: how often it still fails."""
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        """By type and id, what AWS Config has recorded last."""
        self.findings: dict[tuple[str, str, str], dict[str, Any]] = {}
        """By account, Region and id."""
        self.hubs_off: set[tuple[str, str]] = set()
        """Where there is no Security Hub, by account and Region."""
        self.messages: list[dict[str, Any]] = []

    def latest(self) -> dict[str, tuple[str, str]]:
        """By resource: what is said of it, and why. UNVERIFIED: that an evaluation of an older event changes
        nothing, which is what an OrderingTimestamp can be for.
        """
        ordered = sorted(self.evaluations, key=lambda each: float(each["OrderingTimestamp"]))
        return {
            each["ComplianceResourceId"]: (each["ComplianceType"], each["Annotation"])
            for each in ordered
        }

    def fails(self, name: str) -> bool:
        if self.failing[name] <= 0:
            return False
        self.failing[name] -= 1
        return True
