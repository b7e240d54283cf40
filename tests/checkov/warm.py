"""Runs checkov many times in one process tree; its own Python runs this file, not ours.

checkov takes seconds to be imported. So it is imported once, and every run is a fork of that: the
same `Checkov().run()` that its command calls, with arguments, environment, directory and streams of
its own. One JSON object a line comes in, one goes out.
"""

import json
import os
import sys
import traceback
from typing import Any

from checkov.main import Checkov


def main() -> None:
    for line in sys.stdin:
        run = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(_run(run))
        _, status = os.waitpid(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


def _run(run: dict[str, Any]) -> int:
    code = 70
    try:
        os.chdir(run["cwd"])
        os.environ.clear()
        os.environ.update(run["environment"])
        for stream, path in ((1, run["stdout"]), (2, run["stderr"])):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
        sys.argv = ["checkov", *run["arguments"]]
        code = Checkov(run["arguments"]).run() or 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    main()
