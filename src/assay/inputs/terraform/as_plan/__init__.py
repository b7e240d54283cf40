"""Writes what code declares in the shape of a plan, and finds it again in the files."""
