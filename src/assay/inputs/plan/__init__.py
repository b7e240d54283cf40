"""What a plan, or code in the form of a plan, says about images."""
