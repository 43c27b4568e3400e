"""Whatever is changed in a ledger, or in the results that it is of, is found and named."""

import json
import random
import shutil

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from experiments.ledger import Signer, verify_ledger, write_ledger
from experiments.ledger.benchmark import made_up_manifest
from experiments.ledger.chain import chained, read_record
from experiments.ledger.checkpoint import checkpoint_text
from experiments.ledger.statement import Statement
from experiments.ledger.writing import FILES, remove_ledger
from experiments.results import write_json

N_CHANGES = 100


def faults_of(folder, **wishes):
    ledger, faults = verify_ledger(folder, **wishes)
    assert (ledger is None) == bool(faults)
    return faults


def lines_of(out):
    return (out / "ledger" / "records.jsonl").read_bytes().splitlines()


def put_lines(out, lines):
    (out / "ledger" / "records.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


def trip_of(line):
    return json.loads(read_record(line))["trip"]


def test_an_untouched_ledger_holds_with_its_results_and_by_itself(out, signer):
    assert faults_of(out, public_key=signer.public_key) == []
    assert faults_of(out / "ledger", public_key=signer.public_key) == []


def test_equal_results_give_equal_ledgers(out, signer):
    before = {name: (out / "ledger" / name).read_bytes() for name in FILES}
    write_ledger(out, signer)
    assert {path.name for path in out.iterdir() if path.name.startswith(".")} == set()
    assert {name: (out / "ledger" / name).read_bytes() for name in FILES} == before


def test_no_id_of_a_vehicle_stands_in_a_ledger_and_no_order_tells_of_it(out, vehicles):
    text = b"".join((out / "ledger" / name).read_bytes() for name in FILES)
    assert not [each for each in vehicles["vehicle_id"] if each.encode() in text]
    trips = [trip_of(line) for line in lines_of(out)]
    assert trips == sorted(trips[:10]) * 4


@pytest.mark.parametrize("seed", range(N_CHANGES))
def test_a_changed_byte_anywhere_is_found_and_named(out, seed):
    chance = random.Random(seed)
    files = sorted((out / "ledger").iterdir())
    # Each file has its turn, and so have the ends of files and of lines.
    file = files[seed % len(files)]
    data = bytearray(file.read_bytes())
    ends = [place for place, byte in enumerate(data) if byte in b'\n ="']
    place = chance.choice([chance.randrange(len(data)), chance.choice(ends), len(data) - 1])
    line = data[:place].count(b"\n") + 1
    data[place] = chance.choice([byte for byte in range(256) if byte != data[place]])
    file.write_bytes(data)
    first = faults_of(out)[0]
    assert first.file == file.name, first
    if file.name == "records.jsonl":
        assert first.line == line, first
    assert faults_of(out / "ledger")[0] == first


def test_a_changed_figure_is_named_by_line_and_trip(out):
    lines = lines_of(out)
    trip = trip_of(lines[7])
    lines[7] = lines[7].replace(b'"arm":"unadvised"', b'"arm":"unadvisad"')
    put_lines(out, lines)
    (fault,) = faults_of(out)
    assert (fault.file, fault.line, fault.trip) == ("records.jsonl", 8, trip)
    assert "was changed" in fault.what


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (lambda lines: [*lines[:5], *lines[6:]], 6, "removed or rewritten"),
        (lambda lines: lines[1:], 1, "removed or rewritten"),
        (lambda lines: [*lines[:5], lines[2], *lines[5:]], 6, "came right after line 2"),
        (lambda lines: [*lines, lines[-1]], 41, "came right after line 39"),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 4, "stands further below"),
        (lambda lines: lines[:-1], 40, "ends after 39 of 40"),
        (lambda lines: [], 1, "ends after 0 of 40"),
        (lambda lines: [*lines[:20], b"", *lines[20:]], 21, "no record"),
        (lambda lines: [*lines[1:], lines[0]], 1, "stands further below"),
        (lambda lines: [lines[-1], *lines[:-1]], 1, "stands further below"),
    ],
)
def test_lines_removed_added_moved_or_cut_off_are_named(out, change, line, what):
    put_lines(out, change(lines_of(out)))
    first = faults_of(out)[0]
    assert (first.file, first.line) == ("records.jsonl", line)
    assert what in first.what


@pytest.mark.parametrize("n_bytes", [1, 2, 300, 900])
def test_a_file_that_was_cut_is_named_with_the_line_of_the_cut(out, n_bytes):
    file = out / "ledger" / "records.jsonl"
    data = file.read_bytes()[:-n_bytes]
    file.write_bytes(data)
    first = faults_of(out)[0]
    assert first.file == "records.jsonl"
    assert first.line == data.count(b"\n") + 1


def test_a_record_added_with_a_right_hash_is_not_of_the_signed_root(out):
    lines = lines_of(out)
    record = read_record(lines[-1])
    more = chained([record], head=json.loads(lines[-1])["hash"])
    put_lines(out, [*lines, *more.lines])
    first = faults_of(out)[0]
    assert (first.file, first.line) == ("records.jsonl", 41)
    assert "40 were signed" in first.what


def test_a_chain_written_anew_is_found_by_its_root_and_its_first_changed_record_by_the_results(out):
    records = [read_record(line) for line in lines_of(out)]
    trip = json.loads(records[11])["trip"]
    records[11] = records[11].replace(b'"equipped":', b'"equipped":false,"x":')
    put_lines(out, chained(records).lines)
    alone = faults_of(out / "ledger")
    assert [fault.file for fault in alone] == ["records.jsonl"]
    assert "signed root" in alone[0].what
    named = [fault for fault in faults_of(out) if fault.line is not None]
    assert [(fault.file, fault.line, fault.trip) for fault in named] == [
        ("records.jsonl", 12, trip)
    ]


def test_a_ledger_signed_anew_by_another_is_found_by_who_knows_the_key(out, signer):
    other = Signer(Ed25519PrivateKey.generate())
    write_ledger(out, other)
    assert faults_of(out) == []
    (fault,) = faults_of(out, public_key=signer.public_key)
    assert fault.file == "public_key"
    assert other.public_key.text in fault.what


def test_another_statement_is_named_with_what_is_other(out):
    file = out / "ledger" / "statement.json"
    statement = Statement.parse(file.read_bytes())
    other = statement.made_of.model_copy(update={"seeds": (7,)})
    file.write_bytes(statement.model_copy(update={"made_of": other}).content())
    (fault,) = faults_of(out)
    assert fault.file == "statement.json"
    assert fault.what.endswith("other are: seeds, statement")


def test_a_checkpoint_of_an_honest_signer_who_errs_is_found(out, signer):
    """The signature is right, the text is not that of the records."""
    ledger, _ = verify_ledger(out)
    less = chained(list(ledger.chain.records())[:-1])
    text = checkpoint_text(less, ledger.statement)
    (out / "ledger" / "checkpoint").write_text(signer.sign(text).content)
    (fault,) = faults_of(out / "ledger")
    assert (fault.file, fault.line) == ("records.jsonl", 40)


def test_a_checkpoint_that_says_more_than_the_other_files_is_not_verified(out, signer):
    ledger, _ = verify_ledger(out)
    text = ledger.checkpoint.text + "certified by nobody\n"
    (out / "ledger" / "checkpoint").write_text(signer.sign(text).content)
    (fault,) = faults_of(out)
    assert (fault.file, fault.line) == ("checkpoint", 12)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_is_named(out, name):
    (out / "ledger" / name).unlink()
    assert name in {fault.file for fault in faults_of(out)}


def test_a_file_that_does_not_belong_there_is_named(out):
    (out / "ledger" / "more.jsonl").write_text("")
    assert [fault.file for fault in faults_of(out)] == ["more.jsonl"]


def change_vehicles(out, change):
    table = pl.read_parquet(out / "vehicles.parquet")
    change(table).write_parquet(out / "vehicles.parquet")


def test_a_changed_figure_in_the_table_is_named_by_row_column_and_record(out):
    row = 13
    trips = {trip_of(line): place for place, line in enumerate(lines_of(out), 1)}
    changed = pl.when(pl.int_range(pl.len()) == row).then(1.25).otherwise("co2_own_g")
    before = pl.read_parquet(out / "vehicles.parquet")[row, "co2_own_g"]
    change_vehicles(out, lambda table: table.with_columns(co2_own_g=changed))
    table, record = faults_of(out)
    assert table.file == "vehicles.parquet"
    assert "row 14 (unadvised, seed 2, vehicle vehicle.3)" in table.what
    assert f"co2_own_g is 1.25, signed was {round(before, 6)}" in table.what
    assert record.file == "records.jsonl"
    assert record.trip in trips


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda table: table.head(39), "rows are missing: 1 records"),
        (lambda table: pl.concat([table, table.head(1)]), "there are 1 such rows"),
        (lambda table: table.drop("co2_own_g"), "there are 40 such rows"),
        (lambda table: table.with_columns(new=pl.lit(1)), "there are 40 such rows"),
        (lambda table: table.with_columns(vehicle_id=pl.lit("x")), "figures agree"),
        (lambda table: table.drop("arm"), "no table of vehicles"),
    ],
)
def test_other_changes_of_the_table_are_named(out, change, what):
    change_vehicles(out, change)
    assert what in faults_of(out)[0].what


def test_damaged_missing_and_changed_files_of_results_are_named(out):
    (out / "vehicles.parquet").write_bytes(b"PAR1")
    (out / "summary.json").unlink()
    manifest = out / "manifest.json"
    manifest.write_text(manifest.read_text() + " ")
    assert {fault.file for fault in faults_of(out)} == {
        "vehicles.parquet",
        "summary.json",
        "manifest.json",
    }


@pytest.mark.parametrize(
    "name",
    ["roads.parquet", "minutes.parquet", "advice.parquet", "signals.parquet", "network.json"],
)
def test_all_files_that_a_run_writes_are_signed(out, signer, name):
    (out / name).write_bytes(b"as it was")
    write_ledger(out, signer)
    assert faults_of(out) == []
    (out / name).write_bytes(b"as it is now")
    assert [fault.file for fault in faults_of(out)] == [name]


def test_what_is_no_ledger_is_bad_input(tmp_path, out):
    with pytest.raises(ValueError, match="holds no ledger"):
        verify_ledger(tmp_path)
    remove_ledger(out)
    with pytest.raises(ValueError, match="holds no ledger"):
        verify_ledger(out)


def test_a_ledger_of_no_trips_holds(out, signer, vehicles):
    shutil.rmtree(out / "ledger")
    vehicles.clear().write_parquet(out / "vehicles.parquet")
    write_json(out / "manifest.json", made_up_manifest(seeds=()))
    for name in ("summary.json", "runs.csv"):
        (out / name).unlink()
    assert write_ledger(out, signer).n_records == 0
    assert faults_of(out) == []
