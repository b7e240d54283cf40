"""What a plan, or code in the shape of one, says of images."""
