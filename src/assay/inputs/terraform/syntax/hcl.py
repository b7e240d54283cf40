"""Parses the text of a Terraform expression into the forms of `expressions.py`.

There are three readers, each asked only if the previous one cannot tell: `texts.plain` reads most
attributes, `tree.py` almost all of HCL, and `strict.py` decides the rest.
"""

from assay.inputs.terraform.syntax.expressions import Expression
from assay.inputs.terraform.syntax.texts import HclSyntaxError, plain, plain_template

LIMIT = 1_000_000  # characters of an expression


def expression(text: str) -> Expression:
    """An expression in native syntax. Raises `HclSyntaxError`."""
    found = plain(text)
    if found is None:
        from assay.inputs.terraform.syntax import strict, tree

        found = tree.expression(_short(text)) or strict.expression(text)
    return found


def template(text: str) -> Expression:
    """A string of JSON syntax: a template without quotes, where a backslash escapes nothing."""
    found = plain_template(text)
    if found is None:
        from assay.inputs.terraform.syntax import strict, tree

        found = tree.template(_short(text)) or strict.template(text)
    return found


def _short(text: str) -> str:
    if len(text) >= LIMIT:
        raise HclSyntaxError("this is too long")
    return text
