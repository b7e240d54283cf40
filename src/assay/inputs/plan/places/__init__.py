"""The Region and the account in which a resource will be."""
