"""Which image is it, and where does it come from?"""
