"""What knowing the future of signals would be worth: advised runs replay an unadvised one."""

from pathlib import Path

from experiments.order import Order
from experiments.preparation import Prepared
from sumo_nets import comparison_arguments, replayed_signals, write_demand


def traffic_arguments(order: Order) -> list[str]:
    """Arguments of SUMO, besides its files, that decide what traffic does in a run."""
    blocker_s = order.experiment.junction_blocker_s
    return [
        *("--seed", str(order.seed)),
        *comparison_arguments(order.scenario, junction_blocker_s=blocker_s),
        *("--device.emissions.probability", "1"),
    ]


def replay_files(prepared: Prepared, end_s: float) -> tuple[Path, ...]:
    """Additional files by which signals in an advised arm do what they did without advice.

    What is told of them is then exactly what comes, and they do not answer to the traffic that
    advice makes of it. The arm `unadvised` is the run that is replayed: it needs none.

    Args:
        prepared: The run.
        end_s: No run lasts longer.
    """
    order, arm = prepared.order, prepared.arm
    if order.experiment.spat != "oracle" or not arm.is_advised:
        return ()
    unadvised = prepared.folder / "unadvised.rou.xml"
    demand_file = write_demand(prepared.demand, unadvised, automated_ids=prepared.automated)
    files = replayed_signals(
        order.scenario,
        demand_file,
        prepared.signal_files,
        traffic_arguments(order),
        end_s=end_s,
        cache_dir=order.cache_dir,
    )
    unadvised.unlink(missing_ok=True)
    return files
