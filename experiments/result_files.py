"""Names of the files in a folder of results that a run writes; writers and readers share them."""

PERSONS = "persons.parquet"
"""Only of scenarios with persons who walk or ride."""
VEHICLES, MANIFEST = "vehicles.parquet", "manifest.json"
RUNS, SUMMARY, FACTORS = "runs.csv", "summary.json", "factors.csv"
PLACES = ("roads", "approaches", "minutes")
"""Tables of each run that tell where and when."""
RECORDS = ("trajectories", "signals", "lights", "crossings", "journeys", "advice", "promises")
"""Tables that the runs of one seed leave behind."""
RESULTS = (
    *(VEHICLES, PERSONS),
    *(f"{name}.parquet" for name in (*PLACES, *RECORDS)),
    *(RUNS, FACTORS, SUMMARY, MANIFEST, "network.json"),
)
"""All that is the same whenever it is run again: a ledger signs the hashes of these."""

CONTENTS = {
    SUMMARY: "Figures per arm and effects against the reference, with intervals.",
    RUNS: "One row per arm and seed.",
    FACTORS: "Signals and advice as two factors: what each changes, and both together.",
    VEHICLES: "One row per vehicle, arm and seed.",
    PERSONS: "One row per person who walks or rides, arm and seed.",
    "roads.parquet": "Time, distance and emissions per road, arm and seed.",
    "approaches.parquet": "Emissions and passages per approach to a signal, zone, arm and seed.",
    "minutes.parquet": "Emissions per minute, arm and seed.",
    "trajectories.parquet": "Positions and speeds on the main road, first seed.",
    "signals.parquet": "What the stop lines of the main road showed, first seed.",
    "lights.parquet": "What each link of each signal showed, first seed.",
    "crossings.parquet": "When each vehicle crossed each stop line, first seed.",
    "journeys.parquet": "Way, speed and emissions of each vehicle and step, first seed.",
    "advice.parquet": "What equipped vehicles near signals knew, were told and did, first seed.",
    "promises.parquet": "Switches that controlled signals announced, and what came, first seed.",
    "network.json": "Shapes of the roads, signals, the main road and its stop lines.",
    MANIFEST: "Resolved configuration, hashes of all inputs, versions, seeds and command.",
    "timings.csv": "Wall and processor times and memory of each run.",
    "report.html": "The report, in English.",
    "report.zh.html": "The report, in Chinese.",
    "mrv.md": "Report of the saving as ISO 14064-2 asks, ex ante.",
    "mrv.html": "Report of the saving as ISO 14064-2 asks, ex ante.",
    "bound.json": "How much there was to save, and which share of it was saved.",
}
"""File → what is in it, in one sentence."""
FOLDERS = {
    "ledger": "Signed record of every trip.",
    "credits": "Credits issued for what was saved.",
    "figures": "A figure of the report, or the numbers drawn in it.",
    "explained": "One vehicle, explained.",
    "raw": "As the simulator wrote it.",
}
"""Folder → what each file in it is."""


def what_is_in(name: str) -> str:
    """What a file in a folder of results holds; empty where we do not know it."""
    return CONTENTS.get(name) or FOLDERS.get(name.partition("/")[0], "")
