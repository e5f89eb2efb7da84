"""AdamW, its schedule, and the step that clips and refuses non-finite losses."""

import math

import torch
from torch import Tensor, nn

from common.parallel import Worker


class NonFiniteLossError(RuntimeError):
    """Training met a loss or gradient that is not a number; weights are those before the step."""


def make_optimizer(
    model: nn.Module,
    learning_rate: float,
    weight_decay: float = 0.05,
    beta2: float = 0.98,
    shares: dict[str, float] | None = None,
) -> torch.optim.AdamW:
    """AdamW; vectors (norms, biases) are not decayed. Frozen parameters are left out.

    shares: for parameters whose name begins so, the share of the learning rate they learn at.
    """
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            share = next((s for start, s in (shares or {}).items() if name.startswith(start)), 1.0)
            decay = weight_decay if parameter.dim() >= 2 else 0.0
            groups.setdefault((share, decay), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": own, "weight_decay": decay, "share": share}
            for (share, decay), own in groups.items()
        ],
        lr=learning_rate,
        betas=(0.9, beta2),
    )


def parameters_of(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """All that it updates."""
    return [p for group in optimizer.param_groups for p in group["params"]]


def warmup_cosine(step: int, total: int, peak: float, warmup: int, floor: float = 0.05) -> float:
    """Linear rise over `warmup` steps, then a cosine down to `floor * peak` at `total`."""
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, total - warmup))
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress)))


def guarded_step(
    loss: Tensor,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    learning_rate: float,
    step: int,
    clip: float = 1.0,
    worker: Worker | None = None,
) -> float:
    """Backward, average over workers, clip, update. Returns the gradient norm before clipping."""
    if not torch.isfinite(loss):
        raise NonFiniteLossError(f"step {step}: loss is {loss.item()}; lower the learning rate")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    (worker or Worker()).average_gradients(model)
    return guarded_update(optimizer, learning_rate, step, clip)


def guarded_update(
    optimizer: torch.optim.Optimizer, learning_rate: float, step: int, clip: float = 1.0
) -> float:
    """Clips and applies gradients that are already accumulated."""
    norm = nn.utils.clip_grad_norm_(parameters_of(optimizer), clip)
    if not torch.isfinite(norm):
        raise NonFiniteLossError(f"step {step}: gradient norm is {norm.item()}")
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * group["share"]
    optimizer.step()
    return float(norm)
