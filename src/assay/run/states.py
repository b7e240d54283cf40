"""Terraform states that the user names, in addition to a fleet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.inputs.plan.plan import Source
    from assay.run.host import Host
    from assay.run.inputs import Wishes


def open_states(host: "Host", paths: Sequence[str], wishes: "Wishes") -> "list[Source]":
    """Return the source of each state, in order. Raises `InputError`."""
    if not paths:
        return []
    from assay.inputs.plan.state import read_state
    from assay.run.inputs import require_one_reader

    require_one_reader(paths)
    return [
        read_state(path, host.read(path), wishes.kinds, wishes.region, tags=wishes.tags)
        for path in paths
    ]
