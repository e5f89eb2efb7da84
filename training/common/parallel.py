"""Synchronous data-parallel training over processes of one machine.

On a busy machine several single-threaded processes keep the processors fuller than one process
whose threads wait for each other at every operation. All workers hold the same weights: each takes
its part of the batch, gradients are averaged before the update. The result depends on the number
of workers only through the order of floating-point sums.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn


@dataclass(frozen=True)
class Worker:
    """One of `count` processes; rank 0 writes logs and checkpoints."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """True for the one process that writes files."""
        return self.rank == 0

    def part(self, items: Any) -> Any:
        """This worker's share of a batch: every count-th item."""
        return items[self.rank :: self.count]

    def average_gradients(self, model: nn.Module) -> None:
        """Replaces every gradient by its mean over the workers."""
        if self.count == 1:
            return
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        flat = torch.cat([g.flatten() for g in gradients])
        dist.all_reduce(flat)
        flat /= self.count
        for gradient, part in zip(
            gradients, flat.split([g.numel() for g in gradients]), strict=True
        ):
            gradient.copy_(part.view_as(gradient))

    def gather(self, value: Any) -> list[Any]:
        """The values of all workers, in rank order, on every worker."""
        if self.count == 1:
            return [value]
        out: list[Any] = [None] * self.count
        dist.all_gather_object(out, value)
        return out

    def wait(self) -> None:
        """Returns when every worker has come here."""
        if self.count > 1:
            dist.barrier()


def _enter(rank: int, count: int, port: str, work: Callable[..., None], args: tuple) -> None:
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ["MASTER_PORT"] = port
    dist.init_process_group("gloo", rank=rank, world_size=count)
    try:
        work(Worker(rank, count), *args)
    finally:
        dist.destroy_process_group()


def launch(count: int, work: Callable[..., None], *args: Any) -> None:
    """Runs `work(worker, *args)` in `count` processes, or here when there is one.

    Started by torchrun (RANK and WORLD_SIZE are set), this process is one worker of that group.
    """
    if "RANK" in os.environ:
        rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        _enter(rank, count, os.environ["MASTER_PORT"], work, args)
        return
    if count == 1:
        work(Worker(), *args)
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    # A terminated parent leaves through exit handlers, which end its daemonic workers; workers left
    # behind would go on writing the checkpoints of the run that replaces this one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    mp.spawn(_enter, (count, port, work, args), nprocs=count, daemon=True)
