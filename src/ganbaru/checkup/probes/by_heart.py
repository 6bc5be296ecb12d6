"""Learning a few samples by heart: the same steps for whichever network is asked."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from ganbaru.checkup.probes.subject import Subject

STEPS = 300
_RATE = 2e-3


def turns(subject: Subject, network: nn.Module) -> Iterator[Callable[[Tensor], None]]:
    """Adam's steps, the rate falling as a cosine; each turn gives the function that learns from its loss."""
    optimizer = torch.optim.Adam([w for w in network.parameters() if w.requires_grad], lr=_RATE, betas=(0.9, 0.99))
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)

    def learn(loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()

    network.train()
    for step in range(STEPS):
        subject.check_time()
        subject.tell(step, STEPS)
        yield learn
