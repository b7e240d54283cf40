"""The only door to AWS: one protocol, a live catalogue and a recorded one."""
