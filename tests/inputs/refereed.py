"""The strict grammar as referee of what is read from tree-sitter's tree."""

from assay.inputs.terraform.syntax import strict, tree
from assay.inputs.terraform.syntax.expressions import Expression
from assay.inputs.terraform.syntax.texts import HclSyntaxError


def agreed(text: str) -> bool:
    """Whether the tree tells what an expression, or a template, says; and it is what the referee says."""
    return _same(tree.expression(text), text, template=False)


def agreed_template(text: str) -> bool:
    return _same(tree.template(text), text, template=True)


def _same(found: Expression | None, text: str, *, template: bool) -> bool:
    if found is None:
        return False
    try:
        referee = strict.template(text) if template else strict.expression(text)
    except HclSyntaxError:
        referee = None
    assert repr(found) == repr(referee), text  # 1 is no 1.0 and no true
    return True
