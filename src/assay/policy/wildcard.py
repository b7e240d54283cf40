"""Matches `*` and `?`, and nothing else: watermark names may contain brackets, quotes and dots."""


def matches(pattern: str, text: str) -> bool:
    """Whether the whole `text` matches `pattern`, case-sensitively.

    `*` stands for any run of characters, `?` for exactly one. The pieces between stars are placed one
    after the other, each as far left as possible, and never moved again, so there is no backtracking
    (unlike in a regular expression).
    """
    first, *rest = pattern.split("*")
    if not rest:
        return len(text) == len(first) and _fits(first, text, 0)
    *middle, last = rest
    end = len(text) - len(last)
    if end < len(first) or not _fits(first, text, 0) or not _fits(last, text, end):
        return False
    at = len(first)
    for piece in middle:
        found = _find(piece, text, at, end)
        if found is None:
            return False
        at = found + len(piece)
    return True


def _find(piece: str, text: str, start: int, end: int) -> int | None:
    """The leftmost position of `piece` in `text[start:end]`."""
    if "?" not in piece:
        found = text.find(piece, start, end)
        return None if found < 0 else found
    places = range(start, end - len(piece) + 1)
    return next((at for at in places if _fits(piece, text, at)), None)


def _fits(piece: str, text: str, at: int) -> bool:
    if "?" not in piece:
        return text.startswith(piece, at)
    return all(
        wanted in ("?", found)
        for wanted, found in zip(piece, text[at : at + len(piece)], strict=True)
    )
