"""Smoke run of every method of the encoder on drawn stand-ins, resuming, and its losses."""

import dataclasses
import json
import random
from pathlib import Path

import pytest
import torch

from common.runtime import Runtime, open_runtime
from common.tokenizer import PAD
from encoder import data
from encoder.losses import ObjectiveWeights, filter_weights, info_nce, load_balance
from encoder.moon import BANK_SIZE, MemoryBank, circle_loss, generative_loss
from encoder.pictures import KeptPictures, LivePictures
from encoder.pretrain_vision import VISION
from encoder.recipes import SMOKE
from encoder.train import (
    METHODS,
    SHARES,
    Run,
    Setting,
    Trainee,
    Views,
    draw,
    nano_config,
    step_loss,
    train,
)

COLOURS = ("red", "teal", "amber", "black", "white", "green")
KINDS = ("lamp", "mug", "chair")


def products() -> tuple[list[data.Product], torch.Tensor]:
    """Eighteen products of plain colours, two pictures each."""
    out, pixels = [], []
    generator = torch.Generator().manual_seed(3)
    for number, (kind, colour) in enumerate((k, c) for k in KINDS for c in COLOURS):
        product = data.Product(
            key=f"p{number}",
            source="catalogue",
            split="train",
            group=f"p{number}",
            titles=[f"{colour} {kind} by Juno"],
            enriched=[f"{colour} {kind} by Juno. {colour}, {kind}"],
            query_texts=[f"{colour} {kind}"],
            main_images=[],
            query_images=[],
            descriptions=[f"{kind} in plain {colour}, made by Juno"],
            scenes=[data.Scene(Path("unused"), [f"{colour} {kind}: "], ["left, top, small"])],
        )
        product.scenes[0].row = 2 * number + 1
        product.main_rows, product.query_rows = [2 * number], [2 * number + 1]
        base = torch.randint(0, 256, (1, 3, 8, 8), generator=generator, dtype=torch.uint8)
        pixels += [base.repeat_interleave(16, 2).repeat_interleave(16, 3)] * 2
        out.append(product)
    return out, torch.cat(pixels)


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return open_runtime("cpu", threads=1)


@pytest.fixture(scope="module")
def stand_in() -> tuple[list[data.Product], torch.Tensor]:
    return products()


def start(stand_in: tuple[list[data.Product], torch.Tensor], run: Run) -> tuple:
    """Trainee and tokenizer, the same for the same run."""
    torch.manual_seed(5)
    tokenizer = data.catalogue_tokenizer(stand_in[0])
    return Trainee(nano_config(tokenizer, run.switches.experts)), tokenizer


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains_and_resumes_bit_identically(
    method: str, stand_in: tuple, runtime: Runtime, tmp_path: Path
) -> None:
    whole = Run(tmp_path / "whole", method, steps=SMOKE.steps, batch=SMOKE.batch)
    for run in (
        whole,
        dataclasses.replace(whole, output=tmp_path / "parts", stop_at=2),
        dataclasses.replace(whole, output=tmp_path / "parts"),
    ):
        trainee, tokenizer = start(stand_in, run)
        before = trainee.encoder.model["connector"].modality_projection.proj.weight.clone()
        tower = trainee.encoder.model["vision_model"]
        train(run, trainee, tokenizer, stand_in[0], LivePictures(tower, stand_in[1]), runtime)
        assert not torch.equal(
            before, trainee.encoder.model["connector"].modality_projection.proj.weight
        )
    states = [
        torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["model"]
        for name in ("whole", "parts")
    ]
    for name, tensor in states[0].items():
        assert torch.equal(tensor, states[1][name]), name


def test_generative_examples_are_of_all_four_kinds(stand_in: tuple) -> None:
    written = data.sample_written(stand_in[0], SHARES, 80, random.Random(3))
    ends = ("by Juno", "Juno", "small")
    kinds = {
        "title": [t for t in written.texts if t.endswith("by Juno") and "made" not in t],
        "attributes": [t for t in written.texts if not t.endswith(ends)],
        "describe": [t for t in written.texts if "made by" in t],
        "ground": [t for t in written.texts if t == "left, top, small"],
    }
    assert {kind: 8 <= len(found) <= 32 for kind, found in kinds.items()} == dict.fromkeys(
        kinds, True
    )
    for prompt, text, row in zip(written.prompts, written.texts, written.rows, strict=True):
        assert (prompt != "") == (text == "left, top, small")
        assert row % 2 == (1 if prompt else 0)  # the scene, else the main picture


def test_scenes_are_right_products_shown_once_with_their_place(tmp_path: Path) -> None:
    factors = {
        "match": "right", "count": 1, "inset": False, "columns": False,
        "x": 0.2, "y": 0.7, "size_level": "small",
    }  # fmt: skip
    rows = [
        {"product_id": "p", "file": "a.webp", "factors": factors},
        {"product_id": "p", "file": "b.webp", "factors": {**factors, "match": "wrong_color"}},
        {"product_id": "p", "file": "c.webp", "factors": {**factors, "count": 2}},
        {"product_id": "q", "file": "d.webp", "factors": {**factors, "x": 0.5, "y": 0.5}},
    ]
    (tmp_path / "creatives.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = data.scenes(tmp_path)
    assert [scene.path.name for scene in found["p"]] == ["a.webp"]
    assert found["p"][0].places == ["left, bottom, small", "左侧，下部，小"]
    assert found["q"][0].places[0] == "centre, middle, small"


class AlwaysMask(random.Random):
    """Masks every token that may be masked."""

    def random(self) -> float:
        return 0.0


def test_grounding_writes_the_place_after_its_prompt(stand_in: tuple) -> None:
    trainee, tokenizer = start(stand_in, Run(Path("unused"), "generative"))
    model = trainee.encoder.eval()
    tower = model.model["vision_model"]
    features = LivePictures(tower, stand_in[1]).plain([1])
    written = data.Written(["red lamp: "], ["left, top, small"], [1])
    prompt = data.encode_view(tokenizer, written.prompts[0], model.config.shared.image_tokens)
    place = tokenizer.encode(written.texts[0]).ids
    with torch.no_grad():
        found = generative_loss(model, tokenizer, written, features, AlwaysMask())
        ids = torch.tensor([prompt + [tokenizer.token_to_id(PAD)] * len(place)])
        hidden = model.hidden(ids, torch.ones_like(ids) > 0, model.connect(features))
        logits = hidden[0, len(prompt) :] @ model.model["text_model"].embed_tokens.weight.T
        expected = torch.nn.functional.cross_entropy(logits, torch.tensor(place))
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("method", ["moon2", "contrastive", "purchase"])
def test_losses_stay_on_the_models_device(method: str, stand_in: tuple) -> None:
    """The meta device stands for CUDA: an operation with a tensor left on the CPU is refused."""
    run = Run(Path("unused"), method, batch=6)
    trainee, tokenizer = start(stand_in, run)
    trainee.to("meta")
    drawn = draw(stand_in[0], StandInPictures(), run, random.Random(1))
    bank = MemoryBank(torch.randn(3, 256), ["a", "b", "c"])
    setting = Setting(
        Views(trainee.encoder, tokenizer), trainee.objective, stand_in[0], StandInPictures(), bank
    )
    loss, parts = step_loss(setting, run, 1)
    assert loss.device.type == "meta"
    assert {part.device.type for part in parts.values()} == {"meta"}
    assert drawn.main.device.type == "meta"


class StandInPictures:
    """Features without values, where a GPU would hold them."""

    def query(self, rows: list[int], _generator: object) -> torch.Tensor:
        return torch.empty(len(rows), VISION.grid**2, VISION.hidden_size, device="meta")

    def plain(self, rows: list[int]) -> torch.Tensor:
        return self.query(rows, None)

    def main(self, rows: list[int], _generator: object, _rng: object) -> torch.Tensor:
        return self.query(rows, None)


def test_a_missing_gpu_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="no CUDA device found"):
        open_runtime("cuda", threads=1)


def test_kept_features_are_the_frozen_towers(stand_in: tuple) -> None:
    run = Run(Path("unused"))
    trainee, _ = start(stand_in, run)
    tower = trainee.encoder.model["vision_model"]
    kept = KeptPictures(tower, stand_in[1], stand_in[0])
    generator = torch.Generator().manual_seed(1)
    features = kept.main([0, 4], generator, None)
    assert features.shape == (2, VISION.grid**2, VISION.hidden_size)
    assert torch.equal(features, kept.main([0, 4], generator, None))  # one variant: always the same
    assert not torch.equal(features[0], features[1])


def test_circle_loss_falls_as_positives_rise_and_ignores_what_is_not_allowed() -> None:
    allowed = torch.tensor([[False, True, True], [True, False, False]])
    similarity = torch.tensor([[0.2, 0.4, -0.1], [0.1, 0.3, 0.9]])
    better = similarity.clone()
    better[0, 0] = 0.9
    assert circle_loss(better, allowed) < circle_loss(similarity, allowed)
    hidden = similarity.clone()
    hidden[1, 2] = -0.9  # not allowed as a negative
    assert torch.equal(circle_loss(hidden, allowed), circle_loss(similarity, allowed))


def test_memory_bank_keeps_the_last_rows() -> None:
    bank = MemoryBank()
    for step in range(3):
        bank.push(torch.full((100, 4), float(step)), [f"g{step}"] * 100)
    assert bank.vectors is not None
    assert bank.vectors.shape == (BANK_SIZE, 4)
    assert bank.groups == ["g0"] * 56 + ["g1"] * 100 + ["g2"] * 100
    pool, groups = bank.extend(torch.ones(2, 4), ["a", "b"])
    assert pool.shape == (BANK_SIZE + 2, 4)
    assert groups[:3] == ["a", "b", "g0"]


def test_info_nce_equals_cross_entropy_when_all_negatives_count() -> None:
    similarity = torch.randn(4, 4, generator=torch.Generator().manual_seed(2))
    allowed = ~torch.eye(4, dtype=torch.bool)
    expected = torch.nn.functional.cross_entropy(similarity / 0.1, torch.arange(4))
    assert torch.allclose(info_nce(similarity, allowed, 0.1, torch.ones(4)), expected)


def test_filtering_lowers_the_weight_of_triplets_below_the_threshold() -> None:
    similarity = torch.tensor([[0.9, 0.1], [0.8, 0.2]])
    allowed = ~torch.eye(2, dtype=torch.bool)
    assert filter_weights(similarity, allowed, 0.0).tolist() == pytest.approx([1.0, 0.3])


def test_objective_weights_start_near_one_and_balance_is_one_when_even() -> None:
    torch.manual_seed(0)
    even = torch.full((5, 4), 0.25)
    assert ObjectiveWeights(4).weight("mm", even).item() == pytest.approx(1.0, abs=0.02)
    assert load_balance(even, even).item() == pytest.approx(1.0)
