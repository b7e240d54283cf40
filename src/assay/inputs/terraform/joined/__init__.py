"""A plan and the code that was planned, read together: what the plan knows is what names mean."""
