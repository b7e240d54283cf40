"""Finds the image that a reference means, and where the image comes from."""
