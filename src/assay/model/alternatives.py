"""All that a value can mean, where nobody can tell yet which it will be."""

from msgspec.structs import replace

from assay.model.references import AnyOf, Made, Planned, Value


def alternatives(value: Value) -> tuple[Value, ...]:
    """All that a value can mean, each with the steps that lead there; by far the most mean one."""
    match value:
        case AnyOf(values):
            return tuple(dict.fromkeys(each for one in values for each in alternatives(one)))
        case Planned(value=inner) if len(found := alternatives(inner)) > 1:
            return tuple(replace(value, value=each) for each in found)
        case Made(source=inner) if len(found := alternatives(inner)) > 1:
            return tuple(replace(value, source=each) for each in found)
    return (value,)
