"""How the commands end: exit codes, errors told in one line each, tables and new files."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

FAILED, BAD_INPUT, NOT_MET, INTERRUPTED = 1, 2, 3, 130
"""Exit codes: a run failed; bad input; a --require condition does not hold; Ctrl-C."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


def stop(message: str, code: int) -> NoReturn:
    """Print what is wrong, a line each, and exit."""
    for line in message.splitlines():
        print(f"error: {line}" if not line.startswith(" ") else line, file=sys.stderr)
    raise typer.Exit(code)


def table_console(width: int = 120) -> Console:
    """Where tables go: as wide as the terminal, and of a fixed width where they are piped."""
    return Console(width=None if sys.stdout.isatty() else width)


def write_new(file: Path, text: str) -> None:
    """Write a file to start from, never over another one, and print its name."""
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        stop(f"{file}: exists already; name another file", BAD_INPUT)
    except OSError as error:
        stop(f"{file}: cannot be written: {error.strerror}", BAD_INPUT)
    print(file)


def check_target(option: str, file: Path | None) -> None:
    """Tell before all work what cannot be written to.

    Args:
        option: That names the file.
        file: It; None: nothing is to be written.

    Raises:
        ValueError: It is a folder, or in none that there is.
    """
    if file is None:
        return
    if file.is_dir():
        raise ValueError(f"{option}: '{file}' is a folder; name a file in it")
    if not file.parent.is_dir():
        raise ValueError(f"{option}: there is no folder '{file.parent}' to write '{file.name}' to")


@contextmanager
def errors_told() -> Iterator[None]:
    """Bad input ends with one line per problem and exit code 2; a failing SUMO with 1."""
    from corridor import EngineError
    from sumo_nets import SumoProgramError

    try:
        yield
    except ValueError as error:
        stop(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        stop("stopped; runs that were finished are kept, the same command goes on", INTERRUPTED)
    except (EngineError, SumoProgramError, OSError) as error:
        stop(str(error), FAILED)
