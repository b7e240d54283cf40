"""The readers of documents, by resource type (`types.py` says which attributes contain them)."""

from collections.abc import Callable

from assay.inputs.plan.embedded import calls, karpenter, stacks
from assay.inputs.plan.embedded.contents import Contents, Holder

Reader = Callable[[Holder], Contents]

READERS: dict[str, Reader] = {
    "aws_cloudformation_stack": stacks.stack,
    "aws_cloudformation_stack_set": stacks.stack,
    "aws_cloudformation_stack_set_instance": stacks.set_instance,
    "aws_cloudformation_stack_instances": stacks.set_instance,
    "awscc_cloudformation_stack": stacks.stack,
    "awscc_cloudformation_stack_set": stacks.stack,
    "aws_servicecatalog_provisioned_product": stacks.product,
    "awscc_servicecatalog_cloudformation_provisioned_product": stacks.product,
    "aws_serverlessapplicationrepository_cloudformation_stack": stacks.application,
    "aws_cloudcontrolapi_resource": calls.cloud_control,
    "aws_scheduler_schedule": calls.schedule,
    "awscc_scheduler_schedule": calls.schedule,
    "aws_sfn_state_machine": calls.state_machine,
    "awscc_stepfunctions_state_machine": calls.state_machine,
    "kubernetes_manifest": karpenter.manifest,
    "kubectl_manifest": karpenter.yaml_body,
    "helm_release": karpenter.release,
}


def reader_of(kind: str) -> Reader:
    """Return the reader for a resource that contains documents."""
    return READERS.get(kind, karpenter.any_text)
