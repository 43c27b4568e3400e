"""Which vehicles are equipped, and other draws that must not depend on the arm."""

import hashlib
from collections.abc import Iterable

from corridor.course import Equipment
from corridor.parameters import EquipmentParameters
from corridor.ways import Entrant


def unit_draw(vehicle_id: str, seed: int, purpose: str) -> float:
    """A number in [0, 1) that depends on nothing but its arguments.

    A vehicle that is equipped at a share of 20 % is therefore equipped at 50 % too.
    """
    text = f"{seed}:{purpose}:{vehicle_id}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest()) / 2.0**56


def draw_equipped(
    vehicles: Iterable[tuple[str, str]], parameters: EquipmentParameters, seed: int
) -> frozenset[str]:
    """Ids of the equipped vehicles.

    Args:
        vehicles: Id and SUMO vehicle class of each vehicle.
        parameters: Share and classes.
        seed: Seed of the run.
    """
    return frozenset(
        vehicle_id
        for vehicle_id, vehicle_class in vehicles
        if vehicle_class in parameters.classes
        and unit_draw(vehicle_id, seed, "equipment") < parameters.penetration
    )


def entrant(vehicle_id: str, equipment: Equipment) -> Entrant:
    """What is known of a vehicle that enters; draws are made of drivers only."""
    follows_advice, draw = True, 0.0
    if equipment.execution == "driver":
        compliance = unit_draw(vehicle_id, equipment.seed, "compliance")
        follows_advice = compliance < equipment.driver.compliant_drivers
        draw = unit_draw(vehicle_id, equipment.seed, "take-up")
    return Entrant(
        vehicle_id=vehicle_id,
        is_equipped=vehicle_id in equipment.equipped,
        follows_advice=follows_advice,
        draw=draw,
        has_stops=vehicle_id in equipment.stopping,
    )
