"""`python -I .github/action STEP`: one step of the action, with the modules beside this one.

A directory is run, and not a file in it: in isolated mode Python looks nowhere else for them, neither
in the workspace nor where variables say.
"""

import sys

import base
import check

STEPS = {"base": base.main, "check": check.main}

if __name__ == "__main__":
    # What reports say is in any script, and the runner reads UTF-8.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    STEPS[sys.argv[1]]()
