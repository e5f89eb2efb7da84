"""Smoke run of every method of the encoder on drawn stand-ins, resuming, and its losses."""

import dataclasses
import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from common.runtime import Runtime, open_runtime
from common.tokenizer import PAD
from encoder import batches
from encoder.batches import Sampler, Written, encode_view, sample_written
from encoder.catalogue import Catalogue, Product, Scene, Search
from encoder.moon import MemoryBank, generative_loss
from encoder.objectives import Views
from encoder.pictures import KeptPictures, LivePictures, change_background, take
from encoder.pretrain_vision import VISION, Pooled
from encoder.pretrain_vision import train as train_tower
from encoder.recipes import SMOKE
from encoder.train import (
    ABLATIONS,
    ALIKE,
    METHODS,
    Run,
    Setting,
    Trainee,
    draw,
    nano_config,
    start_weights,
    step_loss,
    train,
)

COLOURS = ("red", "teal", "amber", "black", "white", "green")
KINDS = ("lamp", "mug", "chair")


def stand_in_catalogue() -> Catalogue:
    """Eighteen products of plain colours, three pictures each; the last one is held out."""
    products, pixels = [], []
    generator = np.random.default_rng(3)
    for number, (kind, colour) in enumerate((k, c) for k in KINDS for c in COLOURS):
        key, place = f"p{number}", 3 * number
        other = f"p{(number + 1) % 18}"
        search = Search((f"{colour} {kind}", f"{colour}的{kind}"), Path(f"{key}-1"),
                        frozenset({key}), (other,))  # fmt: skip
        broad = Search((kind, kind), None, frozenset({key, other}))
        products.append(
            Product(
                key=key,
                source="catalogue",
                split="val" if number == 17 else "train",
                category=kind,
                titles=[f"Juno {colour} {kind}", f"Juno {colour}的{kind}"],
                enriched=[f"Juno {colour} {kind}. {kind}, {colour}"] * 2,
                main_images=[Path(f"{key}-0")],
                other_images=[Path(f"{key}-1"), Path(f"{key}-2")],
                searches={"purchase": [search], "click": [broad]},
                labels=frozenset({kind, colour}),
                descriptions=[f"{kind} in plain {colour}, made by Juno"],
                scenes=[
                    Scene(Path("unused"), [f"Find: {kind}. "], ["left, top, small"], place + 2)
                ],
                main_rows=[place],
                other_rows=[place + 1, place + 2],
            )
        )
        base = generator.integers(0, 256, (1, 8, 8, 3), dtype=np.uint8)
        pixels += [base.repeat(16, 1).repeat(16, 2)] * 3
    rows = {Path(f"p{i}-{view}"): 3 * i + view for i in range(18) for view in range(3)}
    return Catalogue(products, np.concatenate(pixels), rows)


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return open_runtime("cpu", threads=1)


@pytest.fixture(scope="module")
def stand_in() -> Catalogue:
    return stand_in_catalogue()


@pytest.fixture(scope="module")
def sampler(stand_in: Catalogue) -> Sampler:
    return Sampler(stand_in.training, stand_in.rows)


def start(stand_in: Catalogue, run: Run) -> tuple:
    """Trainee and tokenizer, the same for the same run."""
    torch.manual_seed(5)
    tokenizer = batches.catalogue_tokenizer(stand_in.products)
    return Trainee(nano_config(tokenizer, run.without)), tokenizer


def setting_of(stand_in: Catalogue, run: Run, sampler: Sampler) -> Setting:
    """The run's first step, pictures read by its own tower."""
    trainee, tokenizer = start(stand_in, run)
    pictures = LivePictures(trainee.encoder.model["vision_model"], stand_in.pixels)
    views = Views(trainee.encoder, tokenizer)
    return Setting(views, trainee.objective, sampler, pictures, MemoryBank())


def weights_of(path: Path) -> dict:
    return torch.load(path, weights_only=True)["model"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains_and_resumes_bit_identically(
    method: str, stand_in: Catalogue, runtime: Runtime, tmp_path: Path
) -> None:
    whole = Run(tmp_path / "whole", SMOKE.moon2, method)
    for run in (
        whole,
        dataclasses.replace(whole, output=tmp_path / "parts", stop_at=2),
        dataclasses.replace(whole, output=tmp_path / "parts"),
    ):
        trainee, tokenizer = start(stand_in, run)
        connector = trainee.encoder.model["connector"].modality_projection.proj.weight
        before = connector.clone()
        pictures = LivePictures(trainee.encoder.model["vision_model"], stand_in.pixels)
        train(run, trainee, tokenizer, stand_in, pictures, runtime)
        assert not torch.equal(before, connector)
    states = [weights_of(tmp_path / name / "checkpoint.pt") for name in ("whole", "parts")]
    for name, tensor in states[0].items():
        assert torch.equal(tensor, states[1][name]), name


@pytest.mark.parametrize("without", list(ABLATIONS))
def test_every_ablation_trains(
    without: str, stand_in: Catalogue, sampler: Sampler, runtime: Runtime
) -> None:
    run = Run(Path("unused"), SMOKE.moon2, without=without)
    setting = setting_of(stand_in, run, sampler)
    loss, parts = step_loss(setting, run, 0)
    assert torch.isfinite(loss)
    expected = {
        "alignment": {"mixture"},
        "intra-product alignment": {"t", "i", "mm", "cross"},
        "cross-view terms (ours)": {"t", "i", "mm", "intra"},
    }.get(without, {"t", "i", "mm", "intra", "cross"})
    noted = {name for name in parts if name.startswith("w_")} | {"balance", "entropy"}
    assert parts.keys() - noted == expected
    assert ("balance" in parts) == run.switches.experts


def test_the_tower_learns_in_both_stages_resumes_and_starts_the_encoder(
    stand_in: Catalogue, runtime: Runtime, tmp_path: Path
) -> None:
    for out, stops in ((tmp_path / "whole", (None,)), (tmp_path / "parts", (2, None))):
        for stop in stops:
            torch.manual_seed(5)
            model = Pooled()
            train_tower("s1", model, stand_in, SMOKE.self_supervised, out, runtime, stop_at=stop)
        train_tower("s2", model, stand_in, SMOKE.click_supervised, out, runtime)
    states = [weights_of(tmp_path / name / "tower-s2.pt") for name in ("whole", "parts")]
    for name, tensor in states[0].items():
        assert torch.equal(tensor, states[1][name]), name
    log = [json.loads(line) for line in (tmp_path / "parts/pretrain-s2.jsonl").open()]
    assert [row["step"] for row in log if row["event"] == "val"] == [
        0,
        SMOKE.click_supervised.steps,
    ]
    run = Run(Path("unused"), SMOKE.moon2)
    trainee, _ = start(stand_in, run)
    start_weights(trainee, run, tmp_path / "whole/tower-s2.pt")
    weight = trainee.encoder.model["vision_model"].post_layernorm.weight
    assert torch.equal(weight, states[0]["tower.post_layernorm.weight"])


def test_a_batch_brings_what_was_passed_by_and_spares_what_was_clicked(sampler: Sampler) -> None:
    batch = sampler.batch(60, random.Random(1))
    assert len(batch.keys) == 60
    row = 0
    while row < 59:
        passed = f"p{(int(batch.keys[row][1:]) + 1) % 18}"
        is_known = passed in sampler.by_key  # p17 is held out: what p16's buyer passed by is not
        assert not is_known or batch.keys[row + 1] == passed
        row += 2 if is_known else 1
    for key, positives, text, row, main, more in zip(
        batch.keys, batch.positives, batch.query_texts, batch.query_rows, batch.main_rows,
        batch.expanded_rows, strict=True,
    ):  # fmt: skip
        product = sampler.by_key[key]
        assert key in positives
        assert main == product.main_rows[0]
        assert row == product.other_rows[0]  # the photo of the search
        assert more == product.other_rows[1]  # another view than the query's
        if text in product.labels:
            assert positives >= {p.key for p in sampler.products if text in p.labels}
    labelled = sum(text in KINDS or text in COLOURS for text in batch.query_texts)
    assert 3 <= labelled <= 18  # LABEL_SHARE of 60


def test_clicks_are_drawn_by_signal_and_categories_stand_side_by_side(sampler: Sampler) -> None:
    clicks = sampler.batch(40, random.Random(2), {"click": 1.0})
    assert set(clicks.query_texts) <= {*KINDS, *COLOURS}  # the clicked search says the kind alone
    alike = sampler.batch(40, random.Random(2), alike=4)
    groups = [alike.keys[at : at + 4] for at in range(0, 40, 4)]
    kinds = [{sampler.by_key[key].category for key in group} for group in groups]
    assert all(len(kind) == 1 for kind in kinds)
    assert all(len(set(group)) == 4 for group in groups)


def test_generative_examples_are_of_all_four_kinds(sampler: Sampler) -> None:
    written = sample_written(sampler, 80, random.Random(3))
    kinds: dict[str, list[str]] = {}
    for prompt, text, row in zip(written.prompts, written.texts, written.rows, strict=True):
        kinds.setdefault(prompt.split(":")[0], []).append(text)
        assert row % 3 == (2 if prompt.startswith("Find") else 0)  # the scene, else the main one
    assert {kind: 8 <= len(found) <= 34 for kind, found in kinds.items()} == dict.fromkeys(
        ("Title", "Attributes", "Description", "Find"), True
    )
    assert all("made by Juno" in text for text in kinds["Description"])
    assert set(kinds["Find"]) == {"left, top, small"}


class AlwaysMask(random.Random):
    """Masks every token that may be masked."""

    def random(self) -> float:
        return 0.0


def test_grounding_writes_the_place_after_its_prompt(stand_in: Catalogue) -> None:
    trainee, tokenizer = start(stand_in, Run(Path("unused"), SMOKE.generative, "generative"))
    model = trainee.encoder.eval()
    features = LivePictures(model.model["vision_model"], stand_in.pixels).plain([1])
    written = Written(["Find: red lamp. "], ["left, top, small"], [1])
    prompt = encode_view(tokenizer, written.prompts[0], model.config.shared.image_tokens)
    place = tokenizer.encode(written.texts[0]).ids
    with torch.no_grad():
        found = generative_loss(model, tokenizer, written, features, AlwaysMask())
        ids = torch.tensor([prompt + [tokenizer.token_to_id(PAD)] * len(place)])
        hidden = model.hidden(ids, torch.ones_like(ids) > 0, model.connect(features))
        logits = hidden[0, len(prompt) :] @ model.model["text_model"].embed_tokens.weight.T
        expected = torch.nn.functional.cross_entropy(logits, torch.tensor(place))
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("method", ["moon2", "contrastive", "purchase"])
def test_losses_stay_on_the_models_device(method: str, stand_in: Catalogue) -> None:
    """The meta device stands for CUDA: an operation with a tensor left on the CPU is refused."""
    run = Run(Path("unused"), SMOKE.moon2, method)
    trainee, tokenizer = start(stand_in, run)
    trainee.to("meta")
    bank = MemoryBank(torch.randn(3, 256), ["a", "b", "c"])
    sampler = Sampler(stand_in.training, stand_in.rows)
    views = Views(trainee.encoder, tokenizer)
    setting = Setting(views, trainee.objective, sampler, StandInPictures(), bank)
    loss, parts = step_loss(setting, run, 1)
    assert loss.device.type == "meta"
    assert {part.device.type for part in parts.values()} == {"meta"}
    assert draw(setting, run, 1).main.device.type == "meta"


class StandInPictures:
    """Features without values, where a GPU would hold them."""

    def query(self, rows: list[int], _generator: object) -> torch.Tensor:
        return torch.empty(len(rows), VISION.grid**2, VISION.hidden_size, device="meta")

    main = expanded = query

    def plain(self, rows: list[int]) -> torch.Tensor:
        return self.query(rows, None)


def test_methods_see_the_same_products_whatever_augmentation_draws(
    stand_in: Catalogue, sampler: Sampler
) -> None:
    drawn = {}
    for without in ("none", "co-augmentation", "filtering"):
        run = Run(Path("unused"), SMOKE.moon2, without=without)
        setting = setting_of(stand_in, run, sampler)
        steps = [draw(setting, run, step) for step in range(6)]
        drawn[without] = [(d.batch, d.query, d.main) for d in steps]
        augmented = [d.expanded is not None for d in steps]
        assert any(augmented) == (without != "co-augmentation")
    for one, other in zip(drawn["none"], drawn["co-augmentation"], strict=True):
        assert one[0] == other[0]
        assert torch.equal(one[1], other[1])
        assert torch.equal(one[2], other[2])


@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
def test_a_share_of_batches_is_of_products_side_by_side(alike: float, stand_in: Catalogue) -> None:
    asked = []

    class Heard(Sampler):
        def batch(self, count: int, rng: random.Random, *rest: object) -> batches.Batch:
            asked.append(rest[-1])
            return super().batch(count, rng, *rest)

    run = Run(Path("unused"), dataclasses.replace(SMOKE.moon2, alike=alike))
    setting = setting_of(stand_in, run, Heard(stand_in.training, stand_in.rows))
    for step in range(20):
        draw(setting, run, step)
    share = asked.count(ALIKE) / len(asked)
    assert set(asked) <= {1, ALIKE}
    assert abs(share - alike) <= (0.25 if alike == 0.5 else 0)


def test_a_missing_gpu_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="no CUDA device found"):
        open_runtime("cuda", threads=1)


def test_kept_features_are_the_frozen_towers(stand_in: Catalogue) -> None:
    trainee, _ = start(stand_in, Run(Path("unused"), SMOKE.moon2))
    tower = trainee.encoder.model["vision_model"]
    kept, live = (
        KeptPictures(tower, stand_in.pixels, [0, 4, 9]),
        LivePictures(tower, stand_in.pixels),
    )
    with torch.no_grad():
        expected = live.plain([9, 0])
    assert torch.allclose(kept.plain([9, 0]), expected, atol=2e-3)
    generator = torch.Generator().manual_seed(1)
    features = kept.main([0, 4], generator)
    assert features.shape == (2, VISION.grid**2, VISION.hidden_size)
    assert not torch.equal(features[0], features[1])


def test_plain_light_backgrounds_change_and_others_stay(stand_in: Catalogue) -> None:
    plain = torch.full((1, 3, 32, 32), 250.0)
    plain[:, :, 8:24, 8:24] = 60
    busy = take(stand_in.pixels, [0]).float()[:, :, ::4, ::4]
    empty = torch.full((1, 3, 32, 32), 250.0)  # without a subject the filter leaves it alone
    out = change_background(torch.cat([plain, busy, empty]), random.Random(1))
    assert torch.equal(out[0, :, 8:24, 8:24], plain[0, :, 8:24, 8:24])
    assert not torch.equal(out[0, :, :8], plain[0, :, :8])
    assert torch.equal(out[1:], torch.cat([busy, empty]))
