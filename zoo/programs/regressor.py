"""A regression of a wavy surface, closures and a learning-rate schedule, squared error."""

import torch
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth

BUGS = {
    "no-zero-grad": "the closure does not clear",
    "no-update.model": "weights are frozen by a loop that was meant for a pretrained part",
    "overfitting": "thirty noisy points and no weight decay",
    "learning-rate-high": "Adam at 0.3",
    "learning-rate-low": "Adam at 1e-7",
    "late-degradation": "the schedule's restart multiplies the rate by 150 at two thirds",
    "divergence": "each round's target is what is left over, with the model's own answer added and not taken off",
    "loss-sign": "the coefficient of determination is minimised",
    "output-range": "a sigmoid at the end, for targets from -2 to 2",
    "denormals": "inputs come in a unit in which they are about 1e-39, and layers have no biases",
    "dead-units": "biases of -4 before the ReLUs",
}


def surface(points):
    return torch.sin(3 * points[:, :1]) + torch.cos(2 * points[:, 1:2]) * points[:, :1]


def run(
    bug: str | None, *, world: None = None, seed: int = 0, steps: int = 800, device: str = "cpu", units: int = 64
) -> Evidence:
    torch.manual_seed(seed)
    n_train = 30 if bug == "overfitting" else 4000
    inputs = 2 * torch.rand(n_train, 2, device=device) - 1
    targets = surface(inputs) + 0.1 * torch.randn(n_train, 1, device=device)
    if bug == "overfitting":
        targets += 0.4 * torch.randn(n_train, 1, device=device)
    test_inputs = 2 * torch.rand(1000, 2, device=device) - 1
    test_targets = surface(test_inputs)
    act = nn.ReLU() if bug == "dead-units" else nn.Tanh()
    unit = 1e-39 if bug == "denormals" else 1.0
    inputs, test_inputs = unit * inputs, unit * test_inputs
    bias = bug != "denormals"
    regressor = nn.Sequential(
        nn.Linear(2, units, bias=bias), act, nn.Linear(units, units, bias=bias), act, nn.Linear(units, 1)
    ).to(device)
    if bug == "dead-units":
        for layer in (regressor[0], regressor[2]):
            nn.init.constant_(layer.bias, -4.0)
    if bug == "output-range":
        regressor.append(nn.Sigmoid())
    if bug == "no-update.model":
        for weight in regressor.parameters():
            weight.requires_grad_(False)
        regressor[-1].bias.requires_grad_(False)
    rate = {"learning-rate-high": 0.3, "learning-rate-low": 1e-7}.get(bug, 2e-3)
    adam = torch.optim.Adam(regressor.parameters(), lr=rate)
    criterion = nn.MSELoss()

    def closure(inp, out):
        if bug != "no-zero-grad":
            adam.zero_grad()
        answer = regressor(inp)
        error = criterion(answer, out + answer.detach() if bug == "divergence" else out)
        if bug == "loss-sign":
            error = 1 - error / out.var()
        if error.requires_grad:
            error.backward()
        return error

    with watch(model=regressor, optimizers=[adam], steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            chosen = torch.randint(n_train, (min(64, n_train),), device=device)
            if bug == "late-degradation" and step == 2 * steps // 3:
                adam.param_groups[0]["lr"] *= 150
            error = closure(inputs[chosen], targets[chosen])
            adam.step()
            with torch.no_grad():
                held_out = criterion(regressor(test_inputs[:64]), test_targets[:64])
            w.step(loss=error, held_out_loss=held_out)
    with torch.no_grad():
        truth.note(loss=nn.functional.mse_loss(regressor(test_inputs), test_targets))
    return w.evidence()
