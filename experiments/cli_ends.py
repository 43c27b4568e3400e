"""How the commands end: exit codes, and errors told in one line each."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer

FAILED, BAD_INPUT, NOT_MET, INTERRUPTED = 1, 2, 3, 130
"""Exit codes: a run failed; bad input; a --require condition does not hold; Ctrl-C."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


def stop(message: str, code: int) -> NoReturn:
    """Print what is wrong, a line each, and exit."""
    for line in message.splitlines():
        print(f"error: {line}" if not line.startswith(" ") else line, file=sys.stderr)
    raise typer.Exit(code)


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
