"""assay with all that its commands load where they need it, for forks.py."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import walk_packages

import assay
from assay.__main__ import main

_BY_FUNCTIONS = ("botocore.session", "jinja2", "jsonschema", "platformdirs", "regex")


def run(_: Sequence[str]) -> int:
    """The command, as `python -m assay` runs it: it reads its arguments itself, and ends itself."""
    main()


for _module in walk_packages(assay.__path__, "assay."):
    if not _module.name.endswith("__main__"):
        import_module(_module.name)
for _name in _BY_FUNCTIONS:
    import_module(_name)
