"""The heads of the layer that compares words start where they should, and fitting teaches it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from stand_in import write_stand_in

from common.jsonl import read_jsonl
from common.logs import RunLog
from common.vision import VisionConfig
from selector import matching
from selector.data import Creatives, load_creatives
from selector.drill import Drills
from selector.examples import Vocabulary, fit_tokenizer
from selector.matching import LAYER, QUERIES, TITLE, WRITTEN, MatchingFit, fit_matching
from selector.model import MultimodalModel, build_model
from selector.recipes import CPU


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selector.drill.LINES", 1)
    monkeypatch.setattr(matching, "LOG_EVERY", 10)


@pytest.fixture
def data(tmp_path: Path) -> Creatives:
    read = load_creatives(write_stand_in(tmp_path / "set"))
    interests = ("eco", "sale", "new")
    for index, creative in enumerate(read.creatives.values()):
        said = interests[index % 3]
        creative["factors"] |= {"headline": f"All {said}", "headline_interest": said}
    for index, pair in enumerate(read.pairs):
        pair["context"] |= {"interests": [interests[index % 3]], "feature": "eco"}
        pair["context"]["color_asked"] = False
    return read


def model_of(data: Creatives) -> tuple[MultimodalModel, Vocabulary]:
    torch.manual_seed(11)
    vocabulary = Vocabulary(fit_tokenizer(data, 640))
    vision = VisionConfig(32, 64, 1, 2, image_size=64, patch_size=32, stem=(8, 8, 16, 16, 32))
    return build_model(replace(CPU, vision=vision), vocabulary), vocabulary


def test_heads_start_on_the_part_they_are_to_read(data: Creatives) -> None:
    model, vocabulary = model_of(data)
    drills = Drills(data, vocabulary)
    features = torch.randn(len(data.order), 4, 32)
    drilled = matching.draw_drills(model, vocabulary, data, features, drills, 24, seed=2)
    fit = MatchingFit(model, drilled, matching.Concepts.of(drills))
    attention, config = fit.layer.self_attn, model.config.text
    for drill in drilled[:6]:
        x = fit.layer.input_layernorm(drill.stream.float())[None]
        turns = matching._turns(model, torch.arange(x.shape[1]))
        q, k = attention.queries(x, *turns)[0], attention.keys_values(x, *turns)[0][0]
        for at in drill.at.tolist():
            for head in range(attention.heads):
                group, which = divmod(head, attention.heads // attention.kv_heads)
                scores = q[head, at] @ k[group, : at + 1].T / config.head_dim**0.5
                share = scores.softmax(-1)
                part = {
                    QUERIES: drill.queries,
                    TITLE: drill.title,
                    WRITTEN: slice(at - 12, at + 1),
                }[which]
                evenly = len(range(x.shape[1])[part]) / (at + 1)
                assert share[part].sum() > min(0.7, 5 * evenly), (which, at)


def test_fitting_changes_this_layer_alone_and_lowers_the_loss(
    data: Creatives, tmp_path: Path
) -> None:
    model, vocabulary = model_of(data)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    features = torch.randn(len(data.order), 4, 32)
    drills = Drills(data, vocabulary)
    log, size = RunLog(tmp_path, "fit"), {"count": 24, "held": 8, "steps": 30}
    told = fit_matching(model, vocabulary, data, features, drills, log, seed=1, **size)
    assert set(told) == {"searched", "titled", "color", "kind"}
    losses = [row["loss"] for row in read_jsonl(tmp_path / "fit.jsonl")]
    assert losses[0] > 1.5 * min(losses[1:])
    changed = [k for k, v in model.state_dict().items() if not torch.equal(before[k], v)]
    assert changed
    assert all(name.startswith(f"model.text_model.layers.{LAYER}.") for name in changed)
