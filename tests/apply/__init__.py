"""What assay says before apply, against what apply did: at moto's server, an AWS that is not ours."""
