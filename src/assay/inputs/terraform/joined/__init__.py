"""A plan and the planned code, read together: names have the values that the plan knows."""
