"""Smoke run of every method of the encoder on drawn stand-ins, resuming, and its losses."""

import dataclasses
from pathlib import Path

import pytest
import torch

from common.runtime import Runtime, open_runtime
from encoder import data
from encoder.losses import ObjectiveWeights, filter_weights, info_nce, load_balance
from encoder.moon import BANK_SIZE, MemoryBank, circle_loss
from encoder.pictures import KeptPictures, LivePictures
from encoder.pretrain_vision import VISION
from encoder.train import METHODS, Run, Trainee, nano_config, train

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
        )
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
    whole = Run(tmp_path / "whole", method, steps=4, batch=6)
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
