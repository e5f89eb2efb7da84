"""What a drill teaches is so, and is all that it teaches."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from stand_in import write_stand_in

from common.checkpoint import save_checkpoint
from common.optim import make_optimizer
from selector.data import Creatives, load_creatives
from selector.draws import DRILL, FULL, response_weights
from selector.drill import LINES, Drills
from selector.examples import LANGUAGES, LossWeights, View, Vocabulary, fit_tokenizer
from selector.grammar import grammar, matchers
from selector.model import build_model, load_all_but_vision
from selector.prompt import Language
from selector.recipes import SMOKE

CONTEXT = {"kind": "mug", "color": "red", "interests": ["eco", "sale"], "feature": "eco"}
HEADLINES = {"Kind to nature": "both", "Half price": "searched", "For every day": "neither"}
INTERESTS = {"Kind to nature": "eco", "Half price": "sale", "For every day": "new"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Creatives:
    read = load_creatives(write_stand_in(tmp_path_factory.mktemp("data") / "set"))
    for index, creative in enumerate(read.creatives.values()):
        headline = list(HEADLINES)[index % 3]
        said = {"headline": headline, "headline_interest": INTERESTS[headline]}
        creative["factors"] = {**creative["factors"], **said}
    return read


@pytest.fixture(scope="module")
def vocabulary(data: Creatives) -> Vocabulary:
    return Vocabulary(fit_tokenizer(data, 640))


def view_of(data: Creatives, language: Language) -> View:
    return View({**data.pairs_of("train")[0], "context": CONTEXT}, "AB", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_follows_from_what_the_line_says(
    data: Creatives, vocabulary: Vocabulary, language: Language
) -> None:
    drills, words = Drills(data, vocabulary), grammar()["lexicon"]
    view = view_of(data, language)
    lines = [
        line
        for seed in range(20)
        for line in drills.draw(view, np.random.default_rng(seed)).text.split("\n")[1:]
    ]
    assert len(lines) == 20 * 2 * LINES
    seen = set()
    for line in lines:
        question, _, text = line.split(" ", 2)
        reading = [m for m in matchers(question.lower(), "no", language) if m.reads]
        said = next(found for m in reading if (found := m.pattern.fullmatch(text))).groups()
        for facts in (said[: len(said) // 2], said[len(said) // 2 :]):
            if question == "Q1":
                color, kind, finding = facts
                expected = "right"
                if kind != words["kind"]["mug"][language]:
                    expected = "wrong_kind"
                elif color != words["color"]["red"][language]:
                    expected = "wrong_color"
                assert finding == words["match"][expected][language], line
            else:
                headline, finding = facts
                assert finding == words["appeal"][HEADLINES[headline]][language], line
            seen.add(finding)
    # Each finding but "as titled", which this pair's headlines cannot be, is drawn.
    assert len(seen) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_alone_are_targets(
    data: Creatives, vocabulary: Vocabulary, language: Language
) -> None:
    drills = Drills(data, vocabulary)
    ids = vocabulary.encode(drills.draw(view_of(data, language), np.random.default_rng(3)).text)
    found = drills.findings(ids)
    assert len(found) == 2 * 2 * LINES
    weights = response_weights(ids, DRILL, vocabulary, drills)
    assert sum(weight > 0 for weight in weights) == sum(w.stop - w.start for w in found)
    full = response_weights(ids, FULL, vocabulary, drills)
    assert min(full) == LossWeights().reason
    assert all(full[i] == LossWeights().finding for where in found for i in range(len(ids))[where])


def test_added_layers_pass_on_what_they_get(
    vocabulary: Vocabulary, data: Creatives, tmp_path: Path
) -> None:
    torch.manual_seed(5)
    small = build_model(SMOKE, vocabulary)
    save_checkpoint(tmp_path / "sft.pt", 1, small, make_optimizer(small, 0.1))
    deeper = replace(SMOKE, text=replace(SMOKE.text, num_hidden_layers=4))
    large = build_model(deeper, vocabulary)
    ids = torch.tensor([vocabulary.encode("Title: a red square")])
    before = small.model.text_model(small.embed(ids, torch.zeros(0, 4, 32)))
    load_all_but_vision(large, tmp_path / "sft.pt")
    assert len(large.model.text_model.layers) == 4
    assert torch.equal(large.model.text_model(large.embed(ids, torch.zeros(0, 4, 32))), before)
