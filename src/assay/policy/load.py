"""Reads a policy document. `explaining` is imported only if something is wrong with it."""

import msgspec

from assay.digests import sha256
from assay.errors import PolicyError
from assay.model import Policy
from assay.policy.build import build
from assay.policy.contradictions import contradictions, refuse_contradictions
from assay.policy.document import decode
from assay.policy.syntax import parse


def load(path: str, data: bytes) -> Policy:
    """Return the policy in `data`, the content of the file `path`. Raises `PolicyError`."""
    parsed = parse(path, _text(path, data))
    try:
        document = decode(parsed.value)
    except (msgspec.ValidationError, RecursionError) as error:
        from assay.policy.explaining import explain

        explain(parsed)
        raise PolicyError(str(error), where=path) from error
    refuse_contradictions(document, parsed)
    return build(document, path, sha256(data))


def validate(path: str, data: bytes) -> Policy:
    """Like `load`, but check the document against the JSON Schema too. Raises `PolicyError`."""
    from assay.policy.explaining import explain

    explain(parse(path, _text(path, data)))
    return load(path, data)


def faults(path: str, data: bytes) -> list[PolicyError]:
    """Return everything that is wrong with a document, in file order.

    Invalid YAML yields a single error. Contradictions are looked for only if the document matches the
    JSON Schema.
    """
    from assay.policy.explaining import problems

    try:
        parsed = parse(path, _text(path, data))
        found = problems(parsed)
        if not found:
            found = contradictions(decode(parsed.value), parsed)
        if not found:
            load(path, data)
    except PolicyError as error:
        return [error]
    return found


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError("not UTF-8 text", where=path) from None
