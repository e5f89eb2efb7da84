"""What the auxiliary heads are asked, and that mirrored answers cost nothing."""

from pathlib import Path

import pytest
import torch
from stand_in import write_stand_in

from common.tokenizer import train_tokenizer
from selector.data import load_creatives
from selector.evidence import EVIDENCE, Asked, EvidenceHeads, asked_of, mirror_loss
from selector.examples import View, Vocabulary
from selector.prompt import TAGS, WORDS


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(train_tokenizer(["Q10 A Q10 B"], 400, tags=TAGS, words=WORDS))


def test_facts_stand_before_their_answers_and_turn_with_the_sides(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    data = load_creatives(write_stand_in(tmp_path))
    pair = data.pairs_of("train")[0]
    found = {}
    for order in ("AB", "BA"):
        view = View(pair, order, "en")
        ids = vocabulary.encode(view.response(None, with_reasons=False))
        asked = asked_of(0, 5, ids, view, data, vocabulary)
        assert [a.question for a in asked] == [f"q{i}" for i in range(1, 11)] + ["final"]
        third = next(a for a in asked if a.question == "q3")
        assert vocabulary.decode([ids[third.token - 5 + 1]]) == view.answers["q3"]
        found[order] = {a.question: a.facts for a in asked}
    for question, (_, count) in EVIDENCE.items():
        facts = found["AB"][question]
        assert len(facts) == 2 * count
        assert found["BA"][question] == facts[count:] + facts[:count]
    price = [names.index(1.0) for names in (found["AB"]["q5"][:6], found["AB"]["q5"][6:])]
    assert price == [0, 0]  # both have a headline
    assert found["AB"]["q5"][2] != found["AB"]["q5"][8]  # the bright one alone has a price
    scores = {round(score, 3) for score in found["AB"]["q10"]}
    assert scores == {0.599, 0.731}  # σ(0.4) and σ(1)


def test_heads_learn_what_the_states_hold() -> None:
    torch.manual_seed(0)
    heads = EvidenceHeads(8)
    states = torch.randn(4, 3, 8)
    asked = [
        Asked(row, 1, "q6", [float(x > 0) for x in states[row, 1, :6].tolist()]) for row in range(4)
    ]
    optimizer = torch.optim.Adam(heads.parameters(), lr=0.1)
    first = heads.loss(states, asked).item()
    for _ in range(60):
        optimizer.zero_grad()
        loss = heads.loss(states, asked)
        loss.backward()
        optimizer.step()
    assert first > 0.08  # an eighth of log 2: one of eight questions was asked
    assert loss.item() < 0.02


def test_heads_of_an_earlier_run_are_kept_where_they_ask_the_same(tmp_path: Path) -> None:
    earlier, now = EvidenceHeads(8), EvidenceHeads(8)
    own = now.heads["q7"].weight.clone()
    saved = {k: v for k, v in earlier.state_dict().items() if "q7" not in k}
    other_shape = {"heads.q7.weight": torch.zeros(2, 8), "heads.q99.bias": torch.zeros(3)}
    torch.save({"extra": {"evidence": saved | other_shape}}, tmp_path / "sft.pt")
    now.carry_over(tmp_path / "sft.pt")
    assert torch.equal(now.heads["q6"].weight, earlier.heads["q6"].weight)
    assert torch.equal(now.heads["q7"].weight, own)


def test_mirrored_answers_cost_nothing_and_others_do(vocabulary: Vocabulary) -> None:
    size = vocabulary.tokenizer.get_vocab_size()
    asked = [Asked(0, 3, "q3", []), Asked(0, 9, "q10", []), Asked(1, 4, "q3", []),
             Asked(1, 9, "q10", [])]  # fmt: skip
    logits = torch.zeros(4, size)
    logits[0, vocabulary.id("A>B")] = 2.0
    logits[2, vocabulary.id("A<B")] = 2.0
    logits[1, vocabulary.id("ĠA")] = 1.0
    logits[3, vocabulary.id("ĠB")] = 1.0
    assert mirror_loss(logits, asked, vocabulary).item() == pytest.approx(0.0, abs=1e-6)
    logits[3, vocabulary.id("ĠB")] = -1.0
    assert mirror_loss(logits, asked, vocabulary).item() > 0.1
