"""What code declares, written down in the shape of a plan, and found again in its files."""
