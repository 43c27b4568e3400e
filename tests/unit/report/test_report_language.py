"""Every word of the report can be said in Chinese, and a page in Chinese is Chinese."""

import ast
import io
import re
import string
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import jinja2
import pytest
from matplotlib.figure import Figure

from experiments.arms import OWN_PLAN
from experiments.curves import NO_INTERVAL
from experiments.curves.pareto import Standing
from experiments.measures import ACCOUNT_VALUES
from experiments.report import (
    glossary,
    language,
    passages,
    plan_words,
    plot_phases,
    plot_spacetime,
    sweep_captions,
    sweep_plot_curves,
    sweep_plot_sensitivity,
    tables,
)
from experiments.report.glossary import REASONS
from experiments.report.language import (
    catalogue,
    narrow_percent,
    recognised,
    say,
    speaking,
    told_by_runs,
)
from experiments.report.page import KEY_METRICS, write_report
from experiments.report.plot_style import drawing_style
from experiments.report.svg_canvas import WideTextCanvas
from experiments.report.templating import TEMPLATES, on_one_line
from experiments.statistics import ONE_RUN
from experiments.strict_yaml import read_yaml
from experiments.sweeps.form import KINDS
from experiments.two_factors import KEPT, LOST, OPEN_SHARE

REPORT = Path(language.__file__).parent
NOT_OURS = ("explained.html.j2", "mrv.html.j2")
"""Pages that are written in English only."""
CHINESE = re.compile("[\u4e00-\u9fff]")


def texts_of_code():
    """Each text that stands in a call of `say`, with the file it stands in."""
    for path in sorted(REPORT.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield first.value, path.name


def texts_of_templates():
    for path in sorted(TEMPLATES.glob("*.j2")):
        if path.name in NOT_OURS:
            continue
        tree = jinja2.Environment().parse(path.read_text(encoding="utf-8"))
        for node in tree.find_all(jinja2.nodes.Call):
            if getattr(node.node, "name", "") == "say":
                first = node.args[0]
                if isinstance(first, jinja2.nodes.Const):
                    yield on_one_line(first.value), path.name


def texts_of_tables():
    """What is said by a name out of a table of words."""
    for table in (glossary.METRIC_NAMES, glossary.QUANTITY_NAMES, glossary.MODEL_NAMES,
                  glossary.ACCOUNT_NAMES, glossary.GROUP_NAMES, glossary.RATE_WORDS, REASONS,
                  glossary.COUNTER_WORDS, passages.ZONE_NAMES):  # fmt: skip
        yield from table.values()
    for pairs in (glossary.TERMS, glossary.RATE_NAMES.values(), glossary.COUNTER_NAMES.values()):
        yield from (text for pair in pairs for text in pair)
    yield from glossary.RULES
    yield from plan_words.ORDINALS
    yield from (words for words, *_ in (*plot_spacetime.LOOKS.values(),
                                        *plot_spacetime.EVENTS.values()))  # fmt: skip
    yield from (unit for _, unit, _ in (*tables.TRIP_VALUES.values(), *ACCOUNT_VALUES.values()))
    yield from (text for _, name, unit, _ in tables.PLAIN_VALUES for text in (name, unit))
    yield from (name for _, name in KEY_METRICS)
    yield from ("main", "side", "red", "amber", "green", "equipped", "not equipped")
    yield from sweep_captions.METHOD_RULES
    yield from (text for pair in sweep_captions.COUNTED.values() for text in pair)
    yield sweep_plot_curves.CAPTION
    yield from (label for each in sweep_plot_sensitivity.MEASURES.values()
                for label in each.values())  # fmt: skip
    yield from (*KINDS, NO_INTERVAL, *get_args(Standing))
    yield from ("less", "more", "no effect shown", "not compared", ONE_RUN, "driver", "automated")
    yield from (OWN_PLAN, KEPT, LOST, OPEN_SHARE, *plot_phases.LEGEND)


def all_texts():
    return {
        *(text for text, _ in texts_of_code()),
        *(text for text, _ in texts_of_templates()),
        *texts_of_tables(),
    }


def placeholders(text):
    return Counter(
        f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name is not None
    )


def written_by_runs():
    """Patterns of what runs write, by what stands between the values."""
    for name in ("summary", "study", "people", "people_on_foot"):
        tree = ast.parse((REPORT.parent / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                )


def test_every_text_has_a_chinese_one_and_no_chinese_one_is_left_over():
    texts, chinese = all_texts(), catalogue("zh").keys()
    assert len(texts) > 450
    assert sorted(texts - chinese) == []
    assert sorted(chinese - texts) == []


def test_the_chinese_texts_have_the_same_placeholders():
    differs = {
        text: other
        for text, other in catalogue("zh").items()
        if placeholders(text) != placeholders(other)
    }
    assert differs == {}


def test_the_catalogue_is_plain_yaml_without_a_text_twice():
    document = read_yaml((language.CATALOGUES / "zh.yaml").read_bytes())
    assert document.problems == []
    assert document.value == {"texts": catalogue("zh"), "from_runs": told_by_runs("zh")}


def test_a_text_that_stands_twice_would_be_found():
    assert len(read_yaml(b"texts:\n  a: b\n  a: c\n").problems) == 1


def test_what_runs_write_is_known_as_they_write_it():
    known = {re.sub(r"\{\w+\}", "{}", text) for text in told_by_runs("zh")}
    written = {re.sub(r"\{\}(?= seed)|\{:[^}]*\}", "{}", text) for text in written_by_runs()}
    assert len(known & written) >= 6
    for text, other in told_by_runs("zh").items():
        assert placeholders(other).keys() <= placeholders(text).keys()


@pytest.mark.parametrize(
    ("told", "chinese"),
    [
        ("eco: 3 collisions, unadvised has 1", "eco：3 次碰撞，unadvised 为 1 次"),
        ("seeds 1, 2 are not finished in all arms and not counted in any",
         "随机种子 1, 2 未在全部方案中完成，因此在任何方案中都不计入"),
        ("Seeds were added until eco.co2_own_pct.width < 1: it held after 12 seeds, at look 2 of 5 "
         "planned ones. Each interval is made for 98.4 %, so that in spite of the looks it holds "
         "with 95 %.",
         "随机种子逐批增加，直至满足 eco.co2_own_pct.width < 1：在 12 个随机种子后满足"
         "（计划查看 5 次，此为第 2 次）。每个置信区间按 98.4\u202f% 计算，"
         "因此尽管多次查看，其置信水平仍为 95\u202f%。"),
        ("something new happened", None),
    ],
)  # fmt: skip
def test_a_warning_of_a_run_is_recognised_or_left_alone(told, chinese):
    assert recognised(told) == told
    with speaking("zh"):
        assert recognised(told) == chinese


def test_a_language_is_spoken_until_the_block_ends_even_by_an_error():
    with speaking("zh"):
        assert say("Seeds") == "随机种子数"
    with pytest.raises(RuntimeError), speaking("zh"):
        raise RuntimeError
    assert say("Seeds") == "Seeds"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="one of en, zh, got 'de'"), speaking("de"):
        pass


def test_a_percent_sign_stays_with_its_number():
    assert say("{low} to {high} %", low=1, high=2) == "1 to 2\u202f%"
    assert narrow_percent("95 % of 3") == "95\u202f% of 3"


class Page(HTMLParser):
    """What a reader is told: texts outside of code, and alternatives of pictures."""

    def __init__(self, page):
        super().__init__()
        self.told = []
        self.feed(NOT_TOLD.sub("", page))

    def handle_starttag(self, tag, attrs):
        self.told.append(dict(attrs).get("aria-label") or "")

    def handle_data(self, data):
        self.told.append(data)


NOT_TOLD = re.compile(
    r'<(style|code|pre)\b.*?</\1>|<span lang="en">.*?</span>|data:image/[^"]*', re.DOTALL
)
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}")
"""Three words in a row."""


@pytest.fixture(scope="module")
def chinese_page(built):
    return write_report(built, "zh").read_text(encoding="utf-8")


def test_a_chinese_page_says_so_and_has_no_english_sentence(chinese_page):
    assert '<html lang="zh-Hans">' in chinese_page
    told = Page(chinese_page).told
    names = re.compile("none, unadvised, glosa|High Street, eastbound")
    assert [text for text in told if ENGLISH.search(names.sub("", text))] == []
    assert len(CHINESE.findall(" ".join(told))) > 3000


def test_an_english_sentence_would_be_found():
    assert ENGLISH.search("车辆 drives the same route 每次")
    assert not ENGLISH.search("HBEFA4 与 PHEMlight5，SUMO Student t")


def test_numbers_are_the_same_in_both_languages(built, chinese_page):
    english = write_report(built).read_text(encoding="utf-8")
    changes = r'<span class="(?:change|value)[^>]*>([^<]*\d[^<]*?)(?:<| to | 至 )'

    def numbers(page):
        found = (re.findall(r"[-+\u2212]?\d[\d.,]*", text) for text in re.findall(changes, page))
        return [sorted(each) for each in found]

    assert len(numbers(english)) > 100
    assert numbers(english) == numbers(chinese_page)


def test_chinese_is_measured_as_wide_as_it_is_drawn(built):
    with speaking("zh"), drawing_style():
        figure = Figure()
        texts = [figure.text(0, 0, words) for words in ("一二三四", "\u2014" * 4, "ab")]
        canvas = WideTextCanvas(figure)
        canvas.print_svg(io.StringIO())
        widths = [text.get_window_extent().width for text in texts]
    assert widths[0] == widths[1] > widths[2]
