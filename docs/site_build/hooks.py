"""What mkdocs calls while it builds: pages and pictures that are made of the code."""

import sys
from functools import cache
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

HERE = Path(__file__).parent


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made when the site is built."""
    for name, content in _made().items():
        files.append(File.generated(config, name, content=content))
    return files


@cache
def _made() -> dict[str, str]:
    """Once per process: `mkdocs serve` builds again and again."""
    # mkdocs takes back what is put on the path while hooks are loaded.
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    from configuration import configuration_page
    from figures import draw_figures

    pictures = {f"figures/{name}.svg": svg for name, svg in draw_figures().items()}
    return {"configuration.md": configuration_page(), **pictures}
