"""Who decides in a run: what advises vehicles, and what controls signals."""

from typing import assert_never

from controller import Eco, MaxPressure, MaxPressureCyclic, Policy, SignalController
from experiments.policy_loading import load_policy
from experiments.preparation import Prepared


def policy_of(prepared: Prepared) -> Policy | None:
    """Who advises in the arm, if anyone; a policy that is not made here fails the type check."""
    order = prepared.order
    match prepared.arm.policy:
        case None:
            return None
        case "glosa":
            return order.experiment.glosa
        case "eco":
            return Eco(parameters=order.experiment.eco, rates=prepared.planning_maps)
        case "own":
            assert order.own_policy is not None, order.arm
            return load_policy(order.own_policy)
        case unknown:
            assert_never(unknown)


def controller_of(prepared: Prepared) -> SignalController | None:
    """Who controls the signals in the arm, step by step, if anyone does."""
    signals, experiment = prepared.arm.signals, prepared.order.experiment
    match None if signals is None else signals.online:
        case None:
            return None
        case "max-pressure":
            return MaxPressure(experiment.max_pressure)
        case "max-pressure-cyclic":
            return MaxPressureCyclic(experiment.max_pressure)
        case unknown:
            assert_never(unknown)
