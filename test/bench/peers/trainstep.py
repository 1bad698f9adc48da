"""One training step on stills: flow-matching loss, backward, Muon and AdamW as in packages/engine/src/train, averages."""

import math

import torch
import torch.nn.functional as F

import transformer

BETA1, BETA2, EPSILON = 0.9, 0.98, 1e-8
MOMENTUM, DECAY, ITERATIONS = 0.95, 0.01, 5


def curved(gram):
    return torch.addmm(gram, gram, gram, beta=-4.775, alpha=2.0315)


def iterate_short(x):
    gram, product = x @ x.t(), None
    for i in range(ITERATIONS):
        polynomial = curved(gram)
        polynomial.diagonal().add_(3.4445)
        product = polynomial if product is None else polynomial @ product
        if i + 1 < ITERATIONS:
            gram = polynomial @ gram @ polynomial
    return product @ x


def orthogonalize(matrix):
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.t() if tall else matrix
    x = x / (x.norm() + 1e-7)
    if x.shape[1] >= 2 * x.shape[0]:
        x = iterate_short(x)
    else:
        for _ in range(ITERATIONS):
            x = torch.addmm(x, curved(x @ x.t()), x, beta=3.4445)
    return x.t() if tall else x


class Work:
    def __init__(self, task, weights, inputs, wrap):
        self.task, self.inputs = task, inputs
        self.w = {name: weights[name].clone().requires_grad_() for name in task["parameters"]}
        zeros = lambda names: {name: torch.zeros_like(weights[name]) for name in names}
        self.muon, self.adamw = task["muon"], [n for n in task["parameters"] if n not in set(task["muon"])]
        self.first, self.second = zeros(task["parameters"]), zeros(self.adamw)
        self.average = {name: weights[name].clone() for name in task["parameters"]}
        self.loss = wrap(self.flow_loss)
        self.step = 0

    def flow_loss(self):
        config, (sample, noise, time, words) = self.task["config"], (
            self.inputs[name] for name in ("sample", "noise", "time", "words")
        )
        clean = transformer.patchify(sample, config)
        difference = noise - clean
        noisy = torch.addcmul(clean, difference, time[:, None, None])
        return F.mse_loss(transformer.velocity(self.w, config, noisy, time, words), difference)

    def run(self):
        self.step += 1
        for parameter in self.w.values():
            parameter.grad = None
        loss = self.loss()
        loss.backward()
        self.update()
        return loss.detach()

    @torch.no_grad()
    def update(self):
        rate, average = self.task["rate"], self.task["average"]
        p, g, m, v = (
            [held[name] for name in self.adamw]
            for held in (self.w, {n: x.grad for n, x in self.w.items()}, self.first, self.second)
        )
        torch._foreach_lerp_(m, g, 1 - BETA1)
        torch._foreach_mul_(v, BETA2)
        torch._foreach_addcmul_(v, g, g, 1 - BETA2)
        scale = torch._foreach_div(v, 1 - BETA2**self.step)
        torch._foreach_sqrt_(scale)
        torch._foreach_add_(scale, EPSILON)
        torch._foreach_addcdiv_(p, m, scale, -rate / (1 - BETA1**self.step))
        for name in self.muon:
            parameter, first = self.w[name], self.first[name]
            first.lerp_(parameter.grad, 1 - MOMENTUM)
            step = orthogonalize(torch.lerp(parameter.grad, first, MOMENTUM))
            parameter.mul_(1 - rate * DECAY).add_(step, alpha=-rate * 0.2 * math.sqrt(max(step.shape)))
        held = list(self.average.values())
        torch._foreach_lerp_(held, [x.detach() for x in self.w.values()], 1 - average)

    def numbers(self):
        return {"losses": torch.stack([self.run() for _ in range(self.task["steps"])])}

    def round(self):
        self.run()
