"""The text of a Terraform expression, taken apart into the forms of `expressions.py`.

Three readers, the next asked where the one before cannot tell: `texts.plain` knows what most
attributes are, `tree.py` takes apart almost all that is HCL, and `strict.py` has the last word.
"""

from assay.inputs.terraform.syntax import strict, tree
from assay.inputs.terraform.syntax.expressions import Expression
from assay.inputs.terraform.syntax.strict import HclSyntaxError
from assay.inputs.terraform.syntax.texts import plain, plain_template

__all__ = ["LIMIT", "HclSyntaxError", "expression", "template"]

LIMIT = 1_000_000  # characters of an expression


def expression(text: str) -> Expression:
    """An expression in native syntax. Raises `HclSyntaxError`."""
    return plain(text) or tree.expression(_short(text)) or strict.expression(text)


def template(text: str) -> Expression:
    """A string of JSON syntax: a template without quotes, where no backslash escapes."""
    return plain_template(text) or tree.template(_short(text)) or strict.template(text)


def _short(text: str) -> str:
    if len(text) >= LIMIT:
        raise HclSyntaxError("this is too long")
    return text
