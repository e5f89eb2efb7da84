"""Shared parts of the golden-file scripts.

Reference: Hugging Face transformers 5.23.0, PyTorch 2.13, float32, eager attention, CPU.
Weights are random and rounded to float16, so that a file holds them exactly in half the space.
Run all scripts again after a change: for f in tools/golden/*_golden.py; do python $f; done
"""

import json
import math
import pathlib

import torch
import transformers
from safetensors.torch import save_file

TRANSFORMERS_VERSION = "5.23.0"
DATA = pathlib.Path(__file__).parent / "data"
MAX_BYTES = 100_000

if transformers.__version__ != TRANSFORMERS_VERSION:
    raise SystemExit(f"golden files need transformers {TRANSFORMERS_VERSION}, found {transformers.__version__}")
torch.set_grad_enabled(False)
torch.use_deterministic_algorithms(True)


def randomise(model: torch.nn.Module, seed: int) -> None:
    """Weights of a useful size: matrices of variance 1/fan-in, norms near 1, biases near 0."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() >= 2 and "embed" not in name and "probe" not in name:
            value = noise / math.sqrt(parameter[0].numel())
        elif "norm" in name.lower() and name.endswith("weight"):
            value = 1 + 0.1 * noise
        elif parameter.dim() >= 2:
            value = 0.5 * noise
        else:
            value = 0.1 * noise
        parameter.copy_(value.half().float())


class Taps:
    """Collects outputs of named modules under Perigee's tap names."""

    def __init__(self) -> None:
        self.values: dict[str, torch.Tensor] = {}

    def watch(self, module: torch.nn.Module, name: str) -> None:
        def hook(_module, _inputs, output):
            tensor = output[0] if isinstance(output, tuple) else output
            self.values.setdefault(name, tensor.detach().clone())

        module.register_forward_hook(hook)


def channels_last(pixels: torch.Tensor) -> torch.Tensor:
    """[N, 3, H, W] to [N, H, W, 3]."""
    return pixels.permute(0, 2, 3, 1).contiguous()


def save(name: str, config: dict, weights: dict[str, torch.Tensor], values: dict[str, torch.Tensor], seed: int) -> None:
    DATA.mkdir(exist_ok=True)
    metadata = {
        "format": "perigee-golden-1",
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "seed": str(seed),
        "config": json.dumps(config, sort_keys=True),
        "regenerate": f"python tools/golden/{name}_golden.py",
    }
    half = {key: value.half().contiguous() for key, value in weights.items()}
    plain = {
        key: (value.to(torch.int32) if value.dtype == torch.int64 else value.float()).contiguous()
        for key, value in values.items()
    }
    for suffix, tensors in (("weights", half), ("values", plain)):
        path = DATA / f"{name}.{suffix}.safetensors"
        save_file(tensors, path, metadata=metadata)
        size = path.stat().st_size
        print(f"{path.name}: {len(tensors)} tensors, {size} bytes")
        if size > MAX_BYTES:
            raise SystemExit(f"{path.name} is larger than {MAX_BYTES} bytes; make the configuration smaller")
