"""EC2's Allowed AMIs beside the policy: settings as a policy, a policy as settings."""
