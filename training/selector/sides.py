"""Gives the text model a notion of sides before fine-tuning (our choice; no paper states it).

Both pictures enter as the same kind of tokens, and telling A's from B's takes a text model trained
on few pairs very long to find. Instead of waiting, a few weights are set once, then trained on:

- five channels of the residual stream are reserved: MARK (the letter before a picture), SIGN (its
  side), PICTURE (constant on picture tokens), TEXT (constant on text tokens), SIDE (written below);
- layer 0: picture tokens attend to the nearest letter before them and copy its sign to SIDE;
- layer 1: of each key-value group one head reads A's tokens, one B's, with values that predict the
  factors, and their difference enters the residual stream.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from common.decoder import apply_rotary, rotary
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


@torch.no_grad()
def set_sides(
    model: MultimodalModel, vocabulary: Vocabulary, features: Tensor, targets: Tensor
) -> None:
    """Sets the weights. features: [N, P, D] of training pictures; targets: [N, K] their factors."""
    text, config = model.model.text_model, model.config.text
    projection = model.model.connector.modality_projection.proj
    mark, sign, picture, plain, side = _reserve(model, 5)
    size, head = config.hidden_size, config.head_dim
    groups = config.num_attention_heads // config.num_key_value_heads
    # Rotary pairs of a head: the last two hardly turn, the third fades with distance.
    far, far_side, near = head // 2 - 1, head // 2 - 2, head * 3 // 16
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

    second = text.layers[1].self_attn
    count = head * config.num_key_value_heads
    readers = predictive_directions(embedded.mean(1), targets, count)
    generator = torch.Generator().manual_seed(0)
    for group in range(config.num_key_value_heads):
        k0, q0 = group * head, group * groups * head
        for row in (far, far + head // 2, far_side, far_side + head // 2):
            second.k_proj.weight[k0 + row] = 0
            second.q_proj.weight[q0 + row] = 0
            second.q_proj.weight[q0 + head + row] = 0
        second.k_proj.weight[k0 + far, picture] = 5.0
        second.k_proj.weight[k0 + far_side, side] = 5.0
        for which, direction in ((0, -1.0), (1, 1.0)):
            row = q0 + which * head
            second.q_proj.weight[row + far, plain] = 5.0
            second.q_proj.weight[row + far_side, plain] = 5.0 * direction
        # RMSNorm divides by the embedding's level, so the readers see embedded / level.
        part = readers[group * head : (group + 1) * head]
        second.v_proj.weight[k0 : k0 + len(part)] = part * level
        spread = torch.randn(size, head, generator=generator) * scale * 0.5
        spread[[mark, sign, picture, plain, side]] = 0
        second.o_proj.weight[:, q0 : q0 + head] = spread
        second.o_proj.weight[:, q0 + head : q0 + 2 * head] = -spread


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
