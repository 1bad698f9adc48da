"""The model of packages/engine/src/model in PyTorch, written for speed: fused attention and norms, views for copies."""

import math

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

TIME_FEATURES = 128


def load(path):
    return {name: tensor.float() for name, tensor in load_file(path).items()}


def patchify(x, c):
    n, p = x.shape[0], c["patch"]
    rows, columns = c["height"] // p, c["width"] // p
    cut = x.reshape(n, rows, p, columns, p * c["channels"])
    return cut.transpose(2, 3).reshape(n, rows * columns, p * p * c["channels"])


def unpatchify(x, c):
    n, p = x.shape[0], c["patch"]
    cut = x.reshape(n, c["height"] // p, c["width"] // p, p, p * c["channels"])
    return cut.transpose(2, 3).reshape(n, c["height"], c["width"], c["channels"])


def modulate(x, scale, shift):
    return torch.addcmul(shift, F.layer_norm(x, x.shape[-1:], eps=1e-5), 1 + scale)


def attention(x, w, stem, heads):
    n, tokens, dim = x.shape
    cut = (x @ w[f"{stem}.qkv"]).view(n, tokens, 3, heads, dim // heads)
    q, k, v = cut.permute(2, 0, 3, 1, 4).unbind(0)
    seen = F.scaled_dot_product_attention(q, k, v)
    return seen.transpose(1, 2).reshape(n, tokens, dim) @ w[f"{stem}.out"]


def condition(w, time, words):
    half = TIME_FEATURES // 2
    frequencies = 1000 * torch.exp(-math.log(10_000) * torch.arange(half) / half)
    phase = time[:, None] * frequencies
    features = torch.cat([phase.sin(), phase.cos()], -1)
    clock = F.silu(features @ w["time.in"]) @ w["time.out"]
    said = words @ w["words"]
    said = said + F.silu(said @ w["clause.up"]) @ w["clause.down"]
    return F.silu(clock + said.sum(1))


def temporal(x, w, c, i, motion):
    n, tokens, dim = x.shape
    frames = c["temporal"]["frames"]
    scale, shift = (motion @ w[f"temporal.{i}.modulation"]).view(n, 2, 1, dim).unbind(1)
    seen = modulate(x, scale, shift).view(-1, frames, tokens, dim).transpose(1, 2)
    by_place = seen.reshape(-1, frames, dim) + w[f"temporal.{i}.position"]
    moved = attention(by_place, w, f"temporal.{i}", c["heads"]).view(-1, tokens, frames, dim)
    return x + moved.transpose(1, 2).reshape(n, tokens, dim)


def velocity(w, c, noisy, time, words, motion_rows=None):
    """`motion_rows` are the columns of the caption's first clause that the temporal modules see; None: stills."""
    n, tokens, _ = noisy.shape
    dim, depth = c["dim"], c["depth"]
    position = (w["position.row"] + w["position.column"]).view(1, tokens, dim)
    x = noisy @ w["patch.in"] + (position + w["patch.bias"])
    cond = condition(w, time, words)
    shared, narrow = cond @ w["modulation.shared"], cond @ w["modulation.down"]
    if motion_rows:
        motion = narrow + words[:, 0, motion_rows[0] : motion_rows[1]] @ w["temporal.motion"]
    made = []
    for i in range(depth):
        if i > (depth - 1) / 2:
            x = x + made[depth - 1 - i] @ w[f"block.{i}.skip"]
        own = torch.addmm(w[f"block.{i}.bias"], narrow, w[f"block.{i}.modulation"])
        s1, h1, g1, s2, h2, g2 = (shared + own).view(n, 6, 1, dim).unbind(1)
        x = torch.addcmul(x, attention(modulate(x, s1, h1), w, f"block.{i}", c["heads"]), g1)
        inner = F.relu(modulate(x, s2, h2) @ w[f"block.{i}.up"])
        x = torch.addcmul(x, (inner * inner) @ w[f"block.{i}.down"], g2)
        made.append(x)
        if motion_rows and i in c["temporal"]["after"]:
            x = temporal(x, w, c, i, motion)
    scale, shift = (cond @ w["final.modulation"]).view(n, 2, 1, dim).unbind(1)
    return modulate(x, scale, shift) @ w["final.out"] + w["final.bias"]


def kernels(w):
    """The decoder's kernels, channels last, with the channels that become pixels in PyTorch's order."""
    ready = {}
    for name, tensor in w.items():
        if not name.startswith("decoder."):
            continue
        if name.split(".")[1] in ("fine", "pixels"):
            tensor = tensor.view(4, -1, *tensor.shape[1:]).transpose(0, 1).reshape(tensor.shape)
        last = torch.channels_last
        ready[name] = tensor.contiguous(memory_format=last) if name.endswith("kernel") else tensor.flatten()
    return ready


def decode(w, k, latents):
    def layer(name, x):
        kernel = k[f"{name}.kernel"]
        return F.conv2d(x, kernel, k[f"{name}.bias"], padding=kernel.shape[-1] // 2)

    def residual(name, x):
        i = 0
        while f"{name}.{i}.a.kernel" in k:
            x = x + layer(f"{name}.{i}.b", F.relu_(layer(f"{name}.{i}.a", F.relu(x))))
            i += 1
        return x

    x = (latents * w["latent.deviation"] + w["latent.mean"]).permute(0, 3, 1, 2)
    x = F.relu(residual("decoder.wide", layer("decoder.latent", x)))
    x = F.pixel_shuffle(layer("decoder.fine", x), 2)
    x = F.relu(residual("decoder.narrow", x))
    return F.pixel_shuffle(layer("decoder.pixels", x), 2).permute(0, 2, 3, 1).contiguous()
