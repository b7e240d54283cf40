"""verdict.sh, the last word: which codes and verdicts open the gate, whatever came before."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.action.log import commands
from tests.action.runner import ROOT

SCRIPT = ROOT / ".github" / "action" / "verdict.sh"
FITTING = {("0", "pass"), ("0", "undetermined"), ("1", "fail"), ("3", "undetermined")}


@pytest.mark.parametrize("fail_on", ["policy", "never", "", "whatever"])
@pytest.mark.parametrize("verdict", ["pass", "fail", "undetermined", "error", ""])
@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "", "0 0"])
def test_only_what_fits_opens_the_gate(
    tmp_path: Path, code: str, verdict: str, fail_on: str
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("NOT TESTED: there is no bash on PATH")
    given = {"GATE_EXIT_CODE": code, "GATE_VERDICT": verdict, "GATE_FAIL_ON": fail_on}
    done = subprocess.run(
        [bash, SCRIPT],
        env={"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(tmp_path / "output"), **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    fits = (code, verdict) in FITTING
    expected = 2 if not fits else 0 if fail_on == "never" else int(code)
    assert done.returncode == expected
    told = (code, verdict) if fits else ("2", "error")
    assert (tmp_path / "output").read_text() == "exit-code={}\nverdict={}\n".format(*told)
    levels = [command.name for command in commands(done.stdout)]
    silent = (code, verdict) == ("0", "pass")
    assert levels == ([] if silent else ["error"] if expected else ["warning"])
