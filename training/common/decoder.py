"""Llama-style text model: RMSNorm, rotary positions, grouped key-values, SwiGLU.

Shapes: B sequences, T tokens, C = hidden size, H query heads, K key-value heads, D = C / H.
Causal for the selector; `bidirectional` for the encoder, which also swaps the feed-forward block
through `feed_forward`. Parameter names are those of Llama in transformers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class TextConfig:
    """Sizes of the text model. `extra` is written into text_config as it stands."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    max_position_embeddings: int = 1024
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-5
    bidirectional: bool = False
    extra: dict = field(default_factory=dict)

    @property
    def head_dim(self) -> int:
        """Width of one head."""
        return self.hidden_size // self.num_attention_heads

    def to_hf(self, special: dict[str, int]) -> dict:
        """The `text_config` object of config.json; `special` maps pad/bos/eos names to ids."""
        config = {
            "model_type": "llama",
            "vocab_size": self.vocab_size,
            "hidden_size": self.hidden_size,
            "intermediate_size": self.intermediate_size,
            "num_hidden_layers": self.num_hidden_layers,
            "num_attention_heads": self.num_attention_heads,
            "num_key_value_heads": self.num_key_value_heads,
            "head_dim": self.head_dim,
            "max_position_embeddings": self.max_position_embeddings,
            "rope_theta": self.rope_theta,
            "rms_norm_eps": self.rms_norm_eps,
            "hidden_act": "silu",
            "attention_bias": False,
            "mlp_bias": False,
            "tie_word_embeddings": True,
            **special,
            **self.extra,
        }
        if self.bidirectional:
            config["bidirectional"] = True
        return config

    @staticmethod
    def from_hf(config: dict) -> "TextConfig":
        """Reads `text_config` back (without `extra`)."""
        return TextConfig(
            vocab_size=config["vocab_size"],
            hidden_size=config["hidden_size"],
            intermediate_size=config["intermediate_size"],
            num_hidden_layers=config["num_hidden_layers"],
            num_attention_heads=config["num_attention_heads"],
            num_key_value_heads=config["num_key_value_heads"],
            max_position_embeddings=config["max_position_embeddings"],
            rope_theta=config["rope_theta"],
            rms_norm_eps=config["rms_norm_eps"],
            bidirectional=bool(config.get("bidirectional", False)),
        )


class RmsNorm(nn.Module):
    """x / rms(x) * weight."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, (x.shape[-1],), self.weight, self.eps)


class KeyValueCache:
    """Keys and values of every layer, written in place. Shapes [B, K, capacity, D]."""

    def __init__(self, config: TextConfig, batch: int, capacity: int, like: Tensor) -> None:
        shape = (batch, config.num_key_value_heads, capacity, config.head_dim)
        self.keys = [like.new_zeros(shape) for _ in range(config.num_hidden_layers)]
        self.values = [like.new_zeros(shape) for _ in range(config.num_hidden_layers)]
        self.length = 0

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Stores k, v [B, K, t, D] after `length`; returns all keys and values so far."""
        end = self.length + k.shape[2]
        self.keys[layer][:, :, self.length : end] = k
        self.values[layer][:, :, self.length : end] = v
        return self.keys[layer][:, :, :end], self.values[layer][:, :, :end]

    def select(self, rows: Tensor) -> None:
        """Keeps (or repeats) the given rows of the batch."""
        self.keys = [k[rows] for k in self.keys]
        self.values = [v[rows] for v in self.values]


def rotary(positions: Tensor, head_dim: int, theta: float) -> tuple[Tensor, Tensor]:
    """cos, sin [..., T, D] of the rotary embedding, halves repeated as in Llama."""
    steps = torch.arange(0, head_dim, 2, device=positions.device, dtype=torch.float32)
    angles = positions[..., None].float() * theta ** (-steps / head_dim)  # [..., T, D/2]
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def apply_rotary(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """x [B, H, T, D] turned by cos, sin [B or 1, 1, T, D]."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class Attention(nn.Module):
    """Grouped-query attention with rotary positions, without biases."""

    def __init__(self, config: TextConfig, index: int) -> None:
        super().__init__()
        self.index = index
        self.heads, self.kv_heads = config.num_attention_heads, config.num_key_value_heads
        width = config.hidden_size
        self.q_proj = nn.Linear(width, self.heads * config.head_dim, bias=False)
        self.k_proj = nn.Linear(width, self.kv_heads * config.head_dim, bias=False)
        self.v_proj = nn.Linear(width, self.kv_heads * config.head_dim, bias=False)
        self.o_proj = nn.Linear(self.heads * config.head_dim, width, bias=False)

    def queries(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x [B, T, C] -> [B, H, T, D], turned."""
        return apply_rotary(
            self.q_proj(x).unflatten(-1, (self.heads, -1)).transpose(1, 2), cos, sin
        )

    def keys_values(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, T, C] -> keys, turned, and values, both [B, K, T, D]."""
        k, v = (
            proj(x).unflatten(-1, (self.kv_heads, -1)).transpose(1, 2)
            for proj in (self.k_proj, self.v_proj)
        )
        return apply_rotary(k, cos, sin), v

    def per_head(self, x: Tensor) -> Tensor:
        """Keys or values [B, K, S, D], repeated for the heads of each group: [B, H, S, D]."""
        return x.repeat_interleave(self.heads // self.kv_heads, dim=1)

    def forward(
        self,
        x: Tensor,
        cos: Tensor,
        sin: Tensor,
        mask: Tensor | None,
        is_causal: bool,
        cache: KeyValueCache | None,
    ) -> Tensor:  # [B, T, C] -> [B, T, C]
        q = self.queries(x, cos, sin)
        k, v = self.keys_values(x, cos, sin)
        if cache is not None:
            k, v = cache.append(self.index, k, v)
        if cache is not None and x.shape[1] == 1:
            out = _attend_one(q, k, v, mask)
        else:
            k, v = self.per_head(k), self.per_head(v)
            out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=is_causal)
        return self.o_proj(out.transpose(1, 2).flatten(2))


def _attend_one(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Attention of one query token, q [B, H, 1, D], without copying the cache for each group."""
    batch, heads, _, width = q.shape
    kv_heads = k.shape[1]
    grouped = q.view(batch, kv_heads, heads // kv_heads, width)
    scores = grouped @ k.transpose(-1, -2) * width**-0.5  # [B, K, H/K, S]
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return (scores.softmax(dim=-1) @ v).reshape(batch, heads, 1, width)


class SwiGlu(nn.Module):
    """down(silu(gate(x)) * up(x))."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


FeedForwardFactory = Callable[[TextConfig], nn.Module]


class DecoderLayer(nn.Module):
    """Pre-norm block. The feed-forward block hangs under `feed_forward_name`."""

    def __init__(
        self, config: TextConfig, index: int, factory: FeedForwardFactory, feed_forward_name: str
    ) -> None:
        super().__init__()
        self.feed_forward_name = feed_forward_name
        self.input_layernorm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = Attention(config, index)
        self.post_attention_layernorm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self.add_module(feed_forward_name, factory(config))

    def forward(
        self,
        x: Tensor,
        cos: Tensor,
        sin: Tensor,
        mask: Tensor | None,
        is_causal: bool,
        cache: KeyValueCache | None,
    ) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask, is_causal, cache)
        feed_forward = getattr(self, self.feed_forward_name)
        return x + feed_forward(self.post_attention_layernorm(x))


class TextModel(nn.Module):
    """Embeddings [B, T, C] -> hidden states [B, T, C] after the last norm."""

    def __init__(
        self,
        config: TextConfig,
        feed_forward: FeedForwardFactory = SwiGlu,
        feed_forward_name: str = "mlp",
    ) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(
            DecoderLayer(config, i, feed_forward, feed_forward_name)
            for i in range(config.num_hidden_layers)
        )
        self.norm = RmsNorm(config.hidden_size, config.rms_norm_eps)
        self._initialise()

    def _initialise(self) -> None:
        """Normal 0.02; maps into the residual stream are scaled by 1/sqrt(2 layers) (GPT-2)."""
        residual = 0.02 / math.sqrt(2 * self.config.num_hidden_layers)
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2:
                continue
            into_residual = name.endswith(("o_proj.weight", "down_proj.weight"))
            nn.init.normal_(parameter, std=residual if into_residual else 0.02)

    def forward(
        self,
        embeddings: Tensor,
        *,
        positions: Tensor | None = None,
        key_mask: Tensor | None = None,
        cache: KeyValueCache | None = None,
    ) -> Tensor:
        """Runs the stack.

        positions: [B, T] or None for 0..T-1 (or following the cache).
        key_mask: [B, S] bool, True where a key may be attended to (S counts cached keys too).
        """
        batch, tokens = embeddings.shape[:2]
        past = cache.length if cache else 0
        if positions is None:
            positions = torch.arange(past, past + tokens, device=embeddings.device)[None]
        cos, sin = rotary(positions, self.config.head_dim, self.config.rope_theta)
        cos, sin = cos[:, None].to(embeddings.dtype), sin[:, None].to(embeddings.dtype)
        mask, is_causal = self._mask(batch, tokens, past, key_mask)
        x = embeddings
        for layer in self.layers:
            x = layer(x, cos, sin, mask, is_causal, cache)
        if cache is not None:
            cache.length += tokens
        return self.norm(x)

    def _mask(
        self, batch: int, tokens: int, past: int, key_mask: Tensor | None
    ) -> tuple[Tensor | None, bool]:
        """The attention mask [B, 1, T, S] and the causal flag; None when no mask is needed."""
        causal = not self.config.bidirectional and tokens > 1
        if key_mask is None:
            if past and causal:
                raise ValueError("several tokens after a cache need a key_mask")
            return None, causal
        mask = key_mask[:, None, None, :].expand(batch, 1, tokens, past + tokens)
        if causal:
            triangle = torch.ones(tokens, past + tokens, dtype=torch.bool, device=mask.device).tril(
                diagonal=past
            )
            mask = mask & triangle
            # A padded query row would attend to nothing and yield NaN; let it see itself.
            mask = mask | torch.eye(tokens, past + tokens, dtype=torch.bool, device=mask.device)
        return mask, False
