"""The text of a Terraform expression, taken apart into the forms of `expressions.py`.

Three readers, the next asked where the one before cannot tell: `texts.plain` knows what most
attributes are, `tree.py` takes apart almost all that is HCL, and `strict.py` has the last word.
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
    """A string of JSON syntax: a template without quotes, where no backslash escapes."""
    found = plain_template(text)
    if found is None:
        from assay.inputs.terraform.syntax import strict, tree

        found = tree.template(_short(text)) or strict.template(text)
    return found


def _short(text: str) -> str:
    if len(text) >= LIMIT:
        raise HclSyntaxError("this is too long")
    return text
