"""GRPO's pieces against hand-computed values."""

import math

import pytest
import torch

from common.tokenizer import train_tokenizer
from selector.examples import Vocabulary, lines_of
from selector.grpo import (
    Line,
    Reward,
    group_advantages,
    grpo_loss,
    token_advantages,
    verdict_loss,
)
from selector.prompt import TAGS, WORDS


def test_advantages_are_normalised_within_a_group() -> None:
    rewards = torch.tensor([[0.0, 1.0, 2.0], [5.0, 5.0, 5.0]])
    advantages = group_advantages(rewards)
    torch.testing.assert_close(advantages[0], torch.tensor([-1.0, 0.0, 1.0]), atol=1e-3, rtol=0)
    assert torch.equal(advantages[1], torch.zeros(3))


def test_loss_of_an_unchanged_policy_is_minus_the_mean_advantage() -> None:
    logprobs = torch.log(torch.tensor([0.5, 0.25]))
    share = torch.tensor([0.5, 0.5])
    loss, kl, cut = grpo_loss(
        logprobs, logprobs, logprobs, torch.tensor([1.0, 2.0]), share, clip=0.2, kl=0.1
    )
    assert loss.item() == pytest.approx(-1.5)
    assert (float(kl), float(cut)) == (0.0, 0.0)


def test_gains_beyond_the_clip_range_earn_nothing_more() -> None:
    old = torch.log(torch.tensor([0.5]))
    new = torch.log(torch.tensor([0.9])).requires_grad_()
    loss, _, cut = grpo_loss(
        new, old, new.detach(), torch.tensor([1.0]), torch.tensor([1.0]), clip=0.2, kl=0.0
    )
    assert loss.item() == pytest.approx(-1.2)
    assert float(cut) == 1.0
    loss.backward()
    assert float(new.grad) == 0.0


def test_divergence_is_the_unbiased_positive_estimate() -> None:
    new, reference = torch.log(torch.tensor([0.5])), torch.log(torch.tensor([0.25]))
    _, kl, _ = grpo_loss(new, new, reference, torch.zeros(1), torch.ones(1), clip=0.2, kl=1.0)
    gap = math.log(0.5)
    assert float(kl) == pytest.approx(math.exp(gap) - gap - 1)


TEXT = "<think>\nQ1 NO x\nQ3 A>B y\nQ10 A z\n</think><answer>A</answer>"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(train_tokenizer([TEXT, "Q10 B"], 400, tags=TAGS, words=WORDS))


def test_a_line_is_credited_to_its_own_tokens(vocabulary: Vocabulary) -> None:
    """The form counts everywhere, a line in itself, the verdict in its line and behind it."""
    ids = vocabulary.encode(TEXT)
    lines = lines_of(ids, vocabulary)
    assert [line for line in dict.fromkeys(lines) if line is not None] == [0, 2, 9]
    assert lines[0] is None
    assert lines[-1] is None
    right, wrong = Line(right=True, faithful=True), Line(right=False, faithful=False)
    rewards = [
        Reward(1.0, 1.0, {"q1": right, "q3": wrong, "q10": right}),
        Reward(0.0, 0.0, {"q1": right, "q3": right, "q10": wrong}),
    ]
    better, worse = token_advantages(rewards, 2, [ids, ids], vocabulary)
    part = 0.7071  # of two rewards, each is 1/sqrt 2 deviations from the mean
    expected = {0: part, 2: 0.0, 9: 3 * part, None: 2 * part}
    wanted = [part if i < lines.index(0) else expected[q] for i, q in enumerate(lines)]
    torch.testing.assert_close(better, torch.tensor(wanted), atol=1e-3, rtol=0)
    torch.testing.assert_close(worse, -better, atol=1e-3, rtol=0)


class Copying:
    """Scores are the state itself."""

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden


def test_the_verdict_is_learned_where_a_response_gives_it(vocabulary: Vocabulary) -> None:
    """Read before Q10's letter, whichever letter was sampled; nothing where there is none."""
    ids, size = vocabulary.encode(TEXT), vocabulary.tokenizer.get_vocab_size()
    begin, place = 3, ids.index(vocabulary.id("Q10"))
    a, b = vocabulary.id("ĠA"), vocabulary.id("ĠB")
    hidden = torch.zeros(2, begin + len(ids), size)
    hidden[0, begin + place, a], hidden[0, begin + place, b] = 1.0, 3.0
    responses = [ids, ids[:place]]
    for label, gap in (("A", 2.0), ("B", -2.0)):
        loss = verdict_loss(Copying(), hidden, vocabulary, [begin, begin], responses, [label, "A"])
        assert loss.item() == pytest.approx(math.log1p(math.exp(gap)), rel=1e-5)
    nothing = verdict_loss(Copying(), hidden, vocabulary, [begin], [ids[:place]], ["A"])
    assert nothing.item() == 0.0
