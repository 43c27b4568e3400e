"""The accounts of a run: the four of every headline, pollutants, and those that a user adds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from emissions import ACCOUNTS, POLLUTANTS, Account, EmissionMap, Quantity, load_accounts
from experiments.choices import WrongItem
from experiments.measures import PEOPLE_COLUMNS
from sumo_nets import sumo_home, sumo_version

NO_JUMP = "nojump"
"""Written behind a class: without the drop to zero when coasting."""
_WRITTEN = re.compile(r"(?:(?P<name>\w+)=)?(?P<emission_class>[\w./@()-]+)(?P<rest>(?::\w+)*)")
FLEET = "fleet"
"""Account of a fleet, where a mix is asked for: each vehicle has the class that was drawn."""
FLEET_QUANTITIES: tuple[Quantity, ...] = ("CO2", "electricity", "NOx", "PMx")
WTW_COLUMN = "co2e_fleet_wtw_g"
"""CO2 equivalents of fuel and electricity from well to wheel; never added to tailpipe CO2."""
_OWN = "own"
"""What SUMO's emission device counts for the scenario's own classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAccount:
    """An account as a user writes it."""

    name: str
    emission_class: str
    quantity: Quantity | None
    """None: CO2, or electricity, whichever the class knows; both of a hybrid that is charged."""
    has_coasting_jump: bool


def parse_account(text: str) -> WrittenAccount:
    """An account from its written form, as in `diesel=HBEFA4/PC_diesel_Euro-6ab:NOx`.

    Args:
        text: A name and `=` (left out: made of the class), SUMO's name of a class, then `:` and a
            quantity (left out: CO2 or electricity) and `:nojump`, each if wanted.

    Raises:
        ValueError: It is not written so.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"'{text}' is no account; write an emission class of SUMO, as in HBEFA3/PC_G_EU4, "
            "diesel=HBEFA4/PC_diesel_Euro-6ab:NOx or PHEMlight5/PC_EU4_G:nojump"
        )
    options = match["rest"].split(":")[1:]
    quantities = [option for option in options if option != NO_JUMP]
    known = {name.lower(): name for name in get_args(Quantity)}
    if len(quantities) > 1 or any(option.lower() not in known for option in quantities):
        raise ValueError(
            f"'{text}' ends with '{match['rest']}'; behind the class may stand one of "
            f"{', '.join(f':{name}' for name in known.values())}, and :{NO_JUMP}"
        )
    name = match["name"] or re.sub(r"\W", "_", match["emission_class"])
    if NO_JUMP in options and not match["name"]:
        name += f"_{NO_JUMP}"
    return WrittenAccount(
        name=name.lower(),
        emission_class=match["emission_class"],
        quantity=known[quantities[0].lower()] if quantities else None,
        has_coasting_jump=NO_JUMP not in options,
    )


def wrong_accounts(texts: Sequence[str]) -> list[WrongItem]:
    """Accounts that cannot be read, and those whose column another one has."""
    wrong = []
    taken = {account.column: f"'{account.name}', which is there in any case" for account in _own()}
    taken |= {account.column: f"'{FLEET}', which is that of a mix" for account in fleet_accounts()}
    for position, text in enumerate(texts):
        try:
            columns = [account.column for account in _wanted(parse_account(text))]
        except ValueError as error:
            wrong.append(WrongItem(position, str(error), text))
            continue
        other = next((taken[column] for column in columns if column in taken), None)
        if other is not None:
            hint = "give it a name of its own, as in mine=CLASS"
            wrong.append(WrongItem(position, f"'{text}' is called as {other}; {hint}", text))
        taken |= dict.fromkeys(columns, f"'{text}' before it")
    return wrong


def compared_columns(written: Sequence[str]) -> tuple[str, ...]:
    """Columns of vehicles that effects are of, beside those that results have in any case.

    Args:
        written: As the user writes accounts.
    """
    return (*PEOPLE_COLUMNS.values(), *account_columns(written))


def account_columns(texts: Sequence[str]) -> Iterator[str]:
    """Columns that the accounts of a run may have."""
    yield from (account.column for account in _own())
    yield from (account.column for account in fleet_accounts())
    yield WTW_COLUMN
    for text in texts:
        yield from (account.column for account in _wanted(parse_account(text)))


def fleet_accounts(emission_class: str = "") -> list[Account]:
    """Accounts of the fleet's vehicles of one class."""
    return [
        Account(name=FLEET, emission_class=emission_class, quantity=quantity)
        for quantity in FLEET_QUANTITIES
    ]


def load_run_accounts(
    texts: Sequence[str], *, slopes_deg: tuple[float, ...], cache_dir: Path
) -> dict[Account, EmissionMap]:
    """Maps of all accounts of a run, made by SUMO unless they are in the cache.

    Args:
        texts: Further accounts, as a user writes them.
        slopes_deg: As in `emissions.load_map`.
        cache_dir: Folder for finished maps.

    Raises:
        ValueError: SUMO does not know a class, or the class nothing of the quantity.
    """

    def load(accounts: Sequence[Account]) -> dict[Account, EmissionMap]:
        return load_accounts(
            accounts,
            slopes_deg=slopes_deg,
            sumo_home=sumo_home(),
            sumo_version=sumo_version(),
            cache_dir=cache_dir,
        )

    maps = load((*ACCOUNTS, *POLLUTANTS))
    for text in texts:
        found = load(list(_wanted(parse_account(text))))
        known = {account: map_ for account, map_ in found.items() if map_.rate.any()}
        if not known:
            raise ValueError(f"accounts: of '{text}' SUMO's model tells nothing")
        maps |= known
    return maps


def _wanted(written: WrittenAccount) -> Iterator[Account]:
    quantities: tuple[Quantity, ...] = ("CO2", "electricity")
    for quantity in quantities if written.quantity is None else (written.quantity,):
        yield Account(
            name=written.name,
            emission_class=written.emission_class,
            quantity=quantity,
            has_coasting_jump=written.has_coasting_jump,
        )


def _own() -> Iterator[Account]:
    for quantity in get_args(Quantity):
        yield Account(name=_OWN, emission_class="", quantity=quantity)
    yield from (*ACCOUNTS, *POLLUTANTS)
