"""Follows trails to their ends: through resources that only pass a value on, to what is sought.

The future value of an unknown argument is that of its expression, so the expression is followed.
Something that neither can be what is sought nor contains arbitrary text is left out if it is only
one of the things that a local or dynamic block may read. If an expression reads it directly, it may
decide the value, and the trail is dead. Facts: HashiCorp, "The terraform_data Managed Resource
Type": `output` is the same as `input`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assay.inputs.plan.document.planned import PlannedResource
from assay.inputs.plan.document.walk import anywhere
from assay.inputs.plan.trails.holders import Sought, leads_to, may_be_any_text
from assay.inputs.plan.trails.trail import Dead, End, Fixed, Found, Target, Trails
from assay.model.addresses import Path

_DEEPEST = 64


_TOO_DEEP = 2 * _DEEPEST + 1
"""Deeper than any trail: a result that is due only to the length of a trail applies to no other."""
Ended: TypeAlias = tuple[End, ...]
"""What a trail leads to; the same object for all trails with the same ends."""


class _Led(Struct, frozen=True):
    ends: Found
    """Kept alive so that no other object can get the same id()."""
    found: Ended | Dead
    steps: int


class Ends:
    """Finds out what an unknown value can be."""

    def __init__(self, trails: Trails) -> None:
        self._trails = trails
        self.is_code = trails.is_code
        self.is_exact = trails.is_exact
        self._found: dict[tuple[object, ...], Ended | Dead] = {}
        self._led: dict[tuple[int, Sought, bool], _Led] = {}
        self._asked: dict[tuple[int, Sought | tuple[str, ...]], tuple[bool, Found]] = {}
        self._deepest = 0

    def of(self, resource: PlannedResource, path: Path, sought: Sought) -> Ended | Dead:
        """Return the ends of the unknown value at `path`: targets sought, and known values.

        The result is never empty.
        """
        key = (*self.alike(resource), path, sought)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._followed(resource, path, sought)
        return found

    def alike(self, resource: PlannedResource) -> tuple[object, ...]:
        """Return a key for resources whose unknown values may be the same: in a plan, their block.

        A resource whose key is an image has its own values, and so does each instance if code is
        read.
        """
        index = resource.change.index
        of_its_own = self.is_exact or (isinstance(index, str) and "ami-" in index)
        if of_its_own or resource.configured is None:
            return (id(resource),)
        return id(resource.configured), resource.module

    def may_lead(self, resource: PlannedResource, path: Path, sought: Sought) -> bool:
        """Whether anything unknown that the expression reads can be what is sought."""
        ends = self._trails.of(resource, path)
        if isinstance(ends, Dead):
            return not ends.reads_nothing
        return self._once(ends, sought, lambda: any(self._leads(end, sought) for end in ends))

    def _leads(self, end: End, sought: Sought) -> bool:
        if not (isinstance(end, Target) and end.is_open):
            return False
        more = self._through(end, sought, 0)
        return isinstance(more, Dead) or any(isinstance(each, Target) for each in more)

    def leaves_open(self, resource: PlannedResource, path: Path) -> bool:
        """Whether an unknown value is left for a provider to fill in."""
        written = resource.writes(*path) and not self.come_to_null(resource, path)
        return resource.is_unknown(path) and not written

    def come_to_null(self, resource: PlannedResource, path: Path) -> bool:
        """Whether what is set there is certain to be null, so that the provider fills it in."""
        if self.is_code or not self.is_exact:
            return False
        ends = self._trails.of(resource, path)
        return isinstance(ends, Dead) and ends.reads_nothing

    def are_all(self, resource: PlannedResource, path: Path, types: tuple[str, ...]) -> bool:
        """Whether an unknown value comes only from resources of these types."""
        ends = self._trails.of(resource, path)
        return not isinstance(ends, Dead) and self._once(
            ends,
            types,
            lambda: all(
                isinstance(end, Target)
                and end.resource.change.type in types
                and not end.resource.is_data
                for end in ends
            ),
        )

    def _once(self, ends: Found, asked: Sought | tuple[str, ...], find: Callable[[], bool]) -> bool:
        """Answer a question about some ends once for all their users."""
        known = self._asked.get((id(ends), asked))
        if known is None:
            known = self._asked[id(ends), asked] = find(), ends
        return known[0]

    def _followed(
        self,
        resource: PlannedResource,
        path: Path,
        sought: Sought,
        depth: int = 0,
        *,
        wide: bool = False,
    ) -> Ended | Dead:
        ends = self._trails.of(resource, path)
        if isinstance(ends, Dead):
            return ends
        if depth > _DEEPEST:
            self._deepest = _TOO_DEEP
            return Dead(".".join((resource.change.address, *map(str, path))))
        key = (id(ends), sought, wide)
        led = self._led.get(key)
        if led is None or depth + led.steps > _DEEPEST:
            before, self._deepest = self._deepest, depth
            found = self._led_to(ends, sought, depth, wide=wide)
            led = self._led[key] = _Led(ends, found, self._deepest - depth)
            self._deepest = max(before, self._deepest)
        self._deepest = max(self._deepest, depth + led.steps)
        return led.found

    def _led_to(self, ends: Found, sought: Sought, depth: int, *, wide: bool) -> Ended | Dead:
        """Return what some ends lead to, regardless of the resource that reads them."""
        # Blocks of a set (`launch_specification`) cannot be told apart. A block's trail may be dead
        # without harm if nothing that it reads can be what is sought
        blocks: defaultdict[int, list[End]] = defaultdict(list)
        for end in ends:
            blocks[end.block].append(replace(end, wide=True) if wide else end)
        found: dict[object, End] = {}
        for block in blocks.values():
            more = self._through_each(block, sought, depth)
            if isinstance(more, Dead):
                if len(blocks) == 1 or self._concerns(block, sought, depth):
                    return more
                continue
            for each in more:
                found.setdefault(_same(each), each)
        is_open = any(isinstance(end, Target) and end.is_open for end in ends)
        if wide or (found and (is_open or self.is_exact)):
            return tuple(found.values())
        return Dead(ends[0].name)  # what makes it unknown cannot be determined

    def _through_each(self, ends: list[End], sought: Sought, depth: int) -> Iterable[End] | Dead:
        """Return what the ends of one expression lead to, without duplicates."""
        found: dict[int, Sequence[End]] = {}
        for end in ends:
            more = self._through(end, sought, depth) if isinstance(end, Target) else [end]
            if isinstance(more, Dead):
                return more
            found[id(more)] = more
        return chain(*found.values())

    def _concerns(self, ends: list[End], sought: Sought, depth: int) -> bool:
        """Whether an expression of another block may lead to what is sought."""
        more = self._through_each([replace(end, wide=True) for end in ends], sought, depth)
        return isinstance(more, Dead) or any(isinstance(end, Target) for end in more)

    def _through(self, end: Target, sought: Sought, depth: int) -> Sequence[End] | Dead:
        """Return what one attribute leads to."""
        resource, path = end.resource, end.path
        kind = resource.change.type
        if leads_to(sought, kind, path, data=resource.is_data):
            return [end]
        if kind == "terraform_data" and path[:1] == ("output",) and not self.is_code:
            return self._input(end, sought, depth)
        if not path:
            return self._whole(end)
        # A map with one unknown key also contains known images, but those alone are half an answer
        if not end.is_open:
            hidden = resource.is_sensitive(path)
            known = Fixed(end.name, resource.value(path), hidden, end.wide)
            inside = resource.mask(path)
            if not anywhere(inside):
                return [known]
        if not self.is_code and _is_written(resource, path):
            return self._followed(resource, path, sought, depth + 1, wide=end.wide)
        return self._unable(end, path[:1])

    def _input(self, end: Target, sought: Sought, depth: int) -> Sequence[End] | Dead:
        at = ("input", *end.path[1:])
        resource = end.resource
        if not resource.is_unknown(at):
            value, hidden = resource.value(at), resource.is_sensitive(at)
            late = resource.is_unknown(end.path)
            found: list[End] = [Fixed(end.name, value, hidden, end.wide, late)]
            return found if not anywhere(resource.mask(at)) else Dead(end.name)
        return self._followed(resource, at, sought, depth + 1, wide=end.wide)

    def _whole(self, end: Target) -> list[End] | Dead:
        """Return the ends of a whole resource, if the plan does not say which attribute is read."""
        resource = end.resource
        mask = resource.mask(())
        unknown = [name for name, inside in mask.items() if anywhere(inside)] if mask else []
        left = self._unable(end, unknown) if unknown or mask is True else []
        if isinstance(left, Dead):
            return left
        return [Fixed(end.name, resource.value(()), resource.is_sensitive(()), end.wide)]

    def _unable(self, end: Target, attributes: list[str] | Path) -> list[End] | Dead:
        """Return the result for an end that leads nowhere: nothing, if it cannot be what is sought."""
        # `random_pet.x.id` could be any text, even an AMI id; `aws_subnet.x.id` cannot be one
        able = may_be_any_text(end.resource.change.type, attributes)
        return Dead(end.name) if able or not end.wide else []


def _is_written(resource: PlannedResource, path: Path) -> bool:
    configured = resource.configured
    return configured is not None and configured.at(path, resource.count).is_set


def _same(end: End) -> object:
    return (
        (id(end.resource), end.path) if isinstance(end, Target) else (end.reference, id(end.value))
    )
