"""Joins the steps, without a command line, a clock or an exit."""
