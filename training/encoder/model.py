"""`moon2`: the MOON2.0 encoder (arXiv:2511.12449) at nano size, and its experts.

Legend: B sequences, T tokens, C width, Z experts, D output width. Facts of the paper are
second-hand; sizes, the number of experts and the top-k are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common.decoder import SwiGlu, TextConfig, TextModel
from common.idefics3 import Connector, MultimodalConfig
from common.runtime import full_precision
from common.vision import VisionTransformer

MAX_TEXT_TOKENS = 28


@dataclass(frozen=True)
class Moon2Config:
    """`shared` holds tower, text model and connector; experts = 0 gives the plain-MLP ablation."""

    shared: MultimodalConfig
    experts: int = 4
    experts_per_token: int = 2
    projection: int = 256
    matryoshka: tuple[int, ...] = (64, 128, 256)

    def to_hf(self, special: dict[str, int]) -> dict:
        """config.json."""
        config = self.shared.to_hf("moon2", "Moon2Model", special)
        config["projection"] = self.projection
        config["matryoshka"] = list(self.matryoshka)
        config["max_text_tokens"] = MAX_TEXT_TOKENS
        config["text_config"]["num_experts"] = self.experts
        config["text_config"]["num_experts_per_tok"] = self.experts_per_token
        return config


class ModalityExperts(nn.Module):
    """h' = Σ_z G~_z f_z(h), G = softmax(W_g h); G~ keeps the k largest gates, renormalised.

    After a forward pass `gates` and `weights` [B, T, Z] hold G and G~ of that pass: the loss reads
    them for the objective weights and the load-balance term.
    """

    def __init__(self, config: TextConfig, experts: int, keep: int) -> None:
        super().__init__()
        self.keep = keep
        self.gate = nn.Linear(config.hidden_size, experts, bias=False)
        self.experts = nn.ModuleList(SwiGlu(config) for _ in range(experts))
        self.gates = self.weights = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:  # [B, T, C] -> [B, T, C]
        gates = self.gate(x).softmax(-1)
        threshold = gates.topk(self.keep, dim=-1).values[..., -1:]
        kept = gates * (gates >= threshold)
        weights = kept / kept.sum(-1, keepdim=True)
        self.gates, self.weights = gates, weights
        return sum(weights[..., z : z + 1] * expert(x) for z, expert in enumerate(self.experts))


def feed_forward_factory(config: Moon2Config) -> tuple[Callable[[TextConfig], nn.Module], str]:
    """The feed-forward block and the name it hangs under."""
    if config.experts == 0:
        return SwiGlu, "mlp"
    return lambda text: ModalityExperts(text, config.experts, config.experts_per_token), "moe"


class Moon2(nn.Module):
    """Encodes one view (t, i or mm) of a product as one vector."""

    def __init__(self, config: Moon2Config) -> None:
        super().__init__()
        self.config = config
        factory, name = feed_forward_factory(config)
        self.model = nn.ModuleDict(
            {
                "vision_model": VisionTransformer(config.shared.vision),
                "connector": Connector(config.shared),
                "text_model": TextModel(config.shared.text, factory, name),
                "projection": nn.Linear(
                    config.shared.text.hidden_size, config.projection, bias=False
                ),
            }
        )

    def connect(self, features: Tensor) -> Tensor:
        """Patch features of the tower [B, P, D'] -> image tokens [B, V, C]."""
        return self.model["connector"](features)

    def visual_tokens(self, pixels: Tensor) -> Tensor:
        """[B, 3, S, S] -> [B, V, C]."""
        return self.connect(self.model["vision_model"](pixels))

    def hidden(self, ids: Tensor, valid: Tensor, visual: Tensor | None) -> Tensor:
        """Hidden states [B, T, C].

        ids: [B, T]; valid: [B, T] bool; visual: [B', V, C] for the rows that hold image tokens, in
        order.
        """
        x = self.model["text_model"].embed_tokens(ids)
        if visual is not None:
            where = (ids == self.config.shared.image_token_id)[..., None]
            x = x.masked_scatter(where, visual.to(x.dtype))
        return self.model["text_model"](x, key_mask=valid)

    def forward(self, ids: Tensor, valid: Tensor, visual: Tensor | None) -> Tensor:
        """Vectors [B, D], not normalised: mean pooling over all valid tokens, then a linear map."""
        hidden = self.hidden(ids, valid, visual)
        share = valid[..., None].to(hidden.dtype)
        pooled = (hidden * share).sum(1) / share.sum(1)
        return self.model["projection"](pooled)

    def gate_statistics(self, valid: Tensor) -> tuple[Tensor, Tensor]:
        """Mean G and G~ of the last pass over layers and valid tokens: two tensors [B, Z]."""
        share = valid[..., None].float()
        share = share / share.sum(1, keepdim=True)
        blocks = [layer.moe for layer in self.model["text_model"].layers]
        gates = torch.stack([(b.gates * share).sum(1) for b in blocks]).mean(0)
        weights = torch.stack([(b.weights * share).sum(1) for b in blocks]).mean(0)
        return gates, weights


def cosines(first: Tensor, second: Tensor) -> Tensor:
    """[n, D], [m, D], unit length -> [n, m]. In float32: a low temperature magnifies rounding."""
    with full_precision(first.device):
        return first.float() @ second.float().T


def normalised_prefix(vectors: Tensor, size: int) -> Tensor:
    """Matryoshka: the first `size` numbers, L2-normalised."""
    return F.normalize(vectors[..., :size], dim=-1)
