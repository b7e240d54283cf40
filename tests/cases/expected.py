"""What should come out of each of the shared cases, by its README: outcomes by address.

`PASS`, `FAIL` and `OPEN` (undetermined) are exact; `SHUT` is either of the latter two, where one or the
other is right depending on how much is known. Addresses that a case holds besides are not looked at.
"""

PASS, FAIL, OPEN = frozenset({"pass"}), frozenset({"fail"}), frozenset({"undetermined"})
SHUT = FAIL | OPEN
Outcomes = dict[str, frozenset[str]]

PLANS: dict[str, Outcomes] = {
    "ssmwo/plan.json": {"aws_instance.x": OPEN},
    "c05-woreal/plan.json": {"aws_instance.web": OPEN, "aws_launch_template.web": OPEN},
    "c05-woreal/proof-plan.json": {"aws_instance.web": OPEN, "aws_launch_template.web": OPEN},
    "c06-aliasplan/plan.json": {"aws_ssm_parameter.base": FAIL, "aws_launch_template.web": FAIL},
    "bake/plan.json": {"aws_autoscaling_group.g": SHUT},
    "arnspoof/plan.json": {"aws_instance.x": OPEN, "aws_autoscaling_group.g": OPEN},
    "regfn/plan.json": {"aws_instance.x": OPEN, "aws_autoscaling_group.g": OPEN},
    "acctkey/plan.json": {"aws_instance.x": OPEN},
    "lcplace/plan.json": {"aws_launch_configuration.web": PASS, "aws_autoscaling_group.g": SHUT},
    "c19-v6/plan.json": {
        "aws_launch_template.w": PASS,
        "aws_autoscaling_group.w": PASS,
        "aws_launch_template.bad": SHUT,
        "aws_autoscaling_group.bad": SHUT,
        "aws_launch_template.e": PASS,
        "aws_autoscaling_group.crossed": SHUT,
        "aws_instance.w": PASS,
        "aws_instance.unkregion": SHUT,
        "aws_instance.nullregion": PASS,
        "aws_ami_copy.c": PASS,
        "aws_instance.fromcopy": PASS,
        "aws_instance.fromcopy_wrong": SHUT,
        "awscc_ec2_instance.i": FAIL,
        "awscc_ec2_launch_template.t": PASS,
        "awscc_autoscaling_auto_scaling_group.g": PASS,
    },
    "local1/plan.json": {"aws_instance.good": PASS, "aws_instance.x": OPEN},
    "modvar/plan.json": {"module.m.aws_instance.x": SHUT},
    "pairkey/plan.json": {'aws_instance.x["a"]': SHUT},
    "batchdyn/plan.json": {"aws_batch_compute_environment.b": SHUT},
    "unk/plan.json": dict.fromkeys(
        (
            *(f"aws_elastic_beanstalk_environment.{name}" for name in ("value", "both", "dyn")),
            *("aws_elastic_beanstalk_environment.dynall", "aws_spot_fleet_request.spec"),
            *("aws_spot_fleet_request.ltc", "aws_spot_fleet_request.ltn", "aws_ec2_fleet.v"),
            *("aws_eks_node_group.v", "aws_eks_node_group.dyn", "aws_autoscaling_group.v"),
            *("aws_autoscaling_group.dynv", "aws_autoscaling_group.dynall"),
            *("aws_autoscaling_group.lc", "aws_ecs_capacity_provider.e", "aws_codebuild_fleet.f"),
            *("aws_instance.ltdyn", "aws_launch_template.t", "aws_batch_compute_environment.lt"),
            *("aws_batch_compute_environment.img", "aws_gamelift_game_server_group.g"),
            "aws_emr_cluster.m",
        ),
        OPEN,
    )
    | {
        "aws_elastic_beanstalk_environment.template": SHUT,
        "aws_cloud9_environment_ec2.c": SHUT,
    },
    "c16-nullver/plan.json": {
        "aws_launch_template.web": FAIL,
        "aws_autoscaling_group.plain": SHUT,
        "aws_autoscaling_group.web": SHUT,
    },
    "c11-redacted/null.json": {
        "aws_instance.a": OPEN,
        "aws_launch_template.t": OPEN,
        "aws_ssm_parameter.p": OPEN,
    },
    "c02b-awspicks/plan.json": {
        "aws_eks_node_group.plain": FAIL,
        "aws_eks_cluster.auto": FAIL,
        "aws_batch_compute_environment.ec2": FAIL,
        "aws_emr_cluster.plain": FAIL,
        "aws_elastic_beanstalk_environment.plain": FAIL,
    },
    "c03-actions/invoke.json": {"action.aws_lambda_invoke.burst": FAIL},
    "ccapi/plan.json": {
        "aws_cloudcontrolapi_resource.a_plain": FAIL,
        "aws_cloudcontrolapi_resource.b_escaped": FAIL,
        "aws_cloudcontrolapi_resource.c_template": FAIL,
        "aws_cloudcontrolapi_resource.d_alias": FAIL,
        "aws_cloudcontrolapi_resource.e_unknown": OPEN,
        "aws_cloudformation_stack.f_join": FAIL,
        "aws_cloudformation_stack.g_ssm": FAIL,
        "aws_cloudformation_stack.h_url": OPEN,
        "aws_cloudformation_stack.i_unknown": OPEN,
        "terraform_data.j_provisioner": SHUT,
        "terraform_data.k_input": SHUT,
        "aws_eks_node_group.l_no_template": FAIL,
        "aws_emr_cluster.m_no_ami": FAIL,
        "aws_elastic_beanstalk_environment.n_no_image": FAIL,
        "aws_elastic_beanstalk_environment.o_config": FAIL,
        "aws_lambda_invocation.p": FAIL,
        "aws_scheduler_schedule.q": FAIL,
        "aws_servicecatalog_provisioned_product.r": SHUT,
    },
    "awscc2/plan.json": {
        "awscc_autoscaling_launch_configuration.a": SHUT,
        "awscc_autoscaling_auto_scaling_group.b": SHUT,
        "awscc_ecs_capacity_provider.b": SHUT,
        "awscc_ec2_launch_template.d": FAIL,
    },
    "c09-others/loud.json": {
        "aws_cloudformation_stack.body": FAIL,
        "aws_cloudformation_stack.param": SHUT,
        "kubernetes_manifest.id": PASS,
        "kubectl_manifest.id": FAIL,
        "helm_release.karpenter": FAIL,
        "helm_release.sens": PASS,
        "aws_lambda_function.l": PASS,
        "aws_s3_object.o": FAIL,
        "aws_ssm_association.a": FAIL,
        "aws_ssm_parameter.list": FAIL,
        "aws_ssm_parameter.json": FAIL,
        "aws_dynamodb_table_item.i": FAIL,
        "aws_servicecatalog_provisioned_product.p": FAIL,
        "spotinst_ocean_aws.o": FAIL,
        "aws_lambda_invocation.i": FAIL,
    },
    "c09-others/silent.json": {
        "aws_cloudformation_stack.ssm": FAIL,
        "aws_cloudformation_stack.ssmparam": SHUT,
        "aws_cloudformation_stack.lt": SHUT,
        "aws_cloudcontrolapi_resource.lt": FAIL,
        "aws_cloudcontrolapi_resource.alias": FAIL,
        "kubernetes_manifest.alias": FAIL,
        "kubernetes_manifest.ssm": FAIL,
        "kubectl_manifest.alias": FAIL,
        "awscc_eks_nodegroup.lt": FAIL,
        "rancher2_cluster.eks": FAIL,
        "aws_instance_like.alias": FAIL,
    },
    "c07-modules/plan.json": {
        "module.asg_good.aws_autoscaling_group.this": PASS,
        "module.ng_good.aws_eks_node_group.this": PASS,
    },
    "c08-locals/plan.json": {
        **{
            f"aws_autoscaling_group.{name}": PASS
            for name in ("by_local", "by_local2", "try", "cond", "via_data", "default_of_new")
        },
        "aws_batch_compute_environment.b": PASS,
    },
    "c18-defver/plan.json": {"aws_eks_node_group.ng": PASS, "aws_autoscaling_group.dyn": PASS},
    "c10-tagonly/plan.json": {"aws_autoscaling_group.capacity_only": FAIL},
    "c13-region/plan.json": {
        f"aws_instance.{name}": PASS for name in ("local", "obj", "map", "str")
    },
    "c14-real/plan.json": {"aws_instance.a": PASS},
    "c20-mentions/plan.json": {"aws_launch_template.t": PASS, "aws_instance.ud": PASS},
    "c22-batch/plan.json": {
        "aws_batch_compute_environment.golden_image_id": PASS,
        "aws_batch_compute_environment.golden_override": PASS,
    },
    "c04-real1/plan.json": {
        "aws_instance.pinned_by_data": PASS,
        "aws_instance.pinned_bad": FAIL,
        "aws_instance.lookup": FAIL,
        "aws_instance.ids0": PASS,
        "aws_instance.sens": FAIL,
        "aws_ssm_parameter.wo": OPEN,
        "aws_ssm_parameter.plainvalue": FAIL,
        "aws_instance.alias": PASS,
        "aws_launch_template.alias_bad": FAIL,
        "aws_launch_template.alias_ver": PASS,
        "aws_instance.both": PASS,
        "aws_instance.lt_only": FAIL,
        'aws_launch_template.per_region["us-east-1"]': PASS,
        'aws_launch_template.per_region["us-west-2"]': SHUT,
        "aws_ami_copy.enc": FAIL,
        "aws_instance.from_copy": FAIL,
        "aws_instance.from_copy_try": SHUT,
    },
    "../code/ignstate/plan.json": {"aws_instance.a": FAIL},
    "../code/wrapw/plan.json": {"module.stack.module.web.aws_instance.w": PASS},
}
GREEN = (
    *("c07-modules", "c08-locals", "c18-defver", "c13-region", "c14-real", "c20-mentions"),
    "c22-batch",
)
"""Plans that end with 0."""
EXACT: dict[str, Outcomes] = {
    # `var.ami == "" ? "" : var.override`: a copy has an id, so that it is the home-made one
    "modvar/plan.json": {"module.m.aws_instance.x": FAIL},
    # `i[each.key == "a" ? "b" : "a"]`: what is built of the home-made one
    "pairkey/plan.json": {'aws_instance.x["a"]': FAIL},
    # `replace(var.region, …)` is us-west-2, where there is neither the parameter nor the template
    "regfn/plan.json": {"aws_instance.x": OPEN, "aws_autoscaling_group.g": OPEN},
    # The id of a copy is there whatever happens: `try` never comes to the golden one
    "c04-real1/plan.json": {"aws_instance.from_copy_try": FAIL},
}
"""What plans come to with their code beside, where that is more exact than `PLANS`."""
UNJUDGED = {"c10-tagonly/plan.json": {"unchanged": 3}}

CODE: dict[str, Outcomes] = {
    "hiddenroot": {"aws_instance.evil": SHUT},
    "ignstate": {"aws_instance.a": SHUT},
    "wrapw": {"module.stack.module.web.aws_instance.w": PASS},
    "silent_t": {
        "aws_cloudformation_stack.t": SHUT,
        "aws_ssm_document.d": SHUT,
        "aws_cloudformation_stack.r": SHUT,
        "aws_cloudformation_stack.f": SHUT,
    },
    "i_prov": {"terraform_data.p": SHUT},
    "lookups": {
        **{f"aws_instance.r{n:02}": PASS for n in (*range(1, 6), 13, 14, 22, 23, 24, 26, 27, 30)},
        **{f"aws_instance.r{n:02}": PASS for n in (31, 32, 35, 36, 38, 39)},
        **{f"aws_instance.r{n:02}": FAIL for n in (*range(6, 11), 18, 25, 28, 33, 40)},
        "aws_instance.r21": OPEN,
    },
    "modargs": {"aws_instance.web": PASS, "aws_launch_template.lt": PASS},
    "wronghint": {"aws_launch_configuration.lc": OPEN, "aws_autoscaling_group.g": OPEN},
    "tofu": {
        'module.each["us-east-1"].aws_instance.w': PASS,
        'module.each["us-west-2"].aws_instance.w': SHUT,
        'aws_instance.r["us-east-1"]': PASS,
        'aws_instance.r["us-west-2"]': SHUT,
        "module.dyn.aws_instance.w": FAIL,
        "module.loc.aws_instance.w": FAIL,
    },
}
CLOSED = ("s_ov_tofu", "hiddenroot", "m_git", "stale", "ignstate", "silent_t", "i_prov")
"""Code that ends with 1 or 3."""
REFUSED = ("dup",)
"""Code that ends with 2."""
