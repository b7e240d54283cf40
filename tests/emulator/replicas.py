"""One place's answers for any number of accounts and Regions, for benchmarks: a fleet too large to make.

Every account has, in every Region, what the world has in one place: images, templates and snapshots
under ids of their own, but for those that begin otherwise than `new_id` makes them, which are the same
everywhere. What is asked is brought into the words of that place, and the answer back. Who asks, and
which accounts there are, the world itself tells.
"""

import re
from dataclasses import replace

from .endpoint import Call, Endpoint
from .faults import Answer, CloseFault, Faults
from .records import Caller
from .world import World

DIGITS = 9
"""Of the seventeen of an id, how many tell the place; all are zero in the world's own."""
OF_A_PLACE = frozenset({"autoscaling", "ec2", "imagebuilder", "ssm"})
OWN = re.compile(rb"\b(ami|snap|lt|i)-0{%d}(?=[0-9a-f]{%d}\b)" % (DIGITS, 17 - DIGITS))


class Replicas(Endpoint):
    """Answers from memory, and as `account` in `region` whoever asks."""

    def __init__(self, world: World, faults: Faults | None, *, account: str, region: str) -> None:
        super().__init__(world, faults, replay=True)
        self.account = account
        self.region = region
        self._places: dict[tuple[str, str], int] = {}

    def respond(self, call: Call) -> Answer | CloseFault:
        if call.caller is None or call.service not in OF_A_PLACE:
            return super().respond(call)
        here = (call.caller.account, call.region)
        number = b"%0*x" % (DIGITS, 1 + self._places.setdefault(here, len(self._places)))
        answered = super().respond(self._in_the_world(call, call.caller, number))
        if not isinstance(answered, Answer):
            return answered
        body = OWN.sub(rb"\1-" + number, answered.body)
        body = body.replace(self.account.encode(), here[0].encode())
        return replace(answered, body=body.replace(self.region.encode(), here[1].encode()))

    def _in_the_world(self, call: Call, caller: Caller, number: bytes) -> Call:
        """The call as it would be made in the one place that there is."""
        body = call.body.replace(b"-" + number, b"-" + b"0" * DIGITS)
        body = body.replace(caller.account.encode(), self.account.encode())
        return Call(
            Caller(self.account, self.region, f"arn:aws:iam::{self.account}:role/replica"),
            self.region,
            call.service,
            call.target,
            body.replace(call.region.encode(), self.region.encode()),
        )
