"""Names of references, and of what rules find of them, that stay the same from run to run.

Platforms know by them what is new, what is still there and what is gone: they do not follow lines,
which move, or images, which are exchanged.
"""

from collections import Counter
from collections.abc import Iterable

from assay.digests import sha256
from assay.model import Report
from assay.report.setting import Setting
from assay.report.view import VerdictView


class Fingerprints:
    """64 hexadecimal digits each; no two of one report are the same."""

    def __init__(self, report: Report, setting: Setting, every: Iterable[VerdictView]) -> None:
        self._category = setting.category
        self._paths = [facts.path for facts in report.inputs]
        self._of_places = [facts.kind == "audit" for facts in report.inputs]
        self._shared = self._in_several_inputs(every)
        self._seen: Counter[str] = Counter()

    def of(self, verdict: VerdictView, *more: str) -> str:
        """The next one of a reference, and of a rule's result where `more` names the rule.

        Namesakes of another input are told apart by its path, which pipelines choose as they like,
        and by that only; namesakes of the same input by their number.
        """
        # The same address in two plans of one run is common (one module, two environments). Told apart
        # by path only where there are two, the finding of a plan alone survives a move of the file.
        identity = self._identity(verdict)
        name = digest(self._category, *identity, *more)
        if identity in self._shared:
            name = digest(name, self._paths[verdict.input])
        self._seen[name] += 1
        number = self._seen[name]
        return name if number == 1 else digest(name, str(number))

    def _in_several_inputs(self, every: Iterable[VerdictView]) -> set[tuple[str, str, str]]:
        """The identities that more than one input has, whatever came of them there."""
        first: dict[tuple[str, str, str], str] = {}
        return {
            self._identity(verdict)
            for verdict in every
            if first.setdefault(self._identity(verdict), self._paths[verdict.input])
            != self._paths[verdict.input]
        }

    def _identity(self, verdict: VerdictView) -> tuple[str, str, str]:
        """What is there has its place in its name: its path says the night, which would be another each day."""
        if self._of_places[verdict.input]:
            place = f"{verdict.account}/{verdict.region}"
            return place, verdict.address, verdict.attribute
        return verdict.root or "", verdict.address, verdict.attribute


def digest(*parts: str) -> str:
    """64 hexadecimal digits that stand for the parts."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
