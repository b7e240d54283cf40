"""Code at work: module instances, what names mean in them, and what their blocks hold."""
