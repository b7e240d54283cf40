"""Reads account ids from a file: a list of ids, or the accounts file of c7n-org.

Fact: Cloud Custodian, "c7n-org: Multi Account Custodian Execution" (`accounts`, `account_id`). The
roles in that file are ignored: the policy decides whose credentials read an account.
"""

import re
from collections.abc import Iterator

from assay.errors import InputError
from assay.model.ids import is_account


def accounts_in(path: str, content: bytes) -> list[str]:
    """The accounts in a file: ids, one a line or as a list, or an accounts file of c7n-org, of
    which only the ids are read. Raises `InputError`.
    """
    text = _text(path, content)
    if re.search(r"(?m)^\s*accounts\s*:", text) or text.lstrip().startswith(("{", "[", "-")):
        found = list(_listed(path, text))
    else:
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        found = [line for line in lines if line]
    for number, each in enumerate(found, 1):
        if not is_account(each):
            raise InputError(
                f"entry {number} is not an account id of 12 digits",
                where=path,
                hint="put ids in quotes in YAML",
            )
    if not found:
        raise InputError("names no account", where=path)
    return list(dict.fromkeys(found))


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=path) from None


def _listed(path: str, text: str) -> Iterator[str]:
    import yaml

    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        raise InputError("is neither YAML nor JSON", where=path) from None
    entries = document.get("accounts") if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise InputError("contains no list of accounts", where=path)
    for each in entries:
        named = each.get("account_id") if isinstance(each, dict) else each
        yield named if isinstance(named, str) else str(named)
