"""Intervals and calibration."""

import itertools
import math

import numpy as np


def wilson(successes: float, n: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % Wilson score interval of a proportion (E. B. Wilson, 1927)."""
    if n == 0:
        return (0.0, 1.0)
    p = successes / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return ((centre - spread) / (1 + z * z / n), (centre + spread) / (1 + z * z / n))


def bootstrap(
    values: np.ndarray, groups: np.ndarray | None = None, rounds: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of the mean; whole groups are drawn when given (e.g. products)."""
    rng = np.random.default_rng(seed)
    values = np.asarray(values, dtype=float)
    groups = np.arange(len(values)) if groups is None else np.asarray(groups)
    _, index = np.unique(groups, return_inverse=True)
    sums = np.bincount(index, weights=values)
    counts = np.bincount(index).astype(float)
    draws = rng.integers(len(sums), size=(rounds, len(sums)))
    means = sums[draws].sum(1) / counts[draws].sum(1)
    return (float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975)))


def reliability(
    probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 10
) -> list[dict[str, float]]:
    """Equal-width bins of the confidence in the chosen side: mean confidence, accuracy, count."""
    confidence = np.maximum(probabilities, 1 - probabilities)
    correct = (probabilities >= 0.5) == outcomes
    edges = np.linspace(0.5, 1.0, bins + 1)
    rows = []
    for low, high in itertools.pairwise(edges):
        inside = (confidence >= low) & ((confidence < high) | (high == edges[-1]))
        if inside.any():
            rows.append(
                {
                    "confidence": float(confidence[inside].mean()),
                    "accuracy": float(correct[inside].mean()),
                    "count": int(inside.sum()),
                }
            )
    return rows


def expected_calibration_error(rows: list[dict[str, float]]) -> float:
    """Count-weighted mean |accuracy - confidence| over `reliability` bins."""
    total = sum(row["count"] for row in rows)
    return sum(row["count"] * abs(row["accuracy"] - row["confidence"]) for row in rows) / total
