"""`python -I .github/action STEP`: run one step of the action, with the modules beside this one.

Python runs the directory and not a file in it: in isolated mode it then finds these modules there, and
searches neither the workspace nor the paths in environment variables.
"""

import sys

import base
import check

STEPS = {"base": base.main, "check": check.main}

if __name__ == "__main__":
    # Reports can contain any script, and the runner reads UTF-8.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    STEPS[sys.argv[1]]()
