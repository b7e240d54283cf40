"""Fingerprints of references and of rules' results that stay the same from run to run.

Platforms use them to tell which findings are new, still open or gone. Fingerprints do not depend on
lines, which move, or on images, which are replaced.
"""

from collections import Counter
from collections.abc import Iterable

from assay.digests import sha256
from assay.model import Report
from assay.report.setting import Setting
from assay.report.view import VerdictView


class Fingerprints:
    """The fingerprints of one report: 64 hexadecimal digits each, and no two the same."""

    def __init__(self, report: Report, setting: Setting, every: Iterable[VerdictView]) -> None:
        self._category = setting.category
        self._paths = [facts.path for facts in report.inputs]
        self._of_places = [facts.kind == "audit" for facts in report.inputs]
        self._shared = self._in_several_inputs(every)
        self._seen: Counter[str] = Counter()

    def of(self, verdict: VerdictView, *more: str) -> str:
        """The next fingerprint of a reference, or of a rule's result if `more` names the rule.

        References with the same name in different inputs are told apart only by the input's path,
        which pipelines choose freely; those in the same input are numbered.
        """
        # The same address in two plans of one run is common (one module, two environments). The path
        # is used only in that case, so the findings of a single plan survive a move of its file.
        identity = self._identity(verdict)
        name = digest(self._category, *identity, *more)
        if identity in self._shared:
            name = digest(name, self._paths[verdict.input])
        self._seen[name] += 1
        number = self._seen[name]
        return name if number == 1 else digest(name, str(number))

    def _in_several_inputs(self, every: Iterable[VerdictView]) -> set[tuple[str, str, str]]:
        """The identities that occur in more than one input, whatever their outcome there."""
        first: dict[tuple[str, str, str], str] = {}
        return {
            self._identity(verdict)
            for verdict in every
            if first.setdefault(self._identity(verdict), self._paths[verdict.input])
            != self._paths[verdict.input]
        }

    def _identity(self, verdict: VerdictView) -> tuple[str, str, str]:
        """An existing resource is identified by its place: its input's path names a night and changes daily."""
        if self._of_places[verdict.input]:
            place = f"{verdict.account}/{verdict.region}"
            return place, verdict.address, verdict.attribute
        return verdict.root or "", verdict.address, verdict.attribute


def digest(*parts: str) -> str:
    """A digest of the parts: 64 hexadecimal digits."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
