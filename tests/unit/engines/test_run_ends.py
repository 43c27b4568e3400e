import signal

from experiments.engines.end import LAST_WORDS, End, LastWords, end_of

SIGKILL, SIGSEGV = -signal.SIGKILL, -signal.SIGSEGV


def why(returncode, farewell, words=""):
    end = end_of(returncode, farewell, words, 0.0)
    return end.kind, end.why


def quoted(text):
    words = LastWords()
    words.hear(text.splitlines(keepends=True))
    return words.quoted


def test_the_own_word_of_a_run_is_its_epitaph():
    farewell = {"failure": "the road was not empty", "has_last_words": False}
    assert why(1, farewell, "something else") == ("failed", "the road was not empty")


def test_the_failure_of_sumo_comes_with_its_last_words():
    farewell = {"failure": "SUMO failed: no", "has_last_words": True}
    assert why(1, farewell, "Error: bad net\nQuitting") == (
        "failed",
        "SUMO failed: no; its last words:\n    Error: bad net\n    Quitting",
    )


def test_a_crash_is_of_the_run_and_a_kill_is_not():
    assert why(SIGSEGV, {}) == (
        "failed",
        "the process was ended by SIGSEGV: SUMO crashed; it left no last words",
    )
    assert why(SIGKILL, {}) == (
        "lost",
        "the process was ended by SIGKILL, from outside, or because the machine ran out of "
        "memory; it left no last words",
    )
    assert why(-signal.SIGTERM, {})[0] == "lost"


def test_an_exit_code_is_told():
    assert why(3, {}) == ("failed", "the process ended with code 3; it left no last words")
    # Success without a folder of results is no success.
    assert why(0, {})[1].startswith("the process ended with code 0")


def test_what_the_machine_lacks_is_read_in_the_last_words():
    farewell = {"failure": "SUMO failed: no", "has_last_words": True}
    kind, words = why(1, farewell, "Error: Could not build 'a.xml' (No space left on device).")
    assert (kind, words.splitlines()[0]) == (
        "lost",
        "the disk is full (No space left on device); SUMO failed: no; its last words:",
    )
    assert why(-signal.SIGABRT, {}, "what():  std::bad_alloc")[0] == "lost"


def test_warnings_do_not_drown_the_error():
    assert quoted("Error: it\n" + "Warning: teleport\n" * 50) == "Error: it"
    assert quoted("Warning: only\n\n") == "Warning: only"
    assert not quoted("")


def test_only_the_last_words_are_quoted():
    words = "\n".join(f"line {number}" for number in range(99))
    assert quoted(words).splitlines() == [f"line {number}" for number in range(99 - LAST_WORDS, 99)]


def test_an_outcome_is_nothing_where_the_folder_stands():
    assert End(kind="done").outcome is None
    assert End(kind="kept").outcome is None
    assert End(kind="failed", why="stuck").outcome == "stuck"
    assert End(kind="stopped").outcome == "stopped"
