"""SSM parameters: GetParameters, which says for each name whether it exists."""

from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, Unavailable
from assay.model import Place


def get_parameters(sdk: Sdk, place: Place, names: list[str]) -> dict[str, Answer[str]]:
    """Values by name. A name in `InvalidParameters` does not exist; one that is missing from the
    answer proves nothing.
    """
    raw = sdk.call(place, "ssm", "GetParameters", Names=names)
    answers: dict[str, Answer[str]] = dict.fromkeys(
        names, Unavailable("ssm:GetParameters did not answer for this name")
    )
    for name in raw.get("InvalidParameters") or ():
        if name in answers:
            answers[name] = Absent()
    for parameter in raw.get("Parameters") or ():
        selector = parameter.get("Selector") or ""
        value = parameter.get("Value")
        # A parameter asked for by ARN is returned with its name and its ARN: either may be the key.
        for name in (parameter.get("Name"), parameter.get("ARN")):
            key = f"{name}{selector}"
            if key in answers and isinstance(value, str):
                answers[key] = value
    return answers
