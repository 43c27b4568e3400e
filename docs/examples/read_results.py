# %% [markdown]
# # An effect by hand
#
# From a folder of results to a paired difference, its interval, and a picture, with nothing of
# ecocorridor: only polars, pandas, scipy and matplotlib. `python read_results.py FOLDER`, or cell
# by cell in an editor.

# %%
import json
import sys
from math import isclose, sqrt
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import polars as pl
from scipy.stats import t as student_t

FOLDER = Path(sys.argv[1] if sys.argv[1:] else "runs/demo")
ARM, COLUMN = "eco", "co2_phemlight5_g"

# %% [markdown]
# Units come with the file.

# %%
vehicles = pl.read_parquet(FOLDER / "vehicles.parquet")
columns = json.loads(pl.read_parquet_metadata(FOLDER / "vehicles.parquet")["ecocorridor.columns"])
print(COLUMN, columns[COLUMN])

# %% [markdown]
# Seeds that are not finished in all arms count in none. pandas reads which ones those are.

# %%
summary = json.loads((FOLDER / "summary.json").read_text(encoding="utf-8"))
reference = summary["reference"]
runs = pd.read_csv(FOLDER / "runs.csv")
seeds = sorted(set(runs.loc[runs["counted"], "seed"]))
print(reference, "against", ARM, "seeds", seeds)

# %% [markdown]
# Mean per vehicle of each run; runs with equal seeds are pairs.

# %%
means = (
    vehicles.filter(pl.col("seed").is_in(seeds))
    .group_by("arm", "seed")
    .agg(pl.col(COLUMN).mean())
    .pivot("arm", index="seed", values=COLUMN)
    .sort("seed")
)
base = means[reference].mean()
changes_pct = 100.0 * (means[ARM] - means[reference]) / base
print(means)

# %% [markdown]
# The effect is the mean of the differences, relative to the mean of the reference, with a 95 %
# interval by Student t.

# %%
n = len(changes_pct)
if n < 2:
    sys.exit("one seed has no interval; run the experiment with two seeds or more")
mean_pct = changes_pct.mean()
half_pct = student_t.ppf(0.975, n - 1) * changes_pct.std(ddof=1) / sqrt(n)
print(f"{COLUMN}: {mean_pct:+.2f} % [{mean_pct - half_pct:+.2f}, {mean_pct + half_pct:+.2f}]")

# %% [markdown]
# The same stands in `summary.json`.

# %%
told = summary["effects"][ARM]["co2_phemlight5_pct"]
for name, by_hand in (
    ("mean", mean_pct),
    ("low", mean_pct - half_pct),
    ("high", mean_pct + half_pct),
):
    if not isclose(told[name], by_hand, rel_tol=1e-6, abs_tol=1e-9):
        sys.exit(f"{name}: summary.json says {told[name]}, by hand it is {by_hand}")
print("summary.json says the same")

# %% [markdown]
# Equipped vehicles and the others, each a point: what it emits with advice against without.

# %%
pairs = vehicles.filter(pl.col("seed") == seeds[0]).pivot(
    "arm", index=["vehicle_id", "equipped"], values=COLUMN
)
figure, axis = plt.subplots(figsize=(5, 5))
for is_equipped, name in ((True, "equipped"), (False, "not equipped")):
    chosen = pairs.filter(equipped=is_equipped)
    axis.plot(chosen[reference], chosen[ARM], ".", label=f"{name} ({chosen.height})")
axis.axline((0, 0), slope=1, color="0.6", lw=1)
axis.set(
    xlabel=f"{reference}, {columns[COLUMN]['unit']}", ylabel=f"{ARM}, {columns[COLUMN]['unit']}"
)
axis.set_title(f"{COLUMN} of each vehicle, seed {seeds[0]}")
axis.legend()
figure.savefig("effect.png", dpi=120)
