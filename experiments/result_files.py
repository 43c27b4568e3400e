"""Names of the files in a folder of results that a run writes; writers and readers share them."""

VEHICLES, MANIFEST = "vehicles.parquet", "manifest.json"
RUNS, SUMMARY = "runs.csv", "summary.json"
PLACES = ("roads", "approaches", "minutes")
"""Tables of each run that tell where and when."""
RECORDS = ("trajectories", "signals", "lights", "crossings", "journeys", "advice")
"""Tables that the runs of one seed leave behind."""
RESULTS = (
    VEHICLES,
    *(f"{name}.parquet" for name in (*PLACES, *RECORDS)),
    *(RUNS, SUMMARY, MANIFEST, "network.json"),
)
"""All that is the same whenever it is run again: a ledger signs the hashes of these."""
