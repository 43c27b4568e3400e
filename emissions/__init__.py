"""What a drive emits: maps of SUMO's models, accounts of a trace, factors and fleets."""

from emissions.accounts import ACCOUNTS, Account, account_steps, load_accounts
from emissions.factors import (
    DATA_FOLDER,
    Amount,
    Factor,
    Factors,
    Scope,
    UnknownFactorError,
    draw,
    product,
)
from emissions.fleet import (
    POWERTRAINS,
    Carrier,
    FleetMix,
    MixCell,
    Powertrain,
    draw_classes,
)
from emissions.maps import EmissionMap, load_map
from emissions.units import Unit, conversion, parse_unit
from emissions.well_to_wheel import (
    FUELS,
    FleetEmissions,
    fleet_emissions,
    wtw_intensities,
)

__all__ = [
    "ACCOUNTS",
    "DATA_FOLDER",
    "FUELS",
    "POWERTRAINS",
    "Account",
    "Amount",
    "Carrier",
    "EmissionMap",
    "Factor",
    "Factors",
    "FleetEmissions",
    "FleetMix",
    "MixCell",
    "Powertrain",
    "Scope",
    "Unit",
    "UnknownFactorError",
    "account_steps",
    "conversion",
    "draw",
    "draw_classes",
    "fleet_emissions",
    "load_accounts",
    "load_map",
    "parse_unit",
    "product",
    "wtw_intensities",
]
