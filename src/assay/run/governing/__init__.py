"""Runs inside AWS and judges resources when they change or start: events in, texts out."""
