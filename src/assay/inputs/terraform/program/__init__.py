"""Evaluated code: module instances, the meaning of names in them, and the values of their blocks."""
