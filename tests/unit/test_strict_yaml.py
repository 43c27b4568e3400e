import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.strict_yaml import Mark, YamlSyntaxError, read_scalar, read_yaml


def value(text):
    document = read_yaml(f"key: {text}".encode())
    assert document.problems == []
    return document.value["key"]


def problems(text):
    return [(p.mark.line, p.mark.column, p.message) for p in read_yaml(text.encode()).problems]


@pytest.mark.parametrize("text", ["on", "off", "yes", "NO", "y", "7:30", "1:30:00", "1_000", "0b11",
                                  "2026-01-02", "2026-01-02 10:00:00", "=", "<<"])  # fmt: skip
def test_what_only_yaml_1_1_reads_as_something_else_stays_text(text):
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1e-3", 0.001), ("1E3", 1000.0), (".5", 0.5), ("5.", 5.0), ("+12", 12), ("-3", -3),
     ("0", 0), ("0x1F", 31), ("0o17", 15), ("-.inf", -math.inf), ("true", True), ("False", False),
     ("~", None), ("", None), ("null", None), ('"010"', "010"), ("'true'", "true"),
     ("!!str 12", "12")],
)  # fmt: skip
def test_scalars_are_read_by_the_core_schema(text, expected):
    assert value(text) == expected
    assert type(value(text)) is type(expected)


@pytest.mark.parametrize("text", ["010", "-010", "010.5", "00"])
def test_a_number_with_a_leading_zero_is_refused(text):
    [(line, column, message)] = problems(f"key: {text}")
    assert (line, column) == (1, 6)
    assert "starts with a zero" in message


def test_duplicate_keys_are_refused_where_the_second_stands_and_the_first_counts():
    document = read_yaml(b"a: 1\nb:\n  c: 2\n  c: 3\na: 4\n")
    assert document.value == {"a": 1, "b": {"c": 2}}
    assert [(p.mark, p.path) for p in document.problems] == [
        (Mark(4, 3), ("b", "c")),
        (Mark(5, 1), ("a",)),
    ]
    assert "line 3" in document.problems[0].message


def test_on_as_a_key_is_the_text_on():
    assert read_yaml(b"on: 1").value == {"on": 1}


@pytest.mark.parametrize("key", ["1", "true", "~", "? [a, b]\n"])
def test_keys_that_are_not_text_are_refused(key):
    [(_, _, message)] = problems(f"{key}: x")
    assert "is not text" in message


def test_places_of_keys_and_values_are_kept():
    document = read_yaml(b"a:\n  - b: 1\n  - [x,  y]\n")
    assert document.key_marks[("a", 0, "b")] == Mark(2, 5)
    assert document.value_marks[("a", 0, "b")] == Mark(2, 8)
    assert document.value_marks[("a", 1, 1)] == Mark(3, 10)


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b"a: [1", 1, 6, "expected ',' or ']'"),
        (b"a: 1\nb: c: d", 2, 5, "mapping values are not allowed"),
        (b"a:\n\tb: 1", 2, 1, "not with tabs"),
        (b"a: 1\n---\nb: 2", 2, 1, "single document"),
        (b"a: *x", 1, 4, "undefined alias"),
        (b"a: 1\nbc\x07: 2", 2, 3, "U+0007"),
        (b"a: 1\n\xc3\xa4: \xff", 2, 4, "UTF-8"),
        (b"[" * 3000, 1, 1, "too deeply"),
    ],
)
def test_errors_of_syntax_have_a_place(data, line, column, words):
    with pytest.raises(YamlSyntaxError) as caught:
        read_yaml(data)
    assert caught.value.problem.mark == Mark(line, column)
    assert words in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"# only a comment\n", b"---\n"])
def test_an_empty_file_is_told_as_such(data):
    document = read_yaml(data)
    assert document.value is None
    assert data == b"---\n" or document.problems[0].message == "the file is empty"


@pytest.mark.parametrize("text", ["!!python/object:os.system x", "!mine 3", "!!int x",
                                  "!!timestamp 2026-01-02", "!!set {a}"])  # fmt: skip
def test_tags_beyond_the_core_schema_are_refused(text):
    assert len(problems(f"a: {text}")) == 1


def test_aliases_are_read_but_not_without_bound():
    assert read_yaml(b"a: &x [1]\nb: *x").value == {"a": [1], "b": [1]}
    assert "too deeply or too large" in problems("a: &a [*a]")[0][2]
    rows = [f"x{i}: &a{i} [{','.join([f'*a{i - 1}' if i else '1'] * 10)}]" for i in range(9)]
    assert "too deeply or too large" in problems("\n".join(rows))[0][2]


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read_yaml(b"\xef\xbb\xbfa: 1").value == {"a": 1}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_read_back(number):
    assert read_scalar(repr(number)) == number
