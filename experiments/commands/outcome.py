"""What `run` prints of its results."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.commands.ends import table_console


def tell_outcome(summary: Mapping[str, Any], out: Path, *, as_json: bool) -> None:
    """Print what came of an experiment: its tables and warnings, and where its report is.

    Args:
        summary: Of the results; empty where every run failed.
        out: Their folder.
        as_json: The summary itself instead.
    """
    from experiments.commands.factor_table import factor_tables
    from experiments.commands.tables import arms_table, effects_table

    if as_json:
        print(json.dumps(summary, sort_keys=True))
        return
    if not summary:
        return
    console = table_console(200)
    console.print(arms_table(summary))
    if summary["effects"]:
        console.print(effects_table(summary))
    for table in factor_tables(summary):
        console.print(table)
    for warning in summary["warnings"]:
        console.print(f"warning: {warning}", highlight=False, markup=False)
    console.print(f"report: {out / 'report.html'}", highlight=False, markup=False, soft_wrap=True)
