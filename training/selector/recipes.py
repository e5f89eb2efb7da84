"""Sizes and budgets of the selector's recipes: `smoke` (a test), `cpu` (two cores), `cuda`."""

from dataclasses import dataclass, replace

from common.decoder import TextConfig
from common.idefics3 import MultimodalConfig
from common.vision import VisionConfig


@dataclass(frozen=True)
class Stage:
    """One optimisation: how long, how large, how fast."""

    steps: int
    batch: int
    learning_rate: float
    warmup: int
    checkpoint_every: int = 50
    log_every: int = 20


@dataclass(frozen=True)
class GrpoSettings:
    """Group sampling and the GRPO objective."""

    prompts: int  # prompts in a step
    group: int  # samples of one prompt
    temperature: float
    clip: float  # of the probability ratio
    kl: float  # weight of KL(policy || SFT model)
    epochs: int  # updates on one set of samples
    verdict: float = 0.05  # weight of the verdict's expectation


@dataclass(frozen=True)
class Recipe:
    """Everything about a run that is not data."""

    seed: int
    vision: VisionConfig
    text: TextConfig
    scale_factor: int
    vocab_size: int
    pretrain: Stage
    photo_share: float  # of a pretraining batch, real photographs
    sft: Stage
    describe_share: float  # of SFT batches that describe, at the start; falls to 0 half way
    matching: bool  # whether the text model's second layer is fitted to compare words first
    drill_share: float  # of SFT batches that drill findings, likewise
    short_share: float  # of SFT batches without reasons, in the first half of the steps
    grpo: Stage
    grpo_settings: GrpoSettings
    max_new_tokens: int = 320


CPU = Recipe(
    seed=20251120,
    vision=VisionConfig(256, 768, 4, 4, image_size=224, patch_size=32, stem=(24, 48, 96, 192, 256)),
    text=TextConfig(0, 192, 512, 5, 6, 2),
    scale_factor=1,
    vocab_size=1792,
    pretrain=Stage(steps=8000, batch=48, learning_rate=1e-3, warmup=80),
    photo_share=0.125,
    sft=Stage(steps=8000, batch=12, learning_rate=1e-3, warmup=60, checkpoint_every=150),
    describe_share=0.4,
    matching=True,
    drill_share=0.3,
    short_share=0.3,
    grpo=Stage(
        steps=100, batch=32, learning_rate=1.5e-4, warmup=3, checkpoint_every=5, log_every=1
    ),
    grpo_settings=GrpoSettings(prompts=12, group=8, temperature=1.0, clip=0.2, kl=0.02, epochs=1),
)

CUDA = replace(
    CPU,
    pretrain=Stage(steps=20000, batch=128, learning_rate=1.5e-3, warmup=500),
    sft=Stage(steps=15000, batch=64, learning_rate=1.5e-3, warmup=500),
    grpo=Stage(steps=400, batch=256, learning_rate=5e-5, warmup=20, log_every=1),
    grpo_settings=GrpoSettings(prompts=64, group=16, temperature=1.0, clip=0.2, kl=0.02, epochs=1),
)

SMOKE = replace(
    CPU,
    vision=VisionConfig(32, 64, 1, 2, image_size=64, patch_size=32, stem=(8, 8, 16, 16, 32)),
    text=TextConfig(0, 32, 64, 2, 4, 2),
    vocab_size=640,
    pretrain=Stage(steps=6, batch=8, learning_rate=1e-3, warmup=2, checkpoint_every=3, log_every=1),
    photo_share=0.0,
    matching=False,
    sft=Stage(steps=6, batch=4, learning_rate=1e-3, warmup=2, checkpoint_every=3, log_every=1),
    grpo=Stage(steps=2, batch=4, learning_rate=1e-4, warmup=1, checkpoint_every=1, log_every=1),
    grpo_settings=GrpoSettings(prompts=2, group=2, temperature=1.0, clip=0.2, kl=0.02, epochs=1),
    max_new_tokens=24,
)

RECIPES = {"smoke": SMOKE, "cpu": CPU, "cuda": CUDA}


def model_config(recipe: Recipe, vocab_size: int, image_token_id: int) -> MultimodalConfig:
    """The model of a recipe for a trained tokenizer."""
    return MultimodalConfig(
        vision=recipe.vision,
        text=replace(recipe.text, vocab_size=vocab_size),
        scale_factor=recipe.scale_factor,
        image_token_id=image_token_id,
    )


def with_steps(
    recipe: Recipe, stage: str, steps: int | None, learning_rate: float | None = None
) -> Recipe:
    """The recipe with another number of steps, or another peak rate, in one stage."""
    settings = getattr(recipe, stage)
    if steps is not None:
        settings = replace(settings, steps=steps)
    if learning_rate is not None:
        settings = replace(settings, learning_rate=learning_rate)
    return replace(recipe, **{stage: settings})
