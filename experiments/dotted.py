"""Settings of sections under dotted keys, as in `driver.lag_s`."""

from collections.abc import Iterator, Mapping
from typing import Any


def dotted(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is no section, with its key.

    Args:
        settings: Values and sections.
        before: What all keys begin with.
    """
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from dotted(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
