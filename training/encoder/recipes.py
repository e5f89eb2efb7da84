"""Budgets of the encoder's recipes: `smoke` (a test), `cpu` (two cores, up to two hours), `cuda`.

The model is the same in all of them: it has to fit into the tab.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """How long, how large, how fast."""

    steps: int
    batch: int
    learning_rate: float


@dataclass(frozen=True)
class Recipe:
    """The stages: the tower's two, then a method of `encoder.train`."""

    self_supervised: Stage
    click_supervised: Stage
    generative: Stage
    contrastive: Stage
    purchase: Stage
    moon2: Stage


SMOKE = Recipe(*[Stage(steps=4, batch=6, learning_rate=6e-4)] * 6)
CPU = Recipe(
    self_supervised=Stage(900, 64, 1.5e-3),
    click_supervised=Stage(1500, 64, 1e-3),
    generative=Stage(600, 48, 1e-3),
    contrastive=Stage(600, 48, 6e-4),
    purchase=Stage(400, 48, 3e-4),
    moon2=Stage(1000, 48, 6e-4),
)
CUDA = Recipe(
    self_supervised=Stage(10000, 512, 2e-3),
    click_supervised=Stage(15000, 512, 1.5e-3),
    generative=Stage(4000, 256, 1e-3),
    contrastive=Stage(6000, 256, 1e-3),
    purchase=Stage(4000, 256, 5e-4),
    moon2=Stage(12000, 256, 1e-3),
)

RECIPES = {"smoke": SMOKE, "cpu": CPU, "cuda": CUDA}
