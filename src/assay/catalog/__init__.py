"""The only door to AWS: one protocol, implemented by a live and a recorded catalogue."""
