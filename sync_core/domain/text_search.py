"""Whether a text holds the words that somebody looks for, whatever the case and however letters are composed."""

from __future__ import annotations

import unicodedata


def words_of(search: str) -> tuple[str, ...]:
    """Return the words of *search* as `holds` takes them; read once for a whole list."""
    return tuple(_folded(search).split())


def holds(words: tuple[str, ...], *texts: str) -> bool:
    """Tell whether each of *words* stands somewhere in *texts*; no words stand everywhere."""
    if not words:
        return True
    text = _folded(" ".join(texts))
    return all(word in text for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
