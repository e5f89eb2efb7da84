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
    tower: float = 1.0  # the share of it at which the vision tower learns
    alike: float = 0.0  # share of steps whose batch puts products of a category side by side


@dataclass(frozen=True)
class Recipe:
    """The stages: the tower's two, then a method of `encoder.train`.

    Post-training b (`purchase`) is about negatives of the same category, so all its batches are
    `alike`. In `moon2` half of them are, which is our choice: what a shop photo is mistaken for is
    of the same category.
    """

    self_supervised: Stage
    click_supervised: Stage
    generative: Stage
    contrastive: Stage
    purchase: Stage
    moon2: Stage


SMOKE = Recipe(*[Stage(steps=4, batch=6, learning_rate=6e-4, tower=0.2, alike=0.5)] * 6)
CPU = Recipe(
    self_supervised=Stage(900, 64, 1.5e-3),
    click_supervised=Stage(1500, 64, 1e-3),
    generative=Stage(600, 48, 1e-3, tower=0.1),
    contrastive=Stage(600, 48, 6e-4),
    purchase=Stage(400, 48, 3e-4, alike=1.0),
    moon2=Stage(1500, 48, 6e-4, tower=0.2, alike=0.5),
)
CUDA = Recipe(
    self_supervised=Stage(10000, 512, 2e-3),
    click_supervised=Stage(15000, 512, 1.5e-3),
    generative=Stage(4000, 256, 1e-3, tower=0.1),
    contrastive=Stage(6000, 256, 1e-3),
    purchase=Stage(4000, 256, 5e-4, alike=1.0),
    moon2=Stage(12000, 256, 1e-3, tower=0.2, alike=0.5),
)

RECIPES = {"smoke": SMOKE, "cpu": CPU, "cuda": CUDA}
