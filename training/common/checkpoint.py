"""Checkpoints that resume to the bit-identical next step."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn


@dataclass(frozen=True)
class Progress:
    """Where a resumed run stands."""

    step: int
    extra: dict[str, Any]


def save_checkpoint(
    path: Path,
    step: int,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    extra: dict[str, Any] | None = None,
) -> None:
    """Writes atomically: a crash while writing leaves the previous checkpoint whole.

    Batches are drawn by `batch_rng(seed, step)`, so the step number stands for the sampler's state.
    """
    state = {
        "step": step,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict() if optimizer else None,
        "torch_rng": torch.get_rng_state(),
        "extra": extra or {},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    os.replace(temporary, path)


def load_checkpoint(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer | None = None
) -> Progress:
    """Restores what `save_checkpoint` wrote; strict about names and shapes."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    if optimizer is not None:
        if state["optimizer"] is None:
            raise ValueError(f"{path}: holds no optimizer state, so training cannot resume from it")
        optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["torch_rng"])
    return Progress(step=state["step"], extra=state["extra"])


def read_weights(path: Path) -> dict[str, Tensor]:
    """The model's weights in float32: of a checkpoint, or of a shipped revision's folder."""
    if path.is_dir():
        return {name: t.float() for name, t in load_file(path / "model.safetensors").items()}
    return torch.load(path, map_location="cpu", weights_only=True)["model"]
