"""Where assay runs inside AWS: handlers of Lambda functions, which are thin (see `run`)."""
