"""Units of factors: what they measure is compared, and conversions are computed.

A unit is a product and quotient of names: `kgCO2/kWh`, `MJ/kg`, `kgCO2e/L`, `W`, `1`. What follows
one `/` is below the line, what follows `*` is above it. A mass of CO2, a mass of CO2
equivalents and a mass of fuel are three different things here, so none passes for another.
"""

import re
from dataclasses import dataclass

_PREFIXES = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "yr": 365 * 86_400.0}
_GASES = ("", "CO2", "CO2e")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """How large a unit is in base units (kg, J, m3, m, s), and what it measures."""

    scale: float
    """Base units that one of it is."""
    dimension: tuple[tuple[str, int], ...]
    """(quantity, power) in the order of the alphabet; none of power 0."""

    def __mul__(self, other: "Unit") -> "Unit":
        return _joined(self, other, 1)

    def __truediv__(self, other: "Unit") -> "Unit":
        return _joined(self, other, -1)


def _joined(left: Unit, right: Unit, sign: int) -> Unit:
    powers = dict(left.dimension)
    for name, power in right.dimension:
        powers[name] = powers.get(name, 0) + sign * power
    dimension = tuple(sorted((name, power) for name, power in powers.items() if power))
    return Unit(scale=left.scale * right.scale**sign, dimension=dimension)


def _known_units() -> dict[str, Unit]:
    def of(scale: float, **powers: int) -> Unit:
        return Unit(scale=scale, dimension=tuple(sorted(powers.items())))

    known = {"1": of(1.0), "%": of(0.01), "L": of(1e-3, volume=1), "m3": of(1.0, volume=1)}
    known |= {"m": of(1.0, length=1), "km": of(1e3, length=1)}
    known |= {name: of(seconds, time=1) for name, seconds in _SECONDS.items()}
    for gas in _GASES:
        mass = f"mass_{gas}" if gas else "mass"
        known |= {f"{p}g{gas}": of(x * 1e-3, **{mass: 1}) for p, x in _PREFIXES.items()}
        known[f"t{gas}"] = of(1e3, **{mass: 1})
    for prefix, scale in _PREFIXES.items():
        known[f"{prefix}J"] = of(scale, energy=1)
        known[f"{prefix}Wh"] = of(scale * 3600.0, energy=1)
        known[f"{prefix}W"] = of(scale, energy=1, time=-1)
    return known


_KNOWN = _known_units()


def parse_unit(text: str) -> Unit:
    """What is written as a unit.

    Raises:
        ValueError: It is not a product or quotient of known names.
    """
    parts = re.split(r"([*/])", text)
    unit = Unit(scale=1.0, dimension=())
    for sign, name in zip(["*", *parts[1::2]], parts[::2], strict=True):
        known = _KNOWN.get(name)
        if known is None:
            raise ValueError(
                f"'{text}' is no unit: '{name}' is not known; right are such as kgCO2/kWh, "
                "kgCO2e/kg, kgCO2/TJ, MJ/kg, kg/L, W, 1"
            )
        unit = unit * known if sign == "*" else unit / known
    return unit


def conversion(from_unit: str, to_unit: str) -> float:
    """What a value in one unit is multiplied by to be in another.

    Raises:
        ValueError: One does not parse, or they measure different things.
    """
    source, target = parse_unit(from_unit), parse_unit(to_unit)
    if source.dimension != target.dimension:
        raise ValueError(
            f"{from_unit} measures {_words(source)}, {to_unit} measures {_words(target)}; "
            "one cannot become the other"
        )
    # Powers of ten leave noise in the last digits: 999.9999999999999 is meant as 1000.
    return float(f"{source.scale / target.scale:.14g}")


def _words(unit: Unit) -> str:
    powers = (f"{name}^{power}" if power != 1 else name for name, power in unit.dimension)
    return " ".join(powers) or "a plain number"
