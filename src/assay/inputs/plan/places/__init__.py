"""The Region and account of a resource."""
