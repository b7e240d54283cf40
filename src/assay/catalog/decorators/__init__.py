"""Catalogues around another catalogue: what is written down, remembered, or asked of nobody."""
