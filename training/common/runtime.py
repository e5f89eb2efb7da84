"""Device, number format, threads and seeds: decided once, in one place."""

import os
import random
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch


@dataclass(frozen=True)
class Runtime:
    """Where a run computes. `autocast_dtype` is None when plain float32 is the fastest choice."""

    device: torch.device
    autocast_dtype: torch.dtype | None

    def autocast(self) -> AbstractContextManager:
        """A context in which matrix products use the chosen number format."""
        if self.autocast_dtype is None:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.autocast_dtype)

    def describe(self) -> dict[str, str]:
        """Facts for the log: what the numbers of this run were measured on."""
        dtype = self.autocast_dtype or torch.float32
        return {
            "device": self.device.type,
            "dtype": str(dtype).removeprefix("torch."),
            "threads": str(torch.get_num_threads()),
            "torch": torch.__version__,
        }


def full_precision(device: torch.device) -> AbstractContextManager:
    """Suspends autocast, where a device has it."""
    has_autocast = torch.amp.is_autocast_available(device.type)
    return torch.autocast(device.type, enabled=False) if has_autocast else nullcontext()


def has_bfloat16() -> bool:
    """True when this processor multiplies bfloat16 in hardware: AMX or AVX-512 (Linux only)."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text() if cpuinfo.exists() else ""
    return "amx_bf16" in flags or "avx512_bf16" in flags


def open_runtime(device: str = "cpu", threads: int | None = None) -> Runtime:
    """Chooses the number format by a capability probe.

    Devices that multiply bfloat16 in hardware use its autocast. Others emulate it and are slower
    with it, so they stay in float32.
    """
    torch.set_num_threads(threads or os.cpu_count() or 1)
    if device == "cuda":
        if not torch.cuda.is_available():
            raise RuntimeError("--device cuda: no CUDA device found; use --device cpu")
        torch.backends.cuda.matmul.allow_tf32 = True
        return Runtime(torch.device("cuda"), torch.bfloat16)
    return Runtime(torch.device("cpu"), torch.bfloat16 if has_bfloat16() else None)


def seed_everything(seed: int) -> None:
    """Seeds every generator a recipe may touch."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def batch_rng(seed: int, step: int) -> np.random.Generator:
    """The generator of one step. Being a function of (seed, step) alone, it survives a resume."""
    return np.random.default_rng([seed, step])
