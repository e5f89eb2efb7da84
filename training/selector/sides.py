"""Gives the text model a notion of sides before fine-tuning (our choice; no paper states it).

Both pictures enter as the same kind of tokens, and telling A's from B's takes a text model trained
on few pairs very long to find. Instead of waiting, a few weights are set once, then trained on:

- six channels of the residual stream are reserved: MARK (a letter that names a side), SIGN (which),
  PICTURE (constant on picture tokens), PLAIN (constant on text tokens), SIDE and SPOKEN (below);
- layer 0: every token attends to the nearest letter before it and copies its sign, a picture to
  SIDE, a word to SPOKEN: the side that the sentence speaks of;
- a layer above: of each key-value group one head reads A's tokens, one B's, with values that
  predict the factors, and their difference enters the residual stream: what is compared;
- the next: the same heads again with values that predict the words of a description, each side
  written to directions of its own: a difference cannot say which colour A has. A third head reads
  the side spoken of and adds the predicted words' embeddings, that is, to their logits (output
  weights are tied): p(word) ~ p(word | text) * exp(evidence of the picture).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from common.decoder import Attention, rotary
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
    """[count, C]: the directions of pooled embeddings [N, C] that predict targets [N, K] best.

    They are orthogonal to the mean embedding, since no layer has a bias to take it off. Zeros where
    there are fewer targets.
    """
    mean = pooled.mean(0)
    x, y = pooled - mean, targets - targets.mean(0)
    gram = x.T @ x + 100 * len(x) * mean.outer(mean)
    gram += 1e-3 * gram.diagonal().mean() * torch.eye(len(gram))
    weights = torch.linalg.solve(gram, x.T @ y)  # [C, K]
    _, strengths, directions = torch.linalg.svd(x @ weights, full_matrices=False)
    # Indicators of one choice add up to a constant: what is left of such directions is rounding.
    directions = directions[strengths > 0.01 * strengths[0]]
    readers = (weights @ directions.T).T[:count]  # principal predictions, as maps of x
    readers = readers / (x @ readers.T).std(0, keepdim=True).T
    return F.pad(readers, (0, 0, 0, count - len(readers)))


WORD_EVIDENCE = 8.0  # nats that a picture adds to a word it surely shows


@dataclass(frozen=True)
class Channels:
    """The reserved channels of the residual stream."""

    mark: int
    sign: int
    picture: int
    plain: int
    side: int
    spoken: int

    def all(self) -> list[int]:
        return [self.mark, self.sign, self.picture, self.plain, self.side, self.spoken]


@dataclass(frozen=True)
class Levels:
    """Mean size of the channels at the input of a layer's attention, after its norm."""

    mark: float
    picture: float
    plain: float
    side: float
    spoken: float


@dataclass(frozen=True)
class Sample:
    """Prompts of equal length, ids [B, T], and the features [2 B, P, D] of their pictures."""

    ids: Tensor
    features: Tensor

    def part(self, size: int) -> Iterator["Sample"]:
        for start in range(0, len(self.ids), size):
            chosen = slice(2 * start, 2 * min(start + size, len(self.ids)))
            yield Sample(self.ids[start : start + size], self.features[chosen].float())

    def states(self, model: MultimodalModel) -> list[Tensor]:
        """The input of every layer's attention, after its norm, and the last residual stream."""
        text, states = model.model.text_model, []
        hooks = [
            layer.input_layernorm.register_forward_hook(
                lambda _module, _in, out: states.append(out)
            )
            for layer in text.layers
        ]
        hooks.append(
            text.norm.register_forward_pre_hook(lambda _module, ins: states.append(ins[0]))
        )
        try:
            text(model.embed(self.ids, self.features))
        finally:
            for hook in hooks:
                hook.remove()
        return states


def _levels(model: MultimodalModel, sample: Sample, layer: int, channels: Channels) -> Levels:
    part = next(sample.part(16))
    state = part.states(model)[layer]
    is_picture = part.ids == model.config.image_token_id
    pictures, text = state[is_picture].abs(), state[~is_picture].abs()
    return Levels(
        mark=float(text[:, channels.mark].amax()),
        picture=float(pictures[:, channels.picture].mean()),
        plain=float(text[:, channels.plain].mean()),
        side=float(pictures[:, channels.side].mean()),
        spoken=float(text[:, channels.spoken].mean()),
    )


def _attend_pictures(
    attention: Attention, query: int, key: int, channels: Channels, levels: Levels, side: Tensor
) -> None:
    """Lets the query head at row `query` read the pictures of one side, by the keys at row `key`.

    side: the row [C] of the query's weights that says which.
    """
    head = attention.q_proj.weight.shape[0] // attention.heads
    is_picture, which = head // 2 - 1, head // 2 - 2  # rotary pairs that hardly turn
    for pair in (is_picture, which):
        for row in (pair, pair + head // 2):
            attention.k_proj.weight[key + row] = 0
            attention.q_proj.weight[query + row] = 0
    attention.k_proj.weight[key + is_picture, channels.picture] = 7.0 / levels.picture
    attention.q_proj.weight[query + is_picture, channels.plain] = 7.0 / levels.plain
    attention.k_proj.weight[key + which, channels.side] = 5.0 / levels.side
    attention.q_proj.weight[query + which] = side


def _read_both(
    attention: Attention, channels: Channels, levels: Levels, readers: Tensor,
    out: tuple[Tensor, Tensor], spoken: Tensor | None = None,
) -> None:  # fmt: skip
    """Head 0 of each key-value group reads the mean of A's tokens, head 1 that of B's.

    readers: [groups x D, C], the values; out: for A and B the directions [C, groups x D] that the
    values are written to; spoken: the same for head 2, which reads the side spoken of.
    """
    groups, heads = attention.kv_heads, attention.heads // attention.kv_heads
    head, size = attention.v_proj.weight.shape[0] // groups, attention.q_proj.weight.shape[1]
    for group in range(groups):
        k0, q0 = group * head, group * heads * head
        part = slice(group * head, (group + 1) * head)
        attention.v_proj.weight[k0 : k0 + len(readers[part])] = readers[part]
        outs = out if spoken is None else (*out, spoken)
        for which, written in enumerate(outs):
            side = torch.zeros(size)
            if which < 2:
                side[channels.plain] = (-5.0, 5.0)[which] / levels.plain
            else:
                side[channels.spoken] = 5.0 / levels.spoken
            row = q0 + which * head
            _attend_pictures(attention, row, k0, channels, levels, side)
            attention.o_proj.weight[:, row : row + head] = written[:, part]


def _spread(size: int, count: int, scale: Tensor, channels: Channels, seed: int) -> Tensor:
    """Random directions [C, count] that leave the reserved channels alone."""
    spread = torch.randn(size, count, generator=torch.Generator().manual_seed(seed)) * scale * 0.5
    spread[channels.all()] = 0
    return spread


@torch.no_grad()
def set_sides(
    model: MultimodalModel, vocabulary: Vocabulary, sample: Sample, targets: Tensor, layer: int = 1
) -> Channels:
    """Sets layer 0 and a layer above. targets: [2 B, K] factors of the sample's pictures."""
    text, config = model.model.text_model, model.config.text
    projection = model.model.connector.modality_projection.proj
    channels = Channels(*_reserve(model, 6))
    mark, sign, picture, plain = channels.mark, channels.sign, channels.picture, channels.plain
    size, head = config.hidden_size, config.head_dim
    groups = config.num_attention_heads // config.num_key_value_heads
    scale = text.embed_tokens.weight.norm(dim=1).mean() / size**0.5
    # Later layers write far more than an embedding holds; the mark of text must not drown in it.
    text.embed_tokens.weight[:, plain] = 10 * scale
    for a, b in vocabulary.side_letters:
        text.embed_tokens.weight[[a, b], mark] = 2 * scale
        text.embed_tokens.weight[a, sign] = -2 * scale
        text.embed_tokens.weight[b, sign] = 2 * scale
    features = sample.features.float()
    embedded = features @ projection.weight.T  # [N, P, C]
    level = embedded.norm(dim=-1).mean() / size**0.5
    projection.weight[picture] = constant_direction(features.flatten(0, 1)) * level

    levels = _levels(model, sample, 0, channels)
    first = text.layers[0].self_attn
    far, near = head // 2 - 1, head * 3 // 16  # rotary pairs: hardly turns, fades with distance
    # A picture's letter is 2 to 27 tokens before it. A word's may stand anywhere: a fast pair tells
    # near from nearer, a slow one keeps the other two from coming round again.
    fast, slow = head // 8, head * 9 // 32
    for pair in (far, near, fast, slow):
        for row in (pair, pair + head // 2):
            first.k_proj.weight[row] = 0
            first.q_proj.weight[[row, head + row]] = 0
        first.k_proj.weight[pair, mark] = 5.0 / levels.mark
        first.q_proj.weight[head + pair, plain] = 5.0 / levels.plain
    for pair in (far, near):
        first.q_proj.weight[pair, picture] = 8.0 / levels.picture
    first.v_proj.weight[0] = 0
    first.v_proj.weight[0, sign] = 1.0 / levels.mark
    for shared in range(groups):
        first.o_proj.weight[:, shared * head] = 0
    first.o_proj.weight[channels.side, 0] = 1.5 * level
    first.o_proj.weight[channels.spoken, head] = 10 * scale

    count = head * config.num_key_value_heads
    readers = predictive_directions(embedded.mean(1), targets, count)
    spread = _spread(size, count, scale, channels, seed=0)
    # RMSNorm divides by the embedding's level, so the readers see embedded / level.
    levels = _levels(model, sample, layer, channels)
    _read_both(text.layers[layer].self_attn, channels, levels, readers * level, (spread, -spread))
    return channels


@torch.no_grad()
def name_words(
    model: MultimodalModel, channels: Channels, sample: Sample, words: Tensor, layer: int
) -> None:
    """Sets a layer above those of `set_sides`, afterwards; with several, the lower ones first.

    words: [2 B, V] which tokens of the vocabulary describe each picture, 0 or 1.
    """
    text, config = model.model.text_model, model.config.text
    pooled, rms = [], []
    for part in sample.part(32):
        states = part.states(model)
        pictures = states[layer][part.ids == model.config.image_token_id]
        pooled.append(pictures.view(len(part.features), -1, config.hidden_size).mean(1))
        rms.append(states[-1][:, -1].norm(dim=-1) / config.hidden_size**0.5)
    count = config.head_dim * config.num_key_value_heads
    share = words.mean(0)
    used = ((share > 0.002) & (share < 0.9)).nonzero()[:, 0]
    x, y = torch.cat(pooled), words[:, used] - words[:, used].mean(0)
    spreads = y.std(0)  # rare words count as much as frequent ones
    readers = predictive_directions(x, y / spreads, count)
    read = (x - x.mean(0)) @ readers.T  # [2 B, count]
    # gelsd: the default driver forgets to set its pivots (pytorch/pytorch#187411), so that readers
    # left zero cost it others, now and then.
    decode = torch.linalg.lstsq(read, y, driver="gelsd").solution  # [count, used]: shares of words
    embeddings = text.embed_tokens.weight[used].clone()
    embeddings[:, channels.all()] = 0
    # A word's logit is embedding . (norm.weight * x / rms).
    towards = embeddings / embeddings.square().sum(1, keepdim=True) / text.norm.weight.mean()
    spoken = (decode @ towards).T * torch.cat(rms).mean() * WORD_EVIDENCE
    scale = text.embed_tokens.weight.norm(dim=1).mean() / config.hidden_size**0.5
    seeds = (2 * layer, 2 * layer + 1)
    out = [0.2 * _spread(config.hidden_size, count, scale, channels, seed) for seed in seeds]
    attention = text.layers[layer].self_attn
    attention.v_proj.weight[:] = 0
    levels = _levels(model, sample, layer, channels)
    _read_both(attention, channels, levels, readers, (out[0], out[1]), spoken)


@torch.no_grad()
def picture_shares(model: MultimodalModel, sample: Sample, layer: int) -> Tensor:
    """[heads, 2]: how much of each head of a layer falls on A's and on B's picture, from the last
    token of the first prompt."""
    config = model.config.text
    attention = model.model.text_model.layers[layer].self_attn
    state = sample.states(model)[layer][:1]
    cos, sin = rotary(torch.arange(state.shape[1])[None], config.head_dim, config.rope_theta)
    cos, sin = cos[:, None], sin[:, None]
    q, k = attention.queries(state, cos, sin), attention.keys_values(state, cos, sin)[0]
    k = attention.per_head(k)
    weights = F.softmax(q[:, :, -1:] @ k.transpose(-1, -2) / config.head_dim**0.5, -1)[0, :, 0]
    where = (sample.ids[0] == model.config.image_token_id).nonzero()[:, 0].view(2, -1)
    return torch.stack([weights[:, side].sum(-1) for side in where], dim=1)
