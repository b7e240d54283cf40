"""Evaluated code: module instances, what names mean in them, and the values of their blocks."""
