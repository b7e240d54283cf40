"""What became of images that were to carry a watermark, for people and programs."""
