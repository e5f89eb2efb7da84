"""Times Krippendorff's alpha of Python packages on the labels of a CSV file (task, worker, label).

Usage: python tools/bench/label_peers.py labels.csv rounds
Prints JSON: one object per package with its version, value and milliseconds per round. Each starts from
the table in memory, as the dashboard starts from its judgements.
"""

import importlib.metadata
import json
import sys
import time

import krippendorff
import pandas as pd
from crowdkit.metrics.data import alpha_krippendorff


def by_krippendorff(table: pd.DataFrame) -> float:
    """Counts per task and label, then the package's fastest input."""
    counts = pd.crosstab(table["task"], table["label"]).to_numpy()
    return krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")


def main() -> None:
    """Runs each package once untimed, then the rounds."""
    table = pd.read_csv(sys.argv[1])
    rounds = int(sys.argv[2])
    results = []
    for name, run in (
        ("krippendorff", by_krippendorff),
        ("crowd-kit", alpha_krippendorff),
    ):
        value = float(run(table))
        milliseconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            run(table)
            milliseconds.append((time.perf_counter() - start) * 1000)
        version = importlib.metadata.version(name)
        results.append(
            {
                "name": name,
                "version": version,
                "value": value,
                "milliseconds": milliseconds,
            }
        )
    print(json.dumps(results))


if __name__ == "__main__":
    main()
