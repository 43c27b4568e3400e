"""Every command and every block of Python in README.md and docs/ runs, on inputs made small.

What a page shows is run in its order, in a folder of its own, as it is written but for `SMALLER`,
which says what stands in for what, and `NOT_RUN`, which says why a command is only checked against
the command line. A block with a title (```python title="gentle.py") is a file; a `console` block
holds commands behind `$ `; `python` without a title is run.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer.main
import yaml

from experiments.cli import app

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md")))
PAGE_NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

NOT_RUN = {
    "make demo": "installs, and simulates for a quarter of an hour",
    "make test": "runs the tests",
    "make install": "installs",
    "make docs": "installs; a test of its own builds the site",
    "ecocorridor doctor": "its end depends on the machine; a test of its own runs it",
    "ecocorridor bench speed": "takes half an hour; a test of its own runs a short one",
    "ecocorridor bench speed --quick --no-growth": "takes ten minutes",
    "ecocorridor bench signals": "takes half an hour",
    "ecocorridor bench signals --quick --repeat 1": "takes several minutes",
    "ecocorridor bench speed --networks town.sumocfg --repeat 9 --no-growth --json > speed.json": (
        "takes minutes, and nothing else may run"
    ),
    "ecocorridor optimize docs/examples/tune.yaml --out tuned": (
        "takes a quarter of an hour; a test of its own runs a tiny one"
    ),
    "ecocorridor sweep docs/examples/signals.yaml --out runs/signals": "takes minutes",
    "ecocorridor sweep docs/examples/advice.yaml --out runs/advice": "takes half an hour",
    **dict.fromkeys(
        (
            "ecocorridor sweep docs/examples/demand.yaml --out runs/demand",
            "ecocorridor sweep docs/examples/roadside.yaml --out runs/roadside",
            "ecocorridor sweep docs/examples/shares.yaml --out runs/shares",
            "ecocorridor sweep docs/examples/models.yaml --out runs/models",
            "ecocorridor sweep docs/examples/peers.yaml --out runs/peers",
            "ecocorridor sweep docs/examples/unseen.yaml --out runs/unseen/results",
            "ecocorridor sweep docs/examples/steady.yaml --out runs/steady/results",
        ),
        "takes minutes; the page plans it, too",
    ),
    **dict.fromkeys(
        (
            "ecocorridor run tuned/tuned.yaml --out runs/tuned",
            "ecocorridor networks runs/advice",
            "ecocorridor networks runs/peers",
            "ecocorridor networks runs/shares --vehicles unequipped",
        ),
        "needs what the one before it finds",
    ),
    **dict.fromkeys(
        (
            "ecocorridor signals optimize arterial -o plan.add.xml",
            "ecocorridor signals check arterial --plan plan.add.xml",
            "ecocorridor signals compare arterial plan.add.xml",
            "ecocorridor signals optimize resco:cologne3 -o better.add.xml",
            "ecocorridor signals optimize resco:cologne3 -o better-with-eco.add.xml --advice eco "
            "--execution automated",
            "ecocorridor run resco:cologne3 --arms unadvised,eco,optimized,optimized+eco "
            "--signal-plan better.add.xml",
            "ecocorridor run resco:cologne3 --arms unadvised,eco,optimized,optimized+eco",
        ),
        "takes minutes, or needs what the one before it finds; a test of its own seeks a plan",
    ),
    "ecocorridor bench maps": "needs 2 GB for 10 million rows; a test of its own runs a few",
    **dict.fromkeys(
        (
            "ecocorridor bench",
            "ecocorridor bench --check",
            "ecocorridor bench --suite full --case cologne1-driver --check --markdown bench.md",
            "ecocorridor bench --policy leaderboard/gentle.py:Gentle",
            "ecocorridor bench --policy leaderboard/gentle.py:Gentle "
            '--entry leaderboard/gentle.json --by "The ecocorridor developers"',
        ),
        "takes minutes; a test of its own runs one case of the suite",
    ),
    "ecocorridor bench leaderboard --markdown docs/leaderboard.md": (
        "takes the entries of the project; tests of its own read them"
    ),
    **dict.fromkeys(
        (
            "ecocorridor bench overhead",
            "ecocorridor bench overhead --networks arterial --repeat 3 --quick --json",
        ),
        "takes minutes, and nothing else may run",
    ),
    **dict.fromkeys(
        (
            "dask scheduler --scheduler-file scheduler.json",
            "dask worker --scheduler-file scheduler.json --nworkers 8 --nthreads 1",
            "ecocorridor sweep sweep.yaml --out runs/sweep --scheduler scheduler.json",
        ),
        "serve until they are stopped; a test of its own has a scheduler and two workers",
    ),
    **dict.fromkeys(
        (
            "ecocorridor sweep sweep.yaml --out runs/sweep --slurm slurm.yaml",
            "sbatch array.sh",
            "kubectl apply -f manifest.yaml",
        ),
        "needs a cluster; what is handed to it is rendered here, and tested",
    ),
    "ecocorridor sensitivity runs/sampled --metric co2_phemlight5 --arm eco": (
        "needs a sample of hundreds of runs; tests of its own have made-up ones"
    ),
}
"""Commands without comments → why they are not run. Their words are checked all the same."""

SMALLER = (
    (r"resco:(cologne|ingolstadt|grid)\w+", "arterial"),
    (r"--seeds [\d,]+", "--seeds 1"),
    (r"seeds=\d+", "seeds=1"),
    (r"--most-seeds \d+", "--most-seeds 2"),
    (r"--end [\d.]+", "--end 60"),
    (r"end_s=\d+", "end_s=60"),
    (r"--duration \d+", "--duration 60"),
    (r"--sample \d+", "--sample 5"),
    (r"(ecocorridor bound runs/\S+)", r"\1 --sample 5"),
    (r"--fleet-mix \S+", "--fleet-mix one_class.yaml"),
    (r"--vehicle ID", "--vehicle west_start.east_end.0"),
    (r"--require \"glosa\.", '--require "eco.'),
    (
        r"config init my.yaml",
        "config init my.yaml && "
        "sed -i 's/resco:ingolstadt7/arterial/; s/^end_s: .*/end_s: 60/' my.yaml",
    ),
    (
        r"^ecocorridor sweep plan sweep.yaml",
        "sed -i 's/10 min/40/; s/, unadvised, glosa, eco/, glosa/; s/^seeds: .*/seeds: 1/; "
        r"s/0.2, 0.5, 1/0.5, 1/; s/300 m, 0.6 km/300 m/' sweep.yaml && \g<0>",
    ),
)
"""What is written → what is run: another road, one seed, a minute of traffic, one class of cars
(a map of each takes seconds to make)."""

RUN = re.compile(r"""ecocorridor run(?:"[^"]*"|'[^']*'|[^&|;>"'#])*""")
WITH_TOWN = "town"
"""Its own window is short already."""

MAY_END_WITH = {"--require": (0, 3), "credits": (0, 1)}
"""In a command → exit codes that tell nothing of the command: one seed meets no condition, and
earns no points."""

BORROWED = {"docs/own-plan.md": {"my_arterial.yaml": "docs/own-network.md"}}
"""Page → file that the reader has from another page."""

WITH_SWEEP = ("docs/sweep_statistics.md", "docs/engines.md")
"""Pages that read a finished sweep, or have another page's file of one."""

MY_POLICY = """
import numpy as np
from controller import Advice, Reason

class MyPolicy:
    def advise(self, seen):
        n = seen.distance_m.size
        return Advice(speed_mps=np.full(n, np.nan), reason=np.full(n, Reason.NOT_NEEDED))
"""

BLOCK = re.compile(r"^```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(ecocorridor [^`]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    title: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Without comments; a line that ends in a backslash goes on."""
        joined = self.text.replace("\\\n", " ")
        lines = [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
        return [re.split(r"\s+#\s", line)[0].strip() for line in lines]


def blocks_of(page: Path) -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(page.read_text(encoding="utf-8"))]


def commands_of(page: Path) -> list[str]:
    return [c for b in blocks_of(page) if b.language == "console" for c in b.commands]


def smaller(text: str) -> str:
    for pattern, replacement in SMALLER:
        text = re.sub(pattern, replacement, text)
    return RUN.sub(lambda found: f"{found[0].strip()} {' '.join(more_for(found[0]))} ", text)


def more_for(call: str) -> list[str]:
    options = ["--seeds 1", "--jobs 1"]
    if WITH_TOWN not in call:
        options.append("--end 60")
    if "--arms" not in call:
        options.append("--arms unadvised,eco")
    return options


@pytest.fixture
def folder(request, tmp_path, little_town, small_results) -> Path:
    """Where the reader stands: a town, a policy of his own, the results of the demo, a sweep."""
    shutil.copytree(little_town, tmp_path / "town")
    shutil.copytree(small_results, tmp_path / "runs" / "demo")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    if request.node.callspec.params["name"] in WITH_SWEEP:
        small_sweep = request.getfixturevalue("small_sweep")
        shutil.copytree(small_sweep, tmp_path / "runs" / "sweep")
        shutil.copy(small_sweep.parent / "sweep.yaml", tmp_path)
    shutil.copy(small_results.parent / "one_class.yaml", tmp_path)
    (tmp_path / "my_policy.py").write_text(MY_POLICY)
    for name, page in BORROWED.get(request.node.callspec.params["name"], {}).items():
        (text,) = (block.text for block in blocks_of(ROOT / page) if block.title == name)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture(scope="session")
def little_town(crossings, tmp_path_factory) -> Path:
    """A configuration whose window is a minute."""
    folder = tmp_path_factory.mktemp("little") / "town"
    folder.mkdir()
    shutil.copy(crossings, folder / "town.net.xml")
    (folder / "town.rou.xml").write_text(
        '<routes><flow id="f" begin="0" end="60" period="6" from="left0A0" to="B0right0"/></routes>'
    )
    (folder / "town.sumocfg").write_text(
        '<sumoConfiguration><net-file value="town.net.xml"/><route-files value="town.rou.xml"/>'
        '<begin value="0"/><end value="60"/></sumoConfiguration>'
    )
    return folder


@pytest.fixture
def environment(small_results, cache_home) -> dict[str, str]:
    binaries = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(cache_home),
        "ECOCORRIDOR_KEY": str(small_results.parent / "key.pem"),
        "MPLBACKEND": "Agg",
        **dict.fromkeys(("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }


@pytest.mark.sumo
@pytest.mark.timeout(900)  # a page may have a dozen runs
@pytest.mark.parametrize("name", PAGE_NAMES)
def test_what_a_page_shows_runs(name, folder, environment):
    for block in blocks_of(ROOT / name):
        if block.title:
            (folder / block.title).write_text(block.text)
        elif block.language == "python":
            run([sys.executable, "-c", smaller(block.text)], block.text, folder, environment)
        elif block.language == "console":
            for command in block.commands:
                if command not in NOT_RUN:
                    words = ["bash", "-euo", "pipefail", "-c", smaller(command)]
                    run(words, command, folder, environment)


def run(words, told, folder, environment):
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    allowed = next((codes for part, codes in MAY_END_WITH.items() if part in told), (0,))
    assert done.returncode in allowed, f"{told}\n{words}\n{done.stdout[-800:]}{done.stderr[-800:]}"
    assert "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_every_command_is_one_of_the_command_line(name):
    page = ROOT / name
    written = INLINE.findall(page.read_text(encoding="utf-8"))
    for command in (*commands_of(page), *(" ".join(text.split()) for text in written)):
        for words in calls_in(command.replace("[", "").replace("]", "")):
            check_words(words, command)


def calls_in(command):
    """The words behind each `ecocorridor` of a shell's command."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    starts = [place for place, word in enumerate(words) if word == "ecocorridor"]
    for start in starts:
        rest = words[start + 1 :]
        end = next((i for i, word in enumerate(rest) if set(word) <= set("();<>|&")), len(rest))
        yield rest[:end]


def check_words(words, command):
    place = typer.main.get_command(app)
    while words and words[0] in getattr(place, "commands", {}):
        place = place.commands[words[0]]
        words = words[1:]
    if words and hasattr(place, "default_command"):
        place = place.commands[place.default_command]
    group = getattr(place, "commands", None)
    # Behind an option of the group itself stands its value.
    named = [word for word in words[:1] if not word.startswith("-")]
    assert not (group and named), f"`{command}`: there is no command {named}"
    parameters = [(*each.opts, *each.secondary_opts) for each in place.params]
    known = {"--help", *(option for options in parameters for option in options)}
    unknown = [word for word in words if word.startswith("--") and word.split("=")[0] not in known]
    assert not unknown, f"`{command}`: there is no option {unknown}"


def test_what_is_not_run_is_in_a_page_and_has_a_reason():
    shown = {command for page in PAGES for command in commands_of(page)}
    assert set(NOT_RUN) <= shown
    assert all(reason.strip() for reason in NOT_RUN.values())


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_no_command_hides_in_another_kind_of_block(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    rest = BLOCK.sub("", text)
    assert "```" not in rest, "a block that is not closed, or has a head that is not read"
    for line in rest.splitlines():
        assert not re.match(r"\s+(\$ |ecocorridor )", line), line
    for block in blocks_of(ROOT / name):
        if block.language != "console":
            assert not re.search(r"^(\$ |ecocorridor )", block.text, re.MULTILINE), block.text


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_every_yaml_is_a_file_that_a_command_reads(name):
    page = ROOT / name
    for block in blocks_of(page):
        if block.language == "yaml":
            assert block.title, f"without a title nothing reads it: {block.text}"
            assert any(block.title in command for command in commands_of(page)), block.title
            assert isinstance(yaml.safe_load(block.text), dict)
