"""What a plan makes or changes itself: images, templates, parameters, and names with a new meaning."""
