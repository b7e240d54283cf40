"""A plan as a document: its sections, its resources, and their values with their masks."""
