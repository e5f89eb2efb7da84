"""Fits the temperature of the verdict's probability on validation predictions.

One number T for each stage: P(A) = sigmoid((logit A - logit B) / T) in each display order, averaged
over both; T minimises the mean negative log-likelihood of the labels (Guo et al., "On Calibration
of Modern Neural Networks", arXiv:1706.04599; the average over orders is ours). It changes no
verdict of a single run, only how sure it sounds.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from common.export import write_json
from selector.results import CALIBRATION, STAGES, pair_probability, read_predictions

GRID = np.geomspace(0.25, 64, 129)


def negative_log_likelihood(rows: list[dict[str, Any]], temperature: float) -> float:
    """Mean over comparable pairs."""
    chances = [
        pair_probability(row, temperature) if row["label"] == "A"
        else 1 - pair_probability(row, temperature)
        for row in rows
        if row["comparable"]
    ]  # fmt: skip
    return float(-np.log(np.clip(chances, 1e-9, 1)).mean())


def fit_temperature(rows: list[dict[str, Any]]) -> float:
    """The best T of a fine grid."""
    losses = [negative_log_likelihood(rows, t) for t in GRID]
    return round(float(GRID[int(np.argmin(losses))]), 3)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    args = parser.parse_args()
    predictions = read_predictions(args.out / "predictions")
    keys = {stage: (stage, "full", "en", "val") for stage in STAGES}
    found = {
        stage: fit_temperature(predictions[key])
        for stage, key in keys.items()
        if key in predictions
    }
    if not found:
        raise SystemExit(f"{args.out}/predictions: no predictions on val; run selector.evaluate")
    write_json(args.out / CALIBRATION, found)
    print(found)


if __name__ == "__main__":
    main()
