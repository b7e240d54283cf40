"""An inventory as people and programs read it; one format a file."""
