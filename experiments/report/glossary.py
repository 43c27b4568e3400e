"""The words of the report: every metric, account and reason, explained for a reader in a hurry."""

from experiments.report.language import say

ACCOUNT_NAMES = {
    "co2_own": "the scenario's own vehicles",
    "co2_hbefa4": "HBEFA4",
    "co2_hbefa4_nojump": "HBEFA4 without jump",
    "co2_phemlight5": "PHEMlight5",
    "energy_bev": "electric cars",
}

METRIC_NAMES = {
    "energy_bev": "Energy, if all were electric",
    "trip_time": "Trip time",
    "stops": "Stops",
    "creep_time": "Creeping time",
    "delay": "Delay",
    "person_trip_time": "Trip time per person",
    "person_delay": "Delay per person",
}
QUANTITY_NAMES = {
    "co2": "CO₂",
    "co2e": "CO₂ equivalents",
    "energy": "Electricity",
    "fuel": "Fuel",
    "nox": "NOx",
    "pmx": "Particles",
}
MODEL_NAMES = {
    "own": "own classes",
    "hbefa4": "HBEFA4",
    "hbefa4_nojump": "HBEFA4 without jump",
    "phemlight5": "PHEMlight5",
    "bev": "electric",
    "fleet": "fleet mix",
    "fleet_wtw": "fleet mix from well to wheel",
}


def metric_name(metric: str) -> str:
    """What a metric is called on the page; an account that a user added goes by its own name."""
    if metric in METRIC_NAMES:
        return say(METRIC_NAMES[metric])
    quantity, _, model = metric.partition("_")
    return say("{what}, {account}", what=say(QUANTITY_NAMES[quantity]), account=model_name(model))


def model_name(model: str) -> str:
    """What an account is called, be it ours or a user's own."""
    return say(MODEL_NAMES[model]) if model in MODEL_NAMES else model


RATE_NAMES = {
    "harsh_brakings_per_vehicle_km": ("Harsh braking", "times per vehicle-km"),
    "low_ttc_s_per_vehicle_km": ("Time to collision below 1.5 s", "s per vehicle-km"),
    "low_ttc_events_per_vehicle_km": ("Time to collision below 1.5 s", "times per vehicle-km"),
    "high_drac_s_per_vehicle_km": ("More than 3 m/s² needed (DRAC)", "s per vehicle-km"),
    "high_drac_events_per_vehicle_km": ("More than 3 m/s² needed (DRAC)", "times per vehicle-km"),
}
"""Name and unit of each rate of safety."""

RATE_WORDS = {
    "harsh_brakings_per_vehicle_km": "More harsh braking",
    "low_ttc_s_per_vehicle_km": "More time with less than 1.5 s to a collision",
    "high_drac_s_per_vehicle_km": "More time that takes braking beyond 3 m/s² not to collide",
}
"""How it is said that such a rate rises."""

COUNTER_NAMES = {
    "collisions": ("Collisions", "overlaps that SUMO counts, sum of all seeds"),
    "emergency_stops": ("Emergency stops", "sum of all seeds"),
    "emergency_brakings": ("Emergency brakings", "sum of all seeds"),
}
"""Name and unit of each counter of safety."""

COUNTER_WORDS = {
    "collisions": "collisions",
    "emergency_stops": "emergency stops",
    "emergency_brakings": "emergency brakings",
}
"""What such a counter counts, within a sentence."""

GROUP_NAMES = {
    None: "All vehicles",
    "equipped": "Equipped",
    "unequipped": "Not equipped",
    "main": "On the main road",
    "side": "On side roads",
}

REASONS = {
    "advised": "Advice given",
    "no_signal": "No signal ahead on the route",
    "out_of_range": "Next signal beyond radio range",
    "not_heard": "In range, no message received yet",
    "stale": "Last message too old",
    "no_spat": "Signal's future cannot be told",
    "at_stop": "Vehicle serves a scheduled stop",
    "not_needed": "Own speed already meets a green",
    "too_slow": "Only an unreasonably low speed would meet a green, or slow or near already",
    "no_green": "No green within the horizon can be met, or not told of it yet",
    "refused": "Driver does not follow advice",
    "late_green": "A green that is ending may still be caught",
    "saturated": "More vehicles than the green lets through",
    "uncertain": "Too uncertain when the signal will switch",
    "holds_up": "Others behind, or in a side road, would be held up",
    "pending": "Waits for the next time that plans are made",
    "junction": "On an earlier junction, or must yield at one first",
    "wrong_lane": "Must still change lanes before the signal",
}

TERMS = (
    (
        "none",
        "The traffic as the scenario brings it: nobody equipped, nobody advised.",
    ),
    (
        "unadvised",
        "The same vehicles are equipped and driven as in the advised arms, but no advice is given. "
        "It is the fair reference: what is left as difference is the advice alone. Equipment by "
        "itself already smooths driving, and that must not be counted as a merit of advice.",
    ),
    (
        "glosa",
        "Textbook advice: the one constant speed at which the vehicle meets the next green, shown "
        "to the driver while he approaches the signal.",
    ),
    (
        "eco",
        "Advice by the planner: of the ways to reach the stop line when the queue ahead has left, "
        "it chooses one that costs little on several emission models at once, and says nothing "
        "where no gain is to be expected.",
    ),
    (
        "glosa-sumo",
        "The advice built into the simulator SUMO, for comparison. The numbers behind the name "
        "are its range in m, its lowest speed in m/s and how far it may exceed the limit.",
    ),
    (
        "committed:H",
        "Signals that are controlled by the traffic in sight: the control plans the greens anew "
        "every few seconds, and tells each switch H seconds before it happens, which it then "
        "cannot take back. With “+eco” vehicles are advised on these signals, too.",
    ),
    (
        "actuated, delay_based, max-pressure, optimized",
        "Other ways to control the signals, for comparison: two of the simulator SUMO, one from "
        "the literature that serves the longest queues, and a fixed plan sought for this "
        "scenario. In arms that name none, signals follow the scenario's own plan.",
    ),
    (
        "execution",
        "Who drives. “Driver”: people keep their imperfection, their own habit of speeding or "
        "dawdling, their reaction lag, and may ignore advice. “Automated”: equipped vehicles hold "
        "speed by machine, in every arm.",
    ),
    ("equipped", "The vehicle can receive advice. The same vehicles are equipped in all arms."),
    (
        "CO₂, own classes",
        "Tailpipe CO₂ of the vehicles as the scenario defines them (cars, lorries, buses …), as "
        "the simulator's own emission device computes it.",
    ),
    (
        "CO₂, fleet mix",
        "Tailpipe CO₂ if each vehicle were the car that a stated mix gives to its id, the same in "
        "all arms.",
    ),
    (
        "CO₂, HBEFA4",
        "The same journeys, as if every vehicle were a petrol car (HBEFA4, Euro 4), the "
        "simulator's default. It charges standing in a queue heavily, and charges nothing as soon "
        "as a car slows down a little more than by coasting.",
    ),
    (
        "CO₂, HBEFA4 without jump",
        "As before, but the sudden drop to zero while slowing down is replaced by a steady line. A "
        "saving that exists only with the drop is a loophole of the account, not a saving.",
    ),
    (
        "CO₂, PHEMlight5",
        "The same journeys by another engine model (petrol car, Euro 4), which charges standing "
        "with half as much. Two models that agree are worth more than one.",
    ),
    (
        "Energy, if all were electric",
        "The same journeys as if every vehicle were a battery electric car, in kWh or Wh, with "
        "energy recovered in braking. It is never added to tailpipe CO₂.",
    ),
    (
        "Trip time",
        "From the moment a vehicle wants to depart until it arrives. Waiting to be let into the "
        "network counts, so no arm can hide a jam outside its borders.",
    ),
    ("Stops", "Times a vehicle is slower than 5 km/h for at least 2 s, counted per vehicle."),
    (
        "Creeping time",
        "Time at 0.1 to 3 m/s (0.4 to 11 km/h): advice may turn stops into creeping, which looks "
        "good where stops alone are counted.",
    ),
    ("Harsh braking", "Times a vehicle brakes harder than 3 m/s², per vehicle-kilometre."),
    (
        "Time to collision",
        "Time until a vehicle would touch the one ahead if both kept their speeds. Below 1.5 s it "
        "counts as a conflict: as time, and as the number of times that it gets that low. Only "
        "vehicles that follow each other are seen, no crossing or merging ways.",
    ),
    (
        "DRAC",
        "Deceleration rate to avoid a crash: how hard a vehicle must brake at least in order not "
        "to hit the one ahead, if that one keeps its speed. More than 3 m/s² counts as a conflict.",
    ),
    (
        "More in … seeds",
        "In how many runs of an arm more of these happened than in the run of the reference with "
        "the same seed, however the sums over all seeds compare.",
    ),
    (
        "Changes of advice",
        "Times that advice appeared, went, or changed (by more than 0.5 m/s where a machine "
        "drives, at all where a driver reads it), per kilometre of the equipped vehicles.",
    ),
    (
        "Time above the own ceiling",
        "Time driven faster than the driver would by his own habit (limit times own factor).",
    ),
    (
        "Collisions",
        "Vehicles that overlap, mostly on junctions; the sum over all seeds. SUMO's vehicles do so "
        "on many networks without any advice: compare the arms, do not read them as accidents.",
    ),
    (
        "Teleports",
        "Vehicles that the simulator takes out of a jam. A teleported metre emits nothing, so "
        "results with teleports must not be trusted. The sum over all seeds.",
    ),
    (
        "Emergency stops and brakings",
        "Vehicles that could not stop in time for a signal, or braked at the limit of physics; "
        "the sum over all seeds.",
    ),
    (
        "Seed",
        "One repetition of the whole experiment with other chance: other departures, other "
        "drivers. All arms are run with the same seeds and compared seed by seed.",
    ),
    (
        "95 % interval",
        "If the whole study were repeated many times, 95 of 100 such intervals would hold the true "
        "mean effect in this simulation. Student's t on the differences per seed; a bootstrap "
        "interval (BCa) is computed beside it. It says nothing of how well the simulation "
        "matches the real road.",
    ),
)

RULES = (
    "Only the advice differs between the arms, and in those that name them the signals: same "
    "roads, vehicles, routes, departures.",
    "Every vehicle drives the route that was fixed before; no arm may lead traffic elsewhere.",
    "Every run goes on until the road is empty; an arm that lost vehicles is not compared.",
    "Differences are taken seed by seed, in percent of the reference's mean.",
    "Where the interval contains 0 the report says “no effect shown”, whatever the mean.",
    "The same journeys are charged on four accounts, since the account can decide the sign.",
    "Equipped and unequipped, main and side roads are told apart: a saving that others pay for "
    "is told as such.",
    "With several arms and metrics, one interval in twenty misses the truth by chance alone.",
    "These are results of a simulation, ex ante: not measured on the road, not certified.",
)
