"""The commands `verify` and `credits`: what a signed ledger is worth, and what is given for it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from experiments.commands.ends import BAD_INPUT, FAILED, AsJson, errors_told, stop

if TYPE_CHECKING:
    from experiments.credits import Issued
    from experiments.ledger import Fault, Ledger, PublicKey
    from experiments.ledger.replay import Replayed

PublicKeyOption = Annotated[
    str | None,
    typer.Option(
        "--public-key",
        metavar="KEY|FILE",
        help="Who must have signed; without it, whoever the ledger names.",
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(help="Private key; else $ECOCORRIDOR_KEY, else the one in the user's folder."),
]


def verify(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Folder of results, or a ledger by itself."),
    ] = None,
    *,
    public_key: PublicKeyOption = None,
    proof: Annotated[
        str | None,
        typer.Option(metavar="VEHICLE", help="Write the proof of a trip: its pseudonym or id."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File of the proof.", show_default="proof-TRIP.json")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="PROOF.json", help="Check a proof, without the ledger.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Simulate again, and compare all records.")
    ] = False,
    arm: Annotated[str | None, typer.Option(help="Of the proof, or of the replay.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the proof, or of the replay.")] = None,
    base: Annotated[
        Path | None,
        typer.Option(help="Where relative paths of the replayed experiment start from."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Replayed runs at a time.")] = 1,
    key: KeyOption = None,
    as_json: AsJson = False,
) -> None:
    """Check a ledger offline: exit 0 if all is as it was signed, 1 if not."""
    with errors_told():
        pinned = _public_key(public_key)
        if check is not None:
            _check_proof(check, pinned, as_json=as_json)
            return
        if directory is None:
            raise ValueError("name a folder of results, or a proof by --check")
        ledger = _verified(directory, pinned, as_json=as_json)
        told: dict[str, object] = {"verified": True, **_facts(ledger, is_pinned=bool(pinned))}
        if proof is not None:
            told["proof"] = str(_write_proof(ledger, proof, arm, seed, out))
        if replay:
            replayed = _replay(ledger, arm, seed, base, jobs, key)
            if replayed.faults:
                _not_verified(replayed.faults, as_json=as_json, notes=replayed.notes)
            told["replay"] = _replay_words(replayed)
    if as_json:
        print(json.dumps(told))
        return
    for name, value in told.items():
        print(f"{name}: {value}" if name != "verified" else "verified: all is as it was signed")


def credits_(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results.")],
    *,
    config: Annotated[
        Path | None, typer.Option(help="YAML file of the rules; without it the defaults.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the export.", show_default="DIR/credits")
    ] = None,
    registry: Annotated[
        Path | None,
        typer.Option(help="Trips that were credited before.", show_default="in the user's folder"),
    ] = None,
    key: KeyOption = None,
    as_json: AsJson = False,
) -> None:
    """Give points (not tradable units) for trips that followed advice, once for each trip."""
    from experiments.credits import issue_credits, load_rules, registry_file
    from experiments.ledger import key_file, load_key

    with errors_told():
        rules = load_rules(config)
        signer = load_key(key_file(key))
        ledger = _verified(directory, signer.public_key, as_json=as_json)
        issued = issue_credits(
            ledger,
            rules,
            signer=signer,
            registry=registry or registry_file(),
            out=out or directory / "credits",
        )
    _tell_issued(issued, as_json=as_json)


def _tell_issued(issued: "Issued", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(issued.plain()))
        return
    for line in issued.sentences():
        print(line)


def _public_key(given: str | None) -> "PublicKey | None":
    from experiments.ledger import PublicKey

    if given is None:
        return None
    try:
        text = Path(given).read_text(encoding="utf-8") if Path(given).is_file() else given
        return PublicKey.parse(text.strip())
    except ValueError as error:
        raise ValueError(f"--public-key {given}: {error}") from None


def _verified(directory: Path, pinned: "PublicKey | None", *, as_json: bool) -> "Ledger":
    from experiments.ledger import verify_ledger

    ledger, faults = verify_ledger(directory, public_key=pinned)
    if ledger is None:
        _not_verified(faults, as_json=as_json)
    return ledger


def _not_verified(
    faults: Sequence["Fault"], *, as_json: bool, notes: Sequence[str] = ()
) -> NoReturn:
    if as_json:
        print(json.dumps({"verified": False, "faults": [fault.plain() for fault in faults]}))
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    stop("\n".join(f"not verified: {fault.sentence()}" for fault in faults), FAILED)


def _facts(ledger: "Ledger", *, is_pinned: bool) -> dict[str, object]:
    from experiments.ledger.recomputing import asked_runs

    compared = "not compared: this is a ledger by itself"
    asked, there = asked_runs(ledger.statement.made_of), ledger.statement.runs
    found = {(run.arm, run.seed) for run in there}
    missing = [f"{arm} {seed}" for arm, seed in asked if (arm, seed) not in found]
    told = {
        "records": len(ledger.chain.lines),
        "runs": f"{len(there)} of {len(asked)}"
        + (f"; without records: {', '.join(missing)}" if missing else ""),
        "run": ledger.statement.made_of.identity,
        "signed by": ledger.public_key.text + ("" if is_pinned else " (not pinned: --public-key)"),
        "results": "as they were signed" if ledger.results else compared,
    }
    if ledger.unsigned:
        told["not signed"] = ", ".join(ledger.unsigned)
    return told


def _write_proof(
    ledger: "Ledger", vehicle: str, arm: str | None, seed: int | None, out: Path | None
) -> Path:
    from experiments.atomic import replacing
    from experiments.ledger import Wanted, prove

    proof = prove(ledger, Wanted(vehicle=vehicle, arm=arm, seed=seed))
    path = out or Path(f"proof-{proof.inclusion.record['trip']}.json")
    with replacing(path) as temporary:
        temporary.write_bytes(proof.content())
    return path


def _check_proof(file: Path, pinned: "PublicKey | None", *, as_json: bool) -> None:
    from experiments.credits import check_issued
    from experiments.ledger import Fault, check_proof

    try:
        content = file.read_bytes()
    except OSError as error:
        stop(f"{file}: cannot be read: {error.strerror}", BAD_INPUT)
    if b'"format":"ecocorridor credits"' in content:
        issued, wrong = check_issued(content, pinned)
        if issued is None:
            _not_verified([Fault(file=file.name, what=str(wrong))], as_json=as_json)
        _tell_issued(issued, as_json=as_json)
        return
    proof, wrong = check_proof(content, pinned)
    if proof is None:
        _not_verified([Fault(file=file.name, what=str(wrong))], as_json=as_json)
    record = proof.inclusion.record
    signed_by = proof.public_key + ("" if pinned else " (not pinned: --public-key)")
    if as_json:
        print(json.dumps({"verified": True, "signed by": signed_by, "record": record}))
        return
    print("verified: this record stands in the signed ledger")
    print(f"signed by: {signed_by}")
    for name, value in record.items():
        print(f"  {name}: {value}")


def _replay(
    ledger: "Ledger",
    arm: str | None,
    seed: int | None,
    base: Path | None,
    jobs: int,
    key: Path | None,
) -> "Replayed":
    from rich.console import Console

    from experiments.ledger import key_file, load_key
    from experiments.ledger.replay import ReplayWishes, chosen_runs, replay
    from experiments.progress import showing

    file = key_file(key)
    # Without the key all but the pseudonyms is compared.
    signer = load_key(file) if key is not None or file.exists() else None
    wishes = ReplayWishes(arm=arm, seed=seed, base=base, n_jobs=jobs, signer=signer)
    with showing(Console(stderr=True), len(chosen_runs(ledger, wishes))) as shown:
        return replay(ledger, wishes, tell=shown.tell)


def _replay_words(replayed: "Replayed") -> str:
    what = "records" if replayed.with_pseudonyms else "records, but for pseudonyms (no key),"
    words = (
        f"{len(replayed.runs)} of {replayed.n_runs} runs replayed: "
        f"{replayed.n_equal} {what} came out equal"
    )
    return "; ".join([words, *replayed.notes])
