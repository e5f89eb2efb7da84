"""Gives the text model a notion of sides before fine-tuning (our choice; no paper states it).

Both pictures enter as the same kind of tokens, and telling A's from B's takes a text model trained
on few pairs very long to find. Instead of waiting, a few weights are set once, then trained on:

- five channels of the residual stream are reserved: MARK (the letter before a picture), SIGN (its
  side), PICTURE (constant on picture tokens), TEXT (constant on text tokens), SIDE (written below);
- layer 0: picture tokens attend to the nearest letter before them and copy its sign to SIDE;
- layer 1: of each key-value group one head reads A's tokens, one B's, with values that predict the
  factors, and their difference enters the residual stream: what is compared;
- layer 2: the same heads again with values that predict what is named (kind, colour, headline),
  each side written to directions of its own: a difference cannot say which colour A has.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from common.decoder import Attention, apply_rotary, rotary
from common.idefics3 import MultimodalModel
from selector.examples import Vocabulary


def _reserve(model: MultimodalModel, count: int) -> list[int]:
    """The least used residual channels, cleared everywhere."""
    text, projection = model.model.text_model, model.model.connector.modality_projection.proj
    channels = text.embed_tokens.weight.std(0).argsort()[:count].tolist()
    text.embed_tokens.weight[:, channels] = 0
    projection.weight[channels] = 0
    text.norm.weight[channels] = 0
    for layer in text.layers:
        attention, mlp = layer.self_attn, layer.mlp
        attention_readers = (attention.q_proj, attention.k_proj, attention.v_proj)
        for reader in (*attention_readers, mlp.gate_proj, mlp.up_proj):
            reader.weight[:, channels] = 0
        for writer in (attention.o_proj, mlp.down_proj):
            writer.weight[channels] = 0
        layer.input_layernorm.weight[channels] = 1
    return channels


def constant_direction(features: Tensor) -> Tensor:
    """u with u . x near 1 for every patch x. features: [N, D]."""
    gram = features.T @ features / len(features)
    gram += 1e-3 * gram.diagonal().mean() * torch.eye(len(gram))
    return torch.linalg.solve(gram, features.mean(0))


def predictive_directions(pooled: Tensor, targets: Tensor, count: int) -> Tensor:
    """[count, C]: the directions of pooled embeddings [N, C] that predict targets [N, K] best."""
    x, y = pooled - pooled.mean(0), targets - targets.mean(0)
    gram = x.T @ x
    gram += 1e-3 * gram.diagonal().mean() * torch.eye(len(gram))
    weights = torch.linalg.solve(gram, x.T @ y)  # [C, K]
    _, _, directions = torch.linalg.svd(x @ weights, full_matrices=False)
    readers = (weights @ directions.T).T[:count]  # principal predictions, as maps of x
    return readers / (x @ readers.T).std(0, keepdim=True).T


@dataclass(frozen=True)
class Channels:
    """The reserved channels of the residual stream."""

    mark: int
    sign: int
    picture: int
    plain: int
    side: int

    def all(self) -> list[int]:
        return [self.mark, self.sign, self.picture, self.plain, self.side]


def _read_both(
    attention: Attention,
    channels: Channels,
    readers: Tensor,
    out: tuple[Tensor, Tensor],
) -> None:
    """Head 0 of each key-value group reads the mean of A's tokens, head 1 that of B's.

    readers: [groups x D, C], the values; out: for A and B the directions [C, groups x D] that the
    values are written to.
    """
    groups, heads = attention.kv_heads, attention.heads // attention.kv_heads
    head = attention.v_proj.weight.shape[0] // groups
    far, far_side = head // 2 - 1, head // 2 - 2  # rotary pairs that hardly turn
    for group in range(groups):
        k0, q0 = group * head, group * heads * head
        for row in (far, far + head // 2, far_side, far_side + head // 2):
            attention.k_proj.weight[k0 + row] = 0
            attention.q_proj.weight[q0 + row] = 0
            attention.q_proj.weight[q0 + head + row] = 0
        attention.k_proj.weight[k0 + far, channels.picture] = 5.0
        attention.k_proj.weight[k0 + far_side, channels.side] = 5.0
        part = slice(group * head, (group + 1) * head)
        rows = readers[part]
        attention.v_proj.weight[k0 : k0 + len(rows)] = rows
        for which, direction in ((0, -1.0), (1, 1.0)):
            row = q0 + which * head
            attention.q_proj.weight[row + far, channels.plain] = 5.0
            attention.q_proj.weight[row + far_side, channels.plain] = 5.0 * direction
            attention.o_proj.weight[:, row : row + head] = out[which][:, part]


def _spread(size: int, count: int, scale: Tensor, channels: Channels, seed: int) -> Tensor:
    """Random directions [C, count] that leave the reserved channels alone."""
    spread = torch.randn(size, count, generator=torch.Generator().manual_seed(seed)) * scale * 0.5
    spread[channels.all()] = 0
    return spread


@torch.no_grad()
def set_sides(
    model: MultimodalModel, vocabulary: Vocabulary, features: Tensor, targets: Tensor
) -> Channels:
    """Sets layers 0 and 1. features: [N, P, D] of training pictures; targets: [N, K] factors."""
    text, config = model.model.text_model, model.config.text
    projection = model.model.connector.modality_projection.proj
    channels = Channels(*_reserve(model, 5))
    mark, sign, picture = channels.mark, channels.sign, channels.picture
    plain, side = channels.plain, channels.side
    size, head = config.hidden_size, config.head_dim
    groups = config.num_attention_heads // config.num_key_value_heads
    far, near = head // 2 - 1, head * 3 // 16  # rotary pairs: hardly turns, fades with distance
    letters = vocabulary.letters
    scale = text.embed_tokens.weight.norm(dim=1).mean() / size**0.5
    text.embed_tokens.weight[:, plain] = scale
    text.embed_tokens.weight[list(letters), mark] = 2 * scale
    text.embed_tokens.weight[letters[0], sign] = -2 * scale
    text.embed_tokens.weight[letters[1], sign] = 2 * scale
    embedded = features @ projection.weight.T  # [N, P, C]
    level = embedded.norm(dim=-1).mean() / size**0.5
    projection.weight[picture] = constant_direction(features.flatten(0, 1)) * level

    first = text.layers[0].self_attn
    for row in (far, far + head // 2, near, near + head // 2):
        first.q_proj.weight[row] = 0
        first.k_proj.weight[row] = 0
    first.q_proj.weight[far, picture], first.k_proj.weight[far, mark] = 5.0, 5.0
    first.q_proj.weight[near, picture], first.k_proj.weight[near, mark] = 4.0, 4.0
    first.v_proj.weight[0] = 0
    first.v_proj.weight[0, sign] = 1.0
    for shared in range(groups):
        first.o_proj.weight[:, shared * head] = 0
    first.o_proj.weight[side, 0] = 0.75 * level

    count = head * config.num_key_value_heads
    readers = predictive_directions(embedded.mean(1), targets, count)
    spread = _spread(size, count, scale, channels, seed=0)
    # RMSNorm divides by the embedding's level, so the readers see embedded / level.
    _read_both(text.layers[1].self_attn, channels, readers * level, (spread, -spread))
    return channels


@torch.no_grad()
def name_sides(
    model: MultimodalModel,
    channels: Channels,
    ids: Tensor,
    features: Tensor,
    targets: Tensor,
) -> None:
    """Sets layer 2, after `set_sides`.

    ids: [B, T] prompts of equal length; features: [2 B, P, D] of their pictures; targets: [2 B, K]
    the factors to name.
    """
    text, config = model.model.text_model, model.config.text
    cos, sin = rotary(torch.arange(ids.shape[1])[None], config.head_dim, config.rope_theta)
    pooled = []
    for start in range(0, len(ids), 32):
        part = ids[start : start + 32]
        x = model.embed(part, features[2 * start : 2 * (start + len(part))])
        for layer in text.layers[:2]:
            x = layer(x, cos[:, None], sin[:, None], None, True, None)
        x = text.layers[2].input_layernorm(x)
        pictures = x[part == model.config.image_token_id]
        pooled.append(pictures.view(2 * len(part), -1, x.shape[-1]).mean(1))
    count = config.head_dim * config.num_key_value_heads
    readers = predictive_directions(torch.cat(pooled), targets, count)
    scale = text.embed_tokens.weight.norm(dim=1).mean() / config.hidden_size**0.5
    out = tuple(_spread(config.hidden_size, count, scale, channels, seed) for seed in (1, 2))
    attention = text.layers[2].self_attn
    attention.v_proj.weight[:] = 0
    _read_both(attention, channels, readers, (out[0], out[1]))


@torch.no_grad()
def side_shares(model: MultimodalModel, ids: Tensor, features: Tensor) -> dict[str, list[float]]:
    """How much of each head of layer 1 falls on A's and on B's picture, from the last token."""
    text, config = model.model.text_model, model.config.text
    x = model.embed(ids, features.flatten(0, 1).float())
    cos, sin = rotary(torch.arange(ids.shape[1])[None], config.head_dim, config.rope_theta)
    cos, sin = cos[:, None], sin[:, None]
    x = text.layers[0](x, cos, sin, None, True, None)
    attention = text.layers[1].self_attn
    normed = text.layers[1].input_layernorm(x)
    q = attention.q_proj(normed).unflatten(-1, (attention.heads, -1)).transpose(1, 2)
    k = attention.k_proj(normed).unflatten(-1, (attention.kv_heads, -1)).transpose(1, 2)
    k = k.repeat_interleave(attention.heads // attention.kv_heads, dim=1)
    q, k = apply_rotary(q, cos, sin), apply_rotary(k, cos, sin)
    weights = F.softmax(q[:, :, -1:] @ k.transpose(-1, -2) / config.head_dim**0.5, -1)[:, :, 0]
    where = (ids == model.config.image_token_id).nonzero()[:, 1].view(len(ids), 2, -1)
    shares = {}
    for name, block in (("a", 0), ("b", 1)):
        index = where[:, block][:, None].expand(-1, weights.shape[1], -1)
        shares[name] = weights.gather(-1, index).sum(-1).mean(0).tolist()
    return shares
