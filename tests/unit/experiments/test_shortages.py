import errno
import os
import resource
import subprocess
import sys

import polars as pl
import pytest

from experiments.shortages import full_disk, shortage_in, shortage_of
from sumo_nets import CutShortError, check_whole

FULL = "the disk is full (No space left on device)"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, FULL),
        (errno.EDQUOT, "the disk is full (Disk quota exceeded)"),
        (errno.EFBIG, "the disk is full (File too large)"),
        (errno.ENOMEM, "the machine is out of memory"),
        (errno.EIO, "the machine failed (Input/output error)"),
        (errno.ENOENT, None),
        (errno.EACCES, None),
    ],
)
def test_errors_of_the_system_tell_what_the_machine_lacks(number: int, words: str | None):
    assert shortage_of(OSError(number, os.strerror(number))) == words


def test_what_an_error_came_from_counts():
    failure = ValueError("no table")
    failure.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert shortage_of(failure) == FULL
    assert shortage_of(ValueError("no table")) is None
    assert shortage_of(MemoryError()) == "the machine is out of memory"


def test_python_and_polars_say_so_when_a_disk_is_full():
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("this system has no /dev/full")
    with pytest.raises(OSError, match="No space") as told, open("/dev/full", "w") as file:  # noqa: PTH123
        file.write("a")
    assert shortage_of(told.value) == FULL
    with pytest.raises(pl.exceptions.PolarsError) as said:
        pl.DataFrame({"a": [1.0]}).write_parquet("/dev/full")
    assert shortage_of(said.value) == FULL


def test_words_of_programs_are_read_too():
    assert shortage_in("Error: could not write (Disk quota exceeded)") == (
        "the disk is full (Disk quota exceeded)"
    )
    assert shortage_in("Error: no such edge") is None


def test_an_output_without_its_end_is_cut_short(tmp_path):
    file = tmp_path / "tripinfo.xml"
    file.write_text("<tripinfos>\n<tripinfo/>\n</tripinfos>\n")
    check_whole(file, b"</tripinfos>")
    for part in ("<tripinfos>\n<tripinfo/>\n", "<tripinfos>\n<tripinfo/>\n</tripi", ""):
        file.write_text(part)
        with pytest.raises(CutShortError, match=r"only a part of tripinfo\.xml") as told:
            check_whole(file, b"</tripinfos>")
    assert shortage_of(told.value) == (
        "the disk is full, or fails (SUMO wrote only a part of tripinfo.xml)"
    )


def test_a_disk_with_room_is_not_full(tmp_path):
    assert full_disk(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_limit_on_files_counts_as_a_full_disk(tmp_path):
    script = "from pathlib import Path; from experiments.shortages import full_disk; "
    done = subprocess.run(
        [sys.executable, "-c", script + f"print(full_disk(Path({str(tmp_path)!r})))"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "the disk is full (File too large)\n"
    assert list(tmp_path.iterdir()) == []
