"""Templates of pages."""

import re
from pathlib import Path

import jinja2
from markupsafe import Markup

from experiments.report.language import HTML_CODES, recognised, spoken_language, translated

TEMPLATES = Path(__file__).parent / "templates"


def template(name: str) -> jinja2.Template:
    """A template of the report's folder; what it is not given is an error.

    In a template `say("text with {value}", value=...)` is a text in the language that is spoken;
    it may hold tags, and values are escaped. `as_told(text)` is what a run wrote in English.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "say": _say,
        "as_told": _as_told,
        "language_code": HTML_CODES[spoken_language()],
    }
    return environment.get_template(name)


def on_one_line(text: str) -> str:
    """A text that a template breaks into lines, as it stands in a catalogue."""
    return re.sub(r"[ \n]+", " ", text).strip()


def _say(text: str, **values: object) -> Markup:
    return Markup(translated(on_one_line(text))).format(**values)


def _as_told(text: str) -> Markup:
    """What a run wrote; marked as English where it could not be said otherwise."""
    told = recognised(text)
    return Markup('<span lang="en">{}</span>').format(text) if told is None else Markup.escape(told)
