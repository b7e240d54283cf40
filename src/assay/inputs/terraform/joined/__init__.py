"""A plan and the code that was planned, read together: names have the values that the plan knows."""
