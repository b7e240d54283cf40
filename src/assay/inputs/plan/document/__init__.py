"""The document of a plan: its sections, its resources, and their values with what masks them."""
