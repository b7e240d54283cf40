"""Catalogues that wrap another one or replace it: recording, remembering, offline."""
