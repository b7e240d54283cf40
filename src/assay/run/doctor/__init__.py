"""The checks of `doctor`, in order."""
