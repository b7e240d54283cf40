"""Documents in the strings of a plan: CloudFormation, API calls, Kubernetes manifests."""
