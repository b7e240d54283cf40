"""The steps joined, without a command line, a clock or an exit."""
