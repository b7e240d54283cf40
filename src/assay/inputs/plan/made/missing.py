"""What is missing, in the plan or in a resource, when an image cannot be determined."""

from assay.model import Unusable

NO_GROUP = Unusable(
    "is an Auto Scaling group that is not in this plan",
    "keep it in the same configuration as its Auto Scaling group",
)
NO_RECIPE = Unusable(
    "is an Image Builder recipe that is not in this plan",
    "keep it in the same configuration as its recipe",
)
NO_SOURCE = Unusable("names no source image", "name its source image")
NO_PARENT = Unusable("is a recipe without a parent image", "give the recipe a parent image")
NO_CONFIGURATION = Unusable(
    "is a launch configuration that is not in this plan",
    "keep it in the same configuration as its launch configuration, or use a template",
)
