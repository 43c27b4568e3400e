"""Who decides in a run: what advises vehicles, and what controls signals."""

from dataclasses import replace
from typing import assert_never

from controller import Committed, Eco, MaxPressure, MaxPressureCyclic, Policy, SignalController
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
        case "committed":
            assert signals is not None
            own_s = signals.promise_s
            parameters = experiment.committed
            return Committed(parameters if own_s is None else replace(parameters, promise_s=own_s))
        case unknown:
            assert_never(unknown)
