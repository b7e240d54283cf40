"""Converts EC2's Allowed AMIs settings to a policy, and a policy to such settings."""
