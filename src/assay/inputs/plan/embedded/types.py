"""Which resources contain documents, and in which attributes, without reading any."""

from assay.inputs.surface.mentions import of_aws

_STACK = ("template_body", "template_url", "parameters")
_PRODUCT = ("product_name", "product_id", "provisioning_parameters")

DOCUMENTS = {
    "aws_cloudformation_stack": _STACK,
    "aws_cloudformation_stack_set": _STACK,
    "aws_cloudformation_stack_set_instance": ("parameter_overrides", "account_id"),
    "aws_cloudformation_stack_instances": ("parameter_overrides",),
    "awscc_cloudformation_stack": _STACK,
    "awscc_cloudformation_stack_set": _STACK,
    "aws_servicecatalog_provisioned_product": _PRODUCT,
    "awscc_servicecatalog_cloudformation_provisioned_product": _PRODUCT,
    "aws_serverlessapplicationrepository_cloudformation_stack": ("application_id", "parameters"),
    "aws_cloudcontrolapi_resource": ("type_name", "desired_state"),
    "aws_scheduler_schedule": ("target",),
    "awscc_scheduler_schedule": ("target",),
    "aws_sfn_state_machine": ("definition",),
    "awscc_stepfunctions_state_machine": ("definition", "definition_string"),
    "kubernetes_manifest": ("manifest",),
    "kubectl_manifest": ("yaml_body",),
    "helm_release": ("values", "set", "set_sensitive"),
}
"""The attributes that the readers need, by resource type."""

WRITERS = (
    *("aws_cloudformation_stack", "aws_cloudformation_stack_set"),
    *("awscc_cloudformation_stack", "awscc_cloudformation_stack_set"),
    "aws_cloudcontrolapi_resource",
)
"""The types whose documents describe resources under names that others may use."""

NODE_CLASSES = ("amiSelector", "EC2NodeClass", "AWSNodeTemplate")
"""Wherever Karpenter's choice of images is written, one of these words occurs."""
_NODE_CLASSES = tuple(word.encode() for word in NODE_CLASSES)


def holds_documents(kind: str, raw: bytes) -> bool:
    """Whether a resource's documents are read; `raw` is its JSON text."""
    if kind in DOCUMENTS:
        return True
    return not of_aws(kind) and any(word in raw for word in _NODE_CLASSES)
