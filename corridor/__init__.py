"""The running road: the only owner of SUMO."""

from corridor.calibration import Calibration, HorizonRow
from corridor.course import Course, Equipment, Frame, Tally
from corridor.engine import Engine, EngineError
from corridor.equipment import draw_equipped, unit_draw
from corridor.main_road import MainRoad, StopLine, find_main_road
from corridor.network import RoadNetwork
from corridor.parameters import EquipmentParameters, Outage, RsuParameters
from corridor.record import AdviceRecord
from corridor.session import Session
from corridor.signal_control.promises import Promise, PromiseRecord
from corridor.signal_control.tally import FallBack, SteeringTally
from corridor.spat_audit import SpatAudit, audit_spat
from corridor.sumo import SumoEngine

__all__ = [
    "AdviceRecord",
    "Calibration",
    "Course",
    "Engine",
    "EngineError",
    "Equipment",
    "EquipmentParameters",
    "FallBack",
    "Frame",
    "HorizonRow",
    "MainRoad",
    "Outage",
    "Promise",
    "PromiseRecord",
    "RoadNetwork",
    "RsuParameters",
    "Session",
    "SpatAudit",
    "SteeringTally",
    "StopLine",
    "SumoEngine",
    "Tally",
    "audit_spat",
    "draw_equipped",
    "find_main_road",
    "unit_draw",
]
