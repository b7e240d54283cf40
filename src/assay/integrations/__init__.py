"""Entry points inside AWS: thin handlers of Lambda functions (see `run`)."""
