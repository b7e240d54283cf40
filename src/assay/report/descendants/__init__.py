"""What descends from an image, in several formats."""
