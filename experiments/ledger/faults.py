"""What does not hold in a ledger: where, and what is wrong."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it was signed."""

    file: str
    what: str
    """A sentence, to be read after where it is."""
    line: int | None = None
    """From 1."""
    trip: str | None = None
    """Pseudonym that stands in the record."""

    def sentence(self) -> str:
        """Where and what, in one line."""
        where = self.file
        if self.line is not None:
            where += f", line {self.line}"
        if self.trip is not None:
            where += f" (trip {self.trip})"
        return f"{where}: {self.what}"

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)
