"""What a drive emits, and the least it could: maps of SUMO's models, accounts, factors, fleets."""

from emissions.accounts import (
    ACCOUNTS,
    POLLUTANTS,
    Account,
    ColumnParts,
    Quantity,
    account_steps,
    column_parts,
    load_accounts,
)
from emissions.bound import Entries, least_emissions
from emissions.bound_grid import BoundGrid, Gate, Motion, Zone
from emissions.classes import emission_classes
from emissions.factors import (
    DATA_FOLDER,
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
from emissions.map_loading import load_map, load_maps
from emissions.maps import EmissionMap, FloatArray
from emissions.sumo_program import QUANTITIES
from emissions.units import Unit, conversion, parse_unit
from emissions.well_to_wheel import (
    FUELS,
    wtw_grid_key,
    wtw_intensities,
)

__all__ = [
    "ACCOUNTS",
    "DATA_FOLDER",
    "FUELS",
    "POLLUTANTS",
    "POWERTRAINS",
    "QUANTITIES",
    "Account",
    "BoundGrid",
    "Carrier",
    "ColumnParts",
    "EmissionMap",
    "Entries",
    "Factor",
    "Factors",
    "FleetMix",
    "FloatArray",
    "Gate",
    "MixCell",
    "Motion",
    "Powertrain",
    "Quantity",
    "Scope",
    "Unit",
    "UnknownFactorError",
    "Zone",
    "account_steps",
    "column_parts",
    "conversion",
    "draw",
    "draw_classes",
    "emission_classes",
    "least_emissions",
    "load_accounts",
    "load_map",
    "load_maps",
    "parse_unit",
    "product",
    "wtw_grid_key",
    "wtw_intensities",
]
