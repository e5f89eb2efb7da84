"""Smoke run of every stage on a stand-in, and resuming to the bit-identical next step."""

import json
from pathlib import Path

import pytest
import torch
from stand_in import write_stand_in

from common.checkpoint import read_weights
from common.export import half_precision
from common.optim import NonFiniteLossError, guarded_step, make_optimizer
from common.parallel import Worker
from common.runtime import Runtime, open_runtime
from common.vision import VisionConfig, VisionTransformer
from selector import grpo, pretrain_vision, sft
from selector.data import Creatives, load_creatives
from selector.evaluate import main as evaluate_main
from selector.export import export
from selector.model import build_model, load_all_but_vision, load_vocabulary
from selector.pretrain_vision import carry_tower, tower_state
from selector.recipes import SMOKE
from selector.results import differences
from selector.results import main as results_main

CPU = "cpu"


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return open_runtime(CPU, threads=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Creatives:
    return load_creatives(write_stand_in(tmp_path_factory.mktemp("data") / "set"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, data: Creatives, runtime: Runtime) -> Path:
    """All three stages of the smoke recipe."""
    out = tmp_path_factory.mktemp("run")
    pretrain_vision.train(Worker(), SMOKE, runtime, data, out, [], out / "cache")
    sft.prepare_tokenizer(SMOKE, data, out)
    features = sft.cached_features(SMOKE, data, out, out / "cache", runtime)
    sft.train(Worker(), SMOKE, runtime, data, out, features)
    grpo.train(Worker(), SMOKE, runtime, data, out, features)
    return out


def weights_of(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)["model"]


def assert_same_weights(one: Path, two: Path) -> None:
    first, second = weights_of(one), weights_of(two)
    assert first.keys() == second.keys()
    for name in first:
        assert torch.equal(first[name], second[name]), name


def test_pretraining_resumes_bit_identically(
    run: Path, data: Creatives, runtime: Runtime, tmp_path: Path
) -> None:
    arguments = (Worker(), SMOKE, runtime, data, tmp_path, [], tmp_path / "cache")
    pretrain_vision.train(*arguments, stop_at=3)
    assert torch.load(tmp_path / "vision.pt", weights_only=True)["step"] == 3
    pretrain_vision.train(*arguments)
    assert_same_weights(run / "vision.pt", tmp_path / "vision.pt")


def test_fine_tuning_resumes_bit_identically(
    run: Path, data: Creatives, runtime: Runtime, tmp_path: Path
) -> None:
    for name in ("vision.pt", "tokenizer.json"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    features = sft.cached_features(SMOKE, data, tmp_path, tmp_path / "cache", runtime)
    sft.train(Worker(), SMOKE, runtime, data, tmp_path, features, stop_at=3)
    sft.train(Worker(), SMOKE, runtime, data, tmp_path, features)
    assert_same_weights(run / "sft.pt", tmp_path / "sft.pt")


def test_grpo_resumes_bit_identically(
    run: Path, data: Creatives, runtime: Runtime, tmp_path: Path
) -> None:
    for name in ("vision.pt", "tokenizer.json", "sft.pt"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    features = sft.cached_features(SMOKE, data, tmp_path, tmp_path / "cache", runtime)
    grpo.train(Worker(), SMOKE, runtime, data, tmp_path, features, stop_at=1)
    grpo.train(Worker(), SMOKE, runtime, data, tmp_path, features)
    assert_same_weights(run / "grpo.pt", tmp_path / "grpo.pt")


def test_a_larger_tower_starts_as_the_one_it_continues(
    run: Path, tmp_path: Path, data: Creatives
) -> None:
    """From a shipped revision; one block more, pictures of 3 x 3 instead of 2 x 2 patches."""
    folder = export("smoke", run, "grpo", "r0", tmp_path)
    weights = tower_state(read_weights(folder))
    larger = VisionConfig(32, 64, 2, 2, image_size=96, patch_size=32, stem=(8, 8, 16, 16, 32))
    old, new = VisionTransformer(SMOKE.vision).eval(), VisionTransformer(larger).eval()
    old.load_state_dict(weights)
    positions = torch.tensor([0.0, 1.0, 0.0, 1.0])[:, None].expand(4, 32)  # by column alone
    weights["embeddings.position_embedding.weight"] = positions
    carry_tower(new, weights)
    carried = new.embeddings.position_embedding.weight.detach().view(3, 3, 32)
    torch.testing.assert_close(carried[0], carried[2])
    assert carried[1, 1, 0] == pytest.approx(0.5)
    assert carried[1, 0, 0] < 0.1
    assert carried[1, 2, 0] > 0.9
    patches = torch.randn(3, 4, 32)
    deep = new.post_layernorm(new.encoder(patches))
    torch.testing.assert_close(deep, old.post_layernorm(old.encoder(patches)))


def test_fine_tuning_continues_from_a_shipped_revision(
    run: Path, data: Creatives, tmp_path: Path
) -> None:
    folder, out = export("smoke", run, "grpo", "r0", tmp_path), tmp_path / "next"
    sft.prepare_tokenizer(SMOKE, data, out, folder)
    vocabulary = load_vocabulary(out)
    text = "Query: 台灯 Q1 NO"
    assert vocabulary.encode(text) == load_vocabulary(run).encode(text)
    model = build_model(SMOKE, vocabulary)
    assert load_all_but_vision(model, folder) == 0
    shipped = read_weights(folder)
    for name, weight in model.state_dict().items():
        if not name.startswith("model.vision_model."):
            assert torch.equal(weight, shipped[name]), name


def test_every_stage_writes_its_log(run: Path) -> None:
    for name in ("pretrain-vision", "sft", "grpo"):
        rows = [json.loads(line) for line in (run / f"{name}.jsonl").read_text().splitlines()]
        assert rows[0]["event"] == "start"
        assert any(row["event"] == "step" for row in rows)
        assert len((run / f"{name}.csv").read_text().splitlines()) == len(rows) + 1


def test_export_evaluation_and_report(
    run: Path, data: Creatives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export("smoke", run, "grpo", "r0", tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {
        "config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json",
        "tokenizer_config.json",
    }  # fmt: skip
    index = json.loads((tmp_path / "index.json").read_text())
    assert index == {"models": [{"id": "creative4u-nano", "revision": "r0"}]}
    common = ["x", "--recipe", "smoke", "--data", str(data.roots[0]), "--out", str(run)]
    arguments = [*common, "--cache", str(run / "cache"), "--stage", "grpo", "--subset", "test"]
    monkeypatch.setattr("sys.argv", arguments)
    evaluate_main()
    monkeypatch.setattr("sys.argv", ["x", "--out", str(run), "--results", str(tmp_path / "r")])
    results_main()
    report = (tmp_path / "r/selector.md").read_text("utf-8")
    assert "grpo · full · en · test" in report
    summary = json.loads((tmp_path / "r/selector.json").read_text())["grpo · full · en · test"]
    # A model after six steps writes nothing that parses: it must score 0, not be skipped.
    assert summary["single"] == {
        "value": 0.0,
        "low": 0.0,
        "high": pytest.approx(0.39, 0.01),
        "n": 6,
    }


def test_a_gain_is_that_of_the_same_pairs() -> None:
    def row(pair: str, labels: str, verdict: str) -> dict:
        runs = [
            {"label": label, "true_label": truth, "order": order, "verdicts": {"q1": verdict},
             "answer_logit": sure if label == "A" else -sure}
            for label, truth, order, sure in zip(
                labels, "AB", ("AB", "BA"), (1.0, 0.9), strict=True
            )
        ]  # fmt: skip
        return {"pair": pair, "product": pair, "comparable": True, "label": "A", "runs": runs}

    before = [row("p", "AA", "false"), row("q", "AB", "true"), row("only before", "BA", "true")]
    after = [row("p", "AB", "true"), row("q", "AB", "true"), row("only after", "BA", "false")]
    gained = differences(before, after, (1.0, 1.0))
    assert {name: rate.value for name, rate in gained.items()} == {
        "accuracy, orders averaged": 0.0,  # of two orders that differ, the surer one decides
        "accuracy of one run": 0.25,
        "flip rate": -0.5,
        "faithful reasons": 0.5,
    }
    assert gained["flip rate"].n == 2
    assert (gained["flip rate"].low, gained["flip rate"].high) == (-1.0, 0.0)


def test_a_loss_that_is_not_finite_stops_the_run() -> None:
    model = torch.nn.Linear(2, 1)
    before = model.weight.clone()
    optimizer = make_optimizer(model, 0.1)
    with pytest.raises(NonFiniteLossError, match="step 7"):
        guarded_step(model(torch.ones(1, 2)).sum() * float("nan"), model, optimizer, 0.1, 7)
    assert torch.equal(model.weight, before)


def test_named_parameters_learn_at_their_share_of_the_rate() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    model[1].bias.requires_grad_(requires_grad=False)
    optimizer = make_optimizer(model, 0.1, weight_decay=0.0, shares={"0.": 0.25})
    before = [p.clone() for p in model.parameters()]
    guarded_step(model(torch.ones(1, 2)).square().sum(), model, optimizer, 0.2, 1)
    moved = [(p - b).abs().max().item() for p, b in zip(model.parameters(), before, strict=True)]
    # AdamW's first step is the learning rate, whatever the gradient.
    assert moved == pytest.approx([0.05, 0.05, 0.2, 0.0], rel=1e-3)


def test_weights_beyond_half_precision_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite in float16"):
        half_precision({"w": torch.tensor([1e6])})
