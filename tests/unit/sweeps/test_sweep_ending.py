"""A sweep ends by writing its page: once for the same table, and where there can be one."""

import pytest

from experiments.claim import STORE
from experiments.sweeps.ending import collect
from experiments.sweeps.tables import TABLES

ONE_POINT = "scenario: town\narms: {}\nseeds: {}\ngrid: {{penetration: [0.5]}}\n"


def page_of(out):
    return (out / "report.html").read_bytes()


def test_the_page_is_the_same_however_the_sweep_was_reached(swept, made_up, real_pages, tmp_path):
    assert swept("at-once").page == tmp_path / "at-once" / "report.html"
    for number in (2, 1):
        swept("shared", shard=(number, 2))
    swept("mended", engine=made_up(fails=("point 1: glosa, seed 1",)))
    swept("mended", only_failed=True)
    with pytest.raises(KeyboardInterrupt):
        swept("killed", engine=made_up(dies_after=4))
    assert not (tmp_path / "killed" / "report.html").exists()
    swept("killed")
    pages = {page_of(tmp_path / name) for name in ("at-once", "shared", "mended", "killed")}
    assert len(pages) == 1


def test_the_page_is_not_written_again_when_nothing_changed(swept, real_pages, tmp_path):
    swept()
    before_ns = (tmp_path / "out" / "report.html").stat().st_mtime_ns
    swept()
    collect(tmp_path / "out", tmp_path / "out" / STORE)
    assert (tmp_path / "out" / "report.html").stat().st_mtime_ns == before_ns


def test_a_page_that_was_changed_or_made_by_another_program_is_written_again(
    swept, real_pages, monkeypatch, tmp_path
):
    swept()
    before = page_of(tmp_path / "out")
    (tmp_path / "out" / "report.html").write_text("mine")
    swept()
    assert page_of(tmp_path / "out") == before
    before_ns = (tmp_path / "out" / "report.html").stat().st_mtime_ns
    monkeypatch.setattr("experiments.sweeps.ending.code_hash", lambda _module: "other")
    swept()
    assert (tmp_path / "out" / "report.html").stat().st_mtime_ns > before_ns


def test_what_is_about_an_older_table_goes_with_it(swept, made_up, tmp_path):
    out = tmp_path / "out"
    swept(engine=made_up(fails=("point 1: glosa, seed 1",)))
    (out / "report.zh.html").write_text("old")
    (out / "figures").mkdir()
    swept(retries_failed=True)
    assert not (out / "report.zh.html").exists()
    assert not (out / "figures").exists()


@pytest.mark.parametrize(
    ("arms", "seeds", "told"),
    [
        ("none, unadvised, glosa", "2", "Only 2 seeds"),
        ("none, unadvised, glosa", "1", "One seed gives no interval"),
        ("none, glosa", "2", "Compared with none"),
    ],
)
def test_one_point_one_seed_and_no_unadvised_arm_have_a_page(
    swept, real_pages, tmp_path, arms, seeds, told
):
    outcome = swept(text=ONE_POINT.format(arms, seeds))
    assert outcome.why_no_page == ""
    assert told in page_of(tmp_path / "out").decode()


def test_missing_points_are_told_on_the_page(swept, made_up, real_pages, tmp_path):
    lost = tuple(f"point 1: {arm}, seed {s}" for arm in ("unadvised", "glosa") for s in (1, 2))
    swept(engine=made_up(fails=lost))
    assert "1 not compared" in page_of(tmp_path / "out").decode()


def test_a_sweep_with_a_single_arm_has_no_page_and_says_why(swept, real_pages, tmp_path):
    outcome = swept(text=ONE_POINT.format("unadvised", "2"))
    assert outcome.page is None
    assert outcome.why_no_page == "'sweep': there is no arm beside 'unadvised' to compare"
    assert not (tmp_path / "out" / "report.html").exists()
    assert swept(text=ONE_POINT.format("unadvised", "2")).why_no_page == outcome.why_no_page


def test_a_sweep_all_of_whose_runs_failed_has_no_page_and_says_why(
    swept, made_up, real_pages, tmp_path
):
    lost = tuple(f"point 0: unadvised, seed {seed}" for seed in (1, 2))
    outcome = swept(text=ONE_POINT.format("unadvised", "2"), engine=made_up(fails=lost))
    assert outcome.why_no_page == f"'{tmp_path}/out/runs.csv' holds no run: none was finished"
    assert all((tmp_path / "out" / name).is_file() for name in TABLES)


def test_a_reference_without_any_run_is_told_and_no_exception(swept, made_up, real_pages):
    lost = tuple(
        f"point {p}: {arm}, seed {s}"
        for p, arm in ((0, "none"), (0, "unadvised"), (1, "unadvised"))
        for s in (1, 2)
    )
    outcome = swept(engine=made_up(fails=lost))
    assert outcome.page is None
    assert "no point has a finished reference" in outcome.why_no_page
