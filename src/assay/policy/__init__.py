"""The policy document, its rules, and the engine that applies them."""
