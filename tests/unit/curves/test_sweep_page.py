"""The page of a sweep says what the sweep says: no more, no less, and plainly."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.curves import between, read_sweep, unit_design
from experiments.report.sweep_data import find
from experiments.report.sweep_page import write_sweep_report
from experiments.report.sweep_words import sweep_answer


class Page(HTMLParser):
    """Text and elements of a page."""

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


@pytest.fixture
def bare(monkeypatch):
    """Pages without pictures, for tests that look at none."""

    class Anything(dict):
        def __missing__(self, name):
            return {"svg": "", "caption": ""}

        def __contains__(self, name):
            return False

    monkeypatch.setattr("experiments.report.sweep_page._draw_all", lambda found: Anything())


@pytest.fixture(scope="module")
def folder(tmp_path_factory, write_sweep, grid_points):
    """Two networks × three penetrations; only to be read."""
    points = grid_points(scenario=["arterial", "grid"], penetration=[0.1, 0.4, 1.0])
    return write_sweep(tmp_path_factory.mktemp("page"), points)


@pytest.fixture(scope="module")
def page(folder):
    return Page(write_sweep_report(folder))


def answer_of(folder, arm="eco"):
    return sweep_answer(find(read_sweep(folder)), arm)


def test_the_page_asks_for_nothing_outside_itself(page):
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "img")]
    wanted = [a.get("href") or a.get("xlink:href") or "" for _, a in page.tags]
    assert all(link.startswith(("#", "data:")) for link in wanted if link)
    assert all(part.startswith("#") for part in re.findall(r"url\(([^)]*)\)", page.source))


def test_no_id_is_used_twice_and_every_reference_is_met(page):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs.get("href") or attrs.get("xlink:href") or "" for _, attrs in page.tags]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_every_picture_has_a_text_alternative_and_every_table_a_head(page):
    pictures = [attrs for tag, attrs in page.tags if tag == "svg"]
    # Two curves, one of them by scenario, a pair of keys, the front.
    assert len(pictures) == 5
    assert all(len(attrs.get("aria-label") or "") > 40 for attrs in pictures)
    assert sum(tag == "table" for tag, _ in page.tags) == sum(t == "caption" for t, _ in page.tags)
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")


def test_the_same_folder_gives_the_same_bytes(folder, tmp_path, page):
    copy = Path(shutil.copytree(folder, tmp_path / "again"))
    assert write_sweep_report(copy).read_text(encoding="utf-8") == page.source


def test_the_answer_comes_first_and_tells_saving_points_and_trend(page):
    start = page.text.index("With advice by eco, averaged over 6 points, vehicles emit 1.")
    assert start < page.text.index("Mean over all points")
    assert "after Holm's correction over 12 comparisons" in page.text
    trend = r"Over penetration from 0.1 to 1, the change of CO₂ goes down by 3\."
    assert re.search(trend, page.text)
    assert re.search(r"By scenario: arterial −2.\d\s% \(−.*\), grid −1.\d\s% \(−.*\)\.", page.text)


def test_every_point_and_arm_is_in_the_table(page):
    rows = re.findall(r'<tr>(?:<td class="key">[^<]*</td>){2}', page.source)
    assert len(rows) == 6 * 2


def test_failed_runs_are_told_at_the_top_and_listed_with_their_cause(
    bare, tmp_path, write_sweep, grid_points
):
    folder = write_sweep(
        tmp_path, grid_points(penetration=[0.1, 1.0]), missing=[(1, "eco", 3), (0, "glosa", 2)]
    )
    text = Page(write_sweep_report(folder)).text
    assert "2 failed runs count nowhere" in text
    assert text.count("SUMO ended with code 245") == 2
    assert "2 of 8 seeds are left out" in text


def test_harm_at_a_point_is_told_though_the_mean_is_a_saving(tmp_path, write_sweep, grid_points):
    def effects(values, arm):
        return {"co2": (-6.0 if values["penetration"] > 0.2 else 2.0) * (arm == "eco")}

    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]), effects=effects)
    answer = answer_of(folder)
    assert answer.is_harmful
    assert answer.tone != "good"
    assert "at 1 of 2 points, more at 1" in answer.points


def test_an_effect_that_is_not_shown_is_not_claimed(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]), effects=lambda v, a: {})
    answer = answer_of(folder)
    assert "no effect on CO₂ by their own emission classes is shown" in answer.sentence
    assert "no trend is shown" in answer.changes[0]
    assert answer.tone == "open"


def test_one_seed_is_told_to_prove_nothing(bare, tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]), seeds=[1])
    text = Page(write_sweep_report(folder)).text
    assert "One seed gives no interval" in text
    assert "in one run" in text


def test_a_missing_manifest_leaves_the_page_whole(bare, tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]))
    (folder / "manifest.json").unlink()
    assert "no record of what was asked" in Page(write_sweep_report(folder)).text


def test_warnings_of_points_are_told_with_their_points(bare, tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 0.5, 1.0]))
    summary = json.loads((folder / "summary.json").read_text())
    for number in (0, 2):
        summary["points"][number]["summary"]["warnings"] = ["eco: 2 teleports", "few seeds"]
    summary["points"][1]["summary"]["warnings"] = ["few seeds"]
    (folder / "summary.json").write_text(json.dumps(summary))
    text = Page(write_sweep_report(folder)).text
    assert "eco: 2 teleports (points 0, 2)" in text
    assert "few seeds (all points)" in text


def test_a_design_for_indices_is_drawn_and_an_incomplete_one_says_why_not(tmp_path, write_sweep):
    unit = unit_design("morris", 4, 2, seed=1)
    columns = [between(unit[:, 0], 0.1, 1.0), between(unit[:, 1], 100.0, 500.0)]
    keys = ("penetration", "rsu.range_m")
    points = [dict(zip(keys, map(float, row), strict=True)) for row in zip(*columns, strict=True)]
    ends = {"penetration": {"low": 0.1, "high": 1.0}, "rsu.range_m": {"low": 100.0, "high": 500.0}}
    sample = {"method": "morris", "n": 4, "seed": 1, "keys": ends}
    folder = write_sweep(tmp_path / "a", points, kind="sample", sample=sample)
    page = Page(write_sweep_report(folder))
    assert "Mean size (µ*)" in page.text
    lacking = write_sweep(
        tmp_path / "b", points, kind="sample", sample=sample, missing=[(0, "eco", 1)]
    )
    assert "the design is not complete" in find(read_sweep(lacking)).sensitivity_fault


def test_a_sweep_without_an_arm_to_compare_is_one_clear_error(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.5]), arms=("unadvised",))
    with pytest.raises(ValueError, match="no arm beside 'unadvised'"):
        write_sweep_report(folder)


def test_the_figures_of_a_sweep_are_written_as_files_with_their_numbers(folder, tmp_path):
    done = CliRunner().invoke(app, ["figures", str(folder), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    names = {path.name for path in tmp_path.iterdir()}
    charts = ("curve0", "curve1", "roads1", "map0", "front")
    assert names == {f"{name}.{kind}" for name in charts for kind in ("svg", "png", "csv")}
    front = pl.read_csv(tmp_path / "front.csv")
    assert set(front.columns) >= {"arm", "trip_time_mean_pct", "co2_own_high_pct", "standing"}
    curve = pl.read_csv(tmp_path / "curve1.csv").filter(arm="eco", metric="co2_own", what="value")
    drawn = find(read_sweep(folder)).curves["penetration"]["co2_own"].curves[0].points
    assert curve["mean_pct"].to_list() == pytest.approx(
        [point.judged.estimate.effect.mean for point in drawn]
    )


def test_a_page_in_chinese_has_no_english_sentence_and_the_same_numbers(
    tmp_path, write_sweep, grid_points
):
    points = grid_points(scenario=["arterial", "grid"], penetration=[0.1, 1.0])
    folder = write_sweep(tmp_path, points, missing=[(1, "eco", 3)])
    summary = json.loads((folder / "summary.json").read_text())
    summary["warnings"] = ["1 of 128 runs failed"]
    (folder / "summary.json").write_text(json.dumps(summary))
    done = CliRunner().invoke(app, ["report", str(folder), "--lang", "zh"])
    assert done.exit_code == 0, done.output
    source = (folder / "report.zh.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in source
    told = re.sub(r'<style.*?</style>|<code>.*?</code>|<span lang="en">.*?</span>', "", source,
                  flags=re.DOTALL)  # fmt: skip
    told += " ".join(re.findall(r'aria-label="([^"]*)"', source))
    texts = [text for text in re.split(r"<[^>]*>", told) if "none, unadvised" not in text]
    english = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}")
    assert [text for text in texts if english.search(text)] == []
    assert "128 次运行中有 1 次失败" in source
    assert "eco\uff1a8 个随机种子中有 1 个被略去" in source
    english_page = write_sweep_report(folder).read_text(encoding="utf-8")
    changes = r'<span class="(?:change|interval)[^>]*>[^<]*'

    def numbers(page):
        return [re.findall(r"[−\d.]+", text) for text in re.findall(changes, page)]

    assert len(numbers(source)) > 50
    assert numbers(source) == numbers(english_page)


def test_a_sweep_has_no_arm_in_focus(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]))
    for command in ("report", "figures"):
        done = CliRunner().invoke(app, [command, str(folder), "--focus", "eco"])
        assert done.exit_code == 2
        assert "holds a sweep, which tells of all arms alike" in done.stderr
        assert not (folder / "figures").exists()
