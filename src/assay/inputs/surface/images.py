"""hashicorp/aws: resources that make images, and those that share them."""

from assay.inputs.surface.row import BAKE, DERIVE, LAUNCH, SHARE, Form, Row

IMAGES = (
    Row("aws_ami", "id", DERIVE, Form.REGISTERED),
    Row("aws_ami_copy", "source_ami_id", DERIVE, region="source_ami_region"),
    Row("aws_ami_from_instance", "source_instance_id", DERIVE, Form.INSTANCE),
    Row("aws_ami_launch_permission", "image_id", SHARE),
    Row("aws_imagebuilder_image_recipe", "parent_image", BAKE, Form.BUILD_PARENT),
    Row("aws_imagebuilder_container_recipe", "instance_configuration[*].image", LAUNCH),
    Row("aws_imagebuilder_image", "image_recipe_arn", BAKE, Form.RECIPE),
    Row("aws_imagebuilder_image_pipeline", "image_recipe_arn", BAKE, Form.RECIPE),
)
