"""Batched sampling with a key-value cache."""

from dataclasses import dataclass

import torch
from torch import Tensor

from common.decoder import KeyValueCache
from common.idefics3 import MultimodalModel
from common.tokenizer import END
from selector.examples import Vocabulary


@dataclass(frozen=True)
class Generated:
    """One response. `answer_logit`: logit A - logit B of the verdict; None if never reached.

    Read at Q10, or after <answer> where no Q10 is: <answer> repeats its letter, always sure.
    """

    ids: list[int]
    text: str
    answer_logit: float | None

    def probability_a(self, temperature: float = 1.0) -> float | None:
        """P(A) among A and B."""
        return None if self.answer_logit is None else sigmoid(self.answer_logit / temperature)


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x)."""
    return float(torch.sigmoid(torch.tensor(x, dtype=torch.float64)))


@torch.no_grad()
def generate(
    model: MultimodalModel,
    vocabulary: Vocabulary,
    prompts: list[list[int]],
    features: Tensor,
    max_new_tokens: int,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> list[Generated]:
    """Continues every prompt. features: [B, 2, P, D] of the vision tower. Temperature 0: greedy."""
    text_model, device = model.model.text_model, features.device
    width, batch = max(map(len, prompts)), len(prompts)
    ids = torch.full((batch, width), vocabulary.pad, device=device)
    key_mask = torch.zeros(batch, width + max_new_tokens, dtype=torch.bool, device=device)
    for row, prompt in enumerate(prompts):  # padded on the left, so that all end together
        ids[row, width - len(prompt) :] = torch.tensor(prompt, device=device)
        key_mask[row, width - len(prompt) :] = True  # later tokens too
    embeddings = model.embed(ids, features.flatten(0, 1).float())
    cache = KeyValueCache(text_model.config, batch, width + max_new_tokens, embeddings)
    hidden = text_model(embeddings, key_mask=key_mask[:, :width], cache=cache)[:, -1]

    end, letters = vocabulary.id(END), vocabulary.verdict_letters
    outputs: list[list[int]] = [[] for _ in prompts]
    answers: list[float | None] = [None] * batch
    active = torch.arange(batch, device=device)  # prompts that the rows of the cache belong to
    for step in range(max_new_tokens):
        logits = model.logits(hidden)
        logits[:, vocabulary.image] = -torch.inf  # stands for pixels; no response holds one
        for row, prompt in enumerate(active.tolist()):
            before = outputs[prompt][-1] if outputs[prompt] else -1
            if before in letters and answers[prompt] is None:
                a, b = letters[before]
                answers[prompt] = float(logits[row, a] - logits[row, b])
        tokens = choose(logits, temperature, generator)
        for row, prompt in enumerate(active.tolist()):
            outputs[prompt].append(int(tokens[row]))
        going = tokens != end
        if not going.any() or step + 1 == max_new_tokens:
            break
        if going.float().mean() < 0.8 or len(going) <= 8:  # drop finished rows now and then
            kept = going.nonzero()[:, 0]
            cache.select(kept)
            active, tokens, key_mask = active[kept], tokens[kept], key_mask[kept]
        used = width + step + 1
        hidden = text_model(
            text_model.embed_tokens(tokens[:, None]), key_mask=key_mask[:, :used], cache=cache
        )[:, -1]
    cut = [out[: out.index(end) + 1] if end in out else out for out in outputs]
    return [
        Generated(out, vocabulary.decode(out), logit)
        for out, logit in zip(cut, answers, strict=True)
    ]


def choose(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """The next tokens [B] from logits [B, V]."""
    if temperature == 0:
        return logits.argmax(-1)
    probabilities = (logits.float() / temperature).softmax(-1)
    return torch.multinomial(probabilities, 1, generator=generator)[:, 0]
