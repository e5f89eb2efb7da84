"""Budgets of the encoder's recipes: `smoke` (a test), `cpu` (two cores, up to two hours), `cuda`.

The model is the same in all of them: it has to fit into the tab.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How long, how large, how fast."""

    steps: int
    batch: int
    learning_rate: float


SMOKE = Recipe(steps=4, batch=6, learning_rate=6e-4)
CPU = Recipe(steps=1200, batch=32, learning_rate=6e-4)
CUDA = Recipe(steps=12000, batch=256, learning_rate=1e-3)

RECIPES = {"smoke": SMOKE, "cpu": CPU, "cuda": CUDA}
