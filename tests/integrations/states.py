"""Runs a state machine of Step Functions: the states, the fields and the paths that ours has, and no others.

Facts: Amazon States Language specification. A path that leads to nothing is an error there as well.
"""

from collections.abc import Callable, Mapping
from typing import Any

Task = Callable[[Any], Any]
FIELDS = {
    "Task": {"Resource", "Parameters", "ResultSelector", "Retry", "Next", "End"},
    "Choice": {"Choices", "Default"},
    "Map": {"ItemsPath", "MaxConcurrency", "ItemProcessor", "End"},
    "Succeed": set(),
    "Fail": {"Error", "Cause"},
}


class FailedError(Exception):
    """The execution ends in a Fail state."""


def execute(machine: Mapping[str, Any], document: Any, tasks: Mapping[str, Task]) -> Any:
    """The output of an execution, or of an iteration. A task has the name behind `:::` of its resource."""
    name = machine["StartAt"]
    while name is not None:
        state = machine["States"][name]
        unknown = state.keys() - FIELDS[state["Type"]] - {"Type"}
        assert not unknown, f"{name} has {unknown}, which are not run here"
        match state["Type"]:
            case "Succeed":
                return document
            case "Fail":
                raise FailedError(state["Error"])
            case "Choice":
                name = _chosen(state, document)
                continue
            case "Task":
                task = tasks[state["Resource"].rpartition(":::")[2]]
                document = task(_filled(state["Parameters"], document))
                if "ResultSelector" in state:
                    document = _filled(state["ResultSelector"], document)
            case "Map":
                items = _at(state["ItemsPath"], document)
                assert isinstance(items, list)
                document = [execute(state["ItemProcessor"], each, tasks) for each in items]
        assert ("Next" in state) != (state.get("End") is True), f"{name} leads nowhere"
        name = state.get("Next")
    return document


def _chosen(state: Mapping[str, Any], document: Any) -> str:
    return next(
        (str(each["Next"]) for each in state["Choices"] if _holds(each, document)), state["Default"]
    )


def _holds(rule: Mapping[str, Any], document: Any) -> bool:
    if "Or" in rule:
        assert rule.keys() <= {"Or", "Next"}
        return any(_holds(each, document) for each in rule["Or"])
    assert rule.keys() <= {"Variable", "StringEquals", "Next"}
    return bool(_at(rule["Variable"], document) == rule["StringEquals"])


def _filled(template: Any, document: Any) -> Any:
    """What stands under `name.$` is a path, or `States.Array` of one."""
    if isinstance(template, list):
        return [_filled(each, document) for each in template]
    if not isinstance(template, Mapping):
        return template
    filled = {}
    for name, value in template.items():
        if name.endswith(".$"):
            inner = value.removeprefix("States.Array(")
            found = _at(inner.removesuffix(")"), document)
            filled[name.removesuffix(".$")] = [found] if inner != value else found
        else:
            filled[name] = _filled(value, document)
    return filled


def _at(path: str, document: Any) -> Any:
    """`$` or `$.a.b`. Raises `KeyError`, as Step Functions ends in `States.Runtime`."""
    first, *steps = path.split(".")
    assert first == "$"
    for step in steps:
        document = document[step]
    return document
