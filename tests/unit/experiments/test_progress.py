import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from experiments.engines import Event
from experiments.progress import Bars, Lines, showing


def event(kind, seed=1, **changes):
    scenario = SimpleNamespace(begin_s=100.0)
    order = SimpleNamespace(key=str(seed), label=f"glosa, seed {seed}", scenario=scenario)
    return Event(kind=kind, order=order, **changes)


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=60)


def lines(console):
    return console.file.getvalue().splitlines()


def printer(console):
    return lambda text: console.print(text, markup=False, soft_wrap=True)


def test_without_a_terminal_there_are_lines(console):
    with showing(console, 4) as shown:
        assert isinstance(shown, Lines)


def test_a_line_is_printed_for_every_tenth_of_the_runs(console):
    shown = Lines(printer(console), 40)
    for seed in range(40):
        shown.tell(event("started", seed))
        shown.tell(event("progress", seed))
        shown.tell(event("done", seed))
    assert [line.split(" runs")[0] for line in lines(console)] == [
        f"{n} of 40" for n in range(4, 41, 4)
    ]


def test_kept_and_failed_runs_count_and_a_failure_is_told_at_once(console):
    shown = Lines(printer(console), 30)
    shown.tell(event("failed", 7, message="the road was not empty [at all]"))
    assert lines(console) == ["failed: glosa, seed 7: the road was not empty [at all]"]
    for seed in range(2):
        shown.tell(event("kept", seed))
    assert lines(console)[-1].startswith("3 of 30 runs")


def test_a_long_sentence_is_not_broken(console):
    with showing(console, 1) as shown:
        shown.say("word " * 40)
    assert len(lines(console)) == 1


def test_on_a_terminal_there_are_bars_that_come_and_go():
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with showing(console, 2) as shown:
        assert isinstance(shown, Bars)
        shown.tell(event("started"))
        assert len(shown.tasks) == 1
        progress = {"time_s": 160.0, "n_running": 5, "share_arrived": 0.25, "wall_s": 2.0}
        shown.tell(event("progress", **progress))
        task = shown.progress.tasks[-1]
        assert task.completed == 0.25
        assert task.fields["detail"] == (
            "60 s simulated, 5 vehicles, 30x real time, about 6 s left"
        )
        shown.tell(event("done"))
        assert shown.tasks == {}
        shown.tell(event("kept", 2))
        assert shown.progress.tasks[0].completed == 2
