"""Names of what the report writes into a folder of results."""

from experiments.report.language import ENGLISH

PAGE = "report.html"
PAGES = (PAGE, "report.zh.html")
"""Pages that a folder of results may hold, one per language."""
FIGURES = "figures"
"""Folder of the figures as files."""


def page_name(language: str) -> str:
    """The page's file in a language: `report.html`, or `report.zh.html`."""
    return PAGE if language == ENGLISH else f"report.{language}.html"
