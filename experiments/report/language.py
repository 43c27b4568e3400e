"""The language that the report is written in: English in the code, others from a catalogue.

The English text is the key. `say("{n} seeds", n=8)` gives it in the language that is spoken, with
its values filled in; a text that a catalogue lacks stays English. A catalogue is a YAML file with
one line per text, `English: other language`, with the same `{placeholders}` in both. Under
`from_runs` stands what runs write into their summary, to be recognised.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import yaml

ENGLISH = "en"
LANGUAGES = (ENGLISH, "zh")
HTML_CODES = {ENGLISH: "en", "zh": "zh-Hans"}
"""What a page says of its language."""
CATALOGUES = Path(__file__).parent / "languages"
PLACEHOLDER = re.compile(r"\{(\w+)\}")

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say all in a language, until the block ends.

    Raises:
        ValueError: It is not known.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, got '{language}'")
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken_language() -> str:
    """The language that is spoken now."""
    return _spoken.get()


def say(text: str, **values: object) -> str:
    """A text of ours in the language that is spoken, with its values filled in."""
    return translated(text).format(**values)


def narrow_percent(text: str) -> str:
    """The same with a narrow space before each percent sign at which no line is broken."""
    return text.replace(" %", "\u202f%")


def translated(text: str) -> str:
    """The same without values: placeholders are left as they are."""
    language = spoken_language()
    told = text if language == ENGLISH else catalogue(language).get(text, text)
    return narrow_percent(told)


def recognised(told: str) -> str | None:
    """A finished English text, as a run wrote it, in the language that is spoken.

    Returns:
        None where no text that we know could have become this one.
    """
    if spoken_language() == ENGLISH:
        return told
    for pattern, other in _patterns(spoken_language()):
        found = pattern.fullmatch(told)
        if found:
            return narrow_percent(other.format(**found.groupdict()))
    return None


def catalogue(language: str) -> Mapping[str, str]:
    """English text → text in a language."""
    return _read(language)["texts"]


@lru_cache
def _read(language: str) -> Mapping[str, Mapping[str, str]]:
    path = CATALOGUES / f"{language}.yaml"
    sections: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return sections


def told_by_runs(language: str) -> Mapping[str, str]:
    """What runs write in English → the same in a language."""
    return _read(language)["from_runs"]


@lru_cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """What each text of a run looks like when its values are filled in."""
    return tuple(
        (re.compile(_as_pattern(text)), other) for text, other in told_by_runs(language).items()
    )


def _as_pattern(text: str) -> str:
    """A regular expression with a group per placeholder; a repeated one must repeat."""
    parts: list[str] = []
    known: set[str] = set()
    for place, part in enumerate(PLACEHOLDER.split(text)):
        if place % 2 == 0:
            parts.append(re.escape(part))
        elif part in known:
            parts.append(f"(?P={part})")
        else:
            known.add(part)
            parts.append(f"(?P<{part}>.+?)")
    return "".join(parts)
