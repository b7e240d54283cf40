"""What assay says of a plan or of code in the world of the cases, as a person would see it.

python -m tests.cases ../shared/cases/plans/ssmwo/plan.json [-- --region us-west-2 ...]
"""

import sys
import tempfile
from pathlib import Path

from tests.cases.world import CasesWorld
from tests.command import POLICY, assay, talking_to
from tests.emulator import serve
from tests.worlds import WORKLOAD


def main(arguments: list[str]) -> None:
    paths = [Path(each).resolve() if Path(each).exists() else each for each in arguments]
    with serve(CasesWorld()) as server, tempfile.TemporaryDirectory() as here:
        policy = Path(here) / "policy.yaml"
        policy.write_text(POLICY)
        seeing = {**talking_to(server.url, WORKLOAD), "ASSAY_CACHE_DIR": here}
        run = assay("check", *paths, "--policy", policy, cwd=Path(here), env=seeing)
    sys.stdout.write(f"{run.stdout}{run.stderr}exit code {run.code}\n")


if __name__ == "__main__":
    main([each for each in sys.argv[1:] if each != "--"])
