"""The text of code: blocks, attributes and expressions, each at its line."""
