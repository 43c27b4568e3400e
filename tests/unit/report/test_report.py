"""The page says what the results say: no more, no less, and plainly."""

import json
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.report.data import focus_arm, read_results
from experiments.report.page import write_report
from experiments.report.tables import flat, groups_table

Change = Callable[[dict[str, Any]], None]


class Page(HTMLParser):
    """Text, ids, links and elements of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.pieces).split())


@pytest.fixture(scope="module")
def page(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of the whole study; only to be read."""
    copy = shutil.copytree(built, tmp_path_factory.mktemp("page") / "results")
    return Page(write_report(Path(copy)))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without pictures, for tests that look at neither."""
    monkeypatch.setattr("experiments.report.page.draw_all", lambda *_: {})


def test_the_page_asks_for_nothing_outside_itself(page):
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "img")]
    wanted = [a.get("href") or a.get("xlink:href") or "" for _, a in page.tags]
    assert all(link.startswith(("#", "data:")) for link in wanted if link)
    assert "@import" not in page.source
    assert all(part.startswith("#") for part in re.findall(r"url\(([^)]*)\)", page.source))


def test_no_id_is_used_twice_and_every_reference_is_met(page):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs.get("href") or attrs.get("xlink:href") or "" for _, attrs in page.tags]
    wanted = {link[1:] for link in links if link.startswith("#")}
    assert wanted
    assert wanted <= set(ids)


def test_every_picture_has_a_text_alternative_and_every_table_a_head(page):
    pictures = [attrs for tag, attrs in page.tags if tag == "svg" and "aria-hidden" not in attrs]
    assert len(pictures) == 9
    assert all(len(attrs.get("aria-label") or "") > 40 for attrs in pictures)
    tables = sum(tag == "table" for tag, _ in page.tags)
    assert tables == sum(tag == "caption" for tag, _ in page.tags) > 0
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")


def test_the_same_folder_gives_the_same_bytes(page, study):
    assert write_report(study).read_text(encoding="utf-8") == page.source


def test_nothing_but_the_page_is_left_in_the_folder(study, bare):
    before = {path.name for path in study.iterdir()}
    write_report(study)
    assert {path.name for path in study.iterdir()} == before | {"report.html"}


def test_a_failure_leaves_the_old_page_whole(study, bare, monkeypatch):
    old = write_report(study).read_bytes()

    def refuse(*_: object) -> None:
        raise OSError("disk is full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk is full"):
        write_report(study)
    assert (study / "report.html").read_bytes() == old
    assert not list(study.glob(".report*"))


def test_one_seed_says_that_it_proves_nothing(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        summary["seeds"] = [1]

        def blank(tree: dict[str, Any]) -> None:
            for value in tree.values():
                if isinstance(value, dict) and "mean" in value:
                    value.update(low=None, high=None, n=1, bca_low=None, bca_high=None)
                elif isinstance(value, dict):
                    blank(value)

        blank(summary["effects"])
        blank(summary["smoothing"])

    edit_summary(change)
    text = Page(write_report(study)).text
    assert "Only one seed counts: there are no intervals" in text
    assert "in one run" in text
    assert "no interval (one run)" in text
    assert "accounts agree" not in text


def test_seeds_are_left_out_for_failed_runs_and_not_for_arms_without_any(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        summary["seeds"] = [1, 2]
        summary["failed_runs"] = {"glosa": [3], "late": [1, 2, 3]}

    edit_summary(change)
    text = Page(write_report(study)).text
    assert "No run of late was finished. 1 of 3 seeds are left out" in text
    assert "glosa in 1. If one arm fails" in text


def test_accounts_without_an_effect_are_not_said_to_agree(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        for name in ("co2_hbefa4", "co2_hbefa4_nojump", "co2_phemlight5", "energy_bev"):
            found = summary["effects"]["glosa"][f"{name}_pct"]
            found.update(mean=-1.0, low=-3.0, high=1.0)

    edit_summary(change)
    text = Page(write_report(study)).text
    assert "accounts agree" not in text
    assert "span of the means no effect shown" in " ".join(text.split())


def test_seeds_that_change_nothing_are_told_as_one_run(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        found = summary["effects"]["glosa"]["co2_own_pct"]
        found.update(low=None, high=None, n=1, bca_low=None, bca_high=None)

    edit_summary(change)
    text = Page(write_report(study)).text
    assert "It is one run in fact: the seeds change nothing." in text
    assert "no interval (one run)" in text


def test_without_an_advised_arm_the_page_says_what_is_missing(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        del summary["arms"]["glosa"], summary["effects"]["glosa"]

    edit_summary(change)
    text = Page(write_report(study)).text
    assert "only arms without advice were run" in text
    assert "Without advice (unadvised)" in text


def test_without_a_reference_nothing_is_compared(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        summary["arms"] = {"glosa": summary["arms"]["glosa"]}
        summary.update(reference=None, effects={}, smoothing=None)

    edit_summary(change)
    text = Page(write_report(study)).text
    assert "no arm without advice was run, so there is nothing to compare with" in text
    assert "glosa reference" not in text


def test_arms_that_were_not_compared_point_to_the_warnings(study, bare, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        summary["effects"] = {}
        summary["warnings"] = ["glosa: vehicle counts differ <b>by 3</b>"]

    edit_summary(change)
    page = Page(write_report(study))
    assert "glosa: could not be compared with unadvised; see the warnings." in page.text
    assert "&lt;b&gt;by 3&lt;/b&gt;" in page.source


def test_without_a_main_road_the_rest_of_the_page_stands(study):
    for name in ("trajectories.parquet", "signals.parquet", "network.json", "manifest.json"):
        (study / name).unlink()
    (study / "roads.parquet").unlink()
    text = Page(write_report(study)).text
    assert "No main road was recorded" in text
    assert "No map:" in text
    assert "no record of the command" in text
    assert "Effects with their intervals." in text


def test_empty_tables_of_the_main_road_are_as_good_as_none(study):
    for name in ("trajectories.parquet", "signals.parquet", "roads.parquet"):
        pl.read_parquet(study / name).clear().write_parquet(study / name)
    assert "No main road was recorded" in Page(write_report(study)).text


def test_a_group_without_vehicles_is_named_as_such(study, edit_summary):
    path = study / "vehicles.parquet"
    table = pl.read_parquet(path).with_columns(equipped=pl.col("arm") != "none")
    table.write_parquet(path)
    edit_summary(lambda summary: summary["effects"]["glosa"].update(unequipped=None))
    assert "no vehicles in this group" in Page(write_report(study)).text


def test_shares_of_losers_are_counted_by_hand(study):
    results = read_results(study)
    pairs = pl.DataFrame(
        {
            "equipped": [True, True, False, False],
            "road": ["main"] * 4,
            "trip_time_s": [-6.0, 5.0, 5.1, 40.0],
            "trip_time_reference_s": [100.0, 40.0, 100.0, 500.0],
            "co2_own_g": [-1.0, 1.0, 0.0, 1.0],
        }
    )
    rows = {row.name: row.cells for row in groups_table(results, "glosa", pairs)}
    shares = [cell.value for cell in rows["All vehicles"][4:]]
    assert shares == ["25\u202f%", "50\u202f%", "25\u202f%", "50\u202f%"]
    assert len(rows["On side roads"]) == 1


def test_the_planner_is_in_focus_before_the_textbook_and_others():
    assert focus_arm(("glosa-sumo:300/2/1.0", "glosa", "eco")) == "eco"
    assert focus_arm(("glosa-sumo:300/2/1.0", "glosa")) == "glosa"
    assert focus_arm(("glosa-sumo:300/2/1.0",)) == "glosa-sumo:300/2/1.0"
    assert focus_arm(()) is None


def test_configuration_is_told_by_dotted_keys():
    tree = {"rsu": {"range_m": 300.0, "outages": []}, "arms": ["none", "glosa"], "end_s": None}
    assert flat(tree) == [
        ("rsu.range_m", "300.0"),
        ("rsu.outages", "\u2013"),
        ("arms", "none, glosa"),
        ("end_s", "\u2013"),
    ]


def test_a_reader_may_ask_for_the_arm_that_the_page_is_about(bare, tmp_path, made):
    folder = made(tmp_path / "results", ("unadvised", "glosa", "eco"), (1, 2))
    assert "eco against unadvised" in Page(write_report(folder)).text
    assert "glosa against unadvised" in Page(write_report(folder, focus="glosa")).text
    done = CliRunner().invoke(app, ["report", str(folder), "--focus", "glosa"])
    assert done.exit_code == 0
    assert "glosa against unadvised" in Page(folder / "report.html").text
    done = CliRunner().invoke(app, ["figures", str(folder), "--focus", "none"])
    assert done.exit_code == 2
    assert "no arm 'none' to tell of; there are: glosa, eco" in done.stderr


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere.*--out"):
        write_report(tmp_path / "nowhere")


def test_the_folder_of_a_sweep_is_told_where_a_run_is_wanted(tmp_path):
    (tmp_path / "sweep.json").write_text("{}")
    with pytest.raises(ValueError, match=r"holds a sweep, .*'ecocorridor run"):
        write_report(tmp_path)


def test_a_foreign_folder_is_told_and_left_alone(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match=r"not a folder of finished results: it holds no summary"):
        write_report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is damaged"),
        ("[1]", "must hold a JSON object, got list"),
        ("{}", "was not written by a run of this program"),
    ],
)
def test_a_damaged_summary_is_told(study, content, message):
    (study / "summary.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        write_report(study)


def test_a_summary_of_another_version_is_told(study, edit_summary):
    edit_summary(lambda summary: summary.update(schema_version=2))
    with pytest.raises(ValueError, match="schema_version 2, this program reads 1"):
        write_report(study)


def test_a_reference_that_was_not_run_is_told(study, edit_summary):
    edit_summary(lambda summary: summary.update(reference="eco"))
    with pytest.raises(ValueError, match="names 'eco' as reference"):
        write_report(study)


@pytest.mark.parametrize("name", ["vehicles.parquet", "trajectories.parquet", "runs.csv"])
def test_a_damaged_table_is_told_by_name(study, name):
    (study / name).write_bytes(b"PAR1 not really")
    with pytest.raises(ValueError, match=name):
        write_report(study)


def test_a_table_that_lacks_a_column_is_told(study):
    path = study / "vehicles.parquet"
    pl.read_parquet(path).drop("trip_time_s").write_parquet(path)
    with pytest.raises(ValueError, match="trip_time_s"):
        write_report(study)


def test_the_command_and_the_inputs_are_on_the_page(page, built):
    manifest = json.loads((built / "manifest.json").read_text())
    assert manifest["command"] in page.text
    assert manifest["inputs"][0]["sha256"] in page.text


def test_reasons_are_told_in_words_and_in_falling_order(page):
    told = re.search(r"Own speed already meets a green 39.7.*beyond radio range 27.9", page.text)
    assert told
    assert "not_needed" not in page.text
