"""One clip: guided Euler steps on latents, with the temporal modules where the model has them, then the decoder."""

import torch

import transformer


class Work:
    def __init__(self, task, weights, inputs, wrap):
        self.task, self.w, self.inputs = task, weights, inputs
        self.kernels = transformer.kernels(weights)
        self.velocity = wrap(self.flow)
        self.decode = wrap(lambda x: transformer.decode(self.w, self.kernels, x))

    def flow(self, x, time, words):
        config = self.task["config"]
        tokens = transformer.patchify(x, config)
        rows = self.task["motion_rows"] if "temporal" in config else None
        flow = transformer.velocity(self.w, config, tokens, time, words, rows)
        return transformer.unpatchify(flow, config)

    @torch.inference_mode()
    def draw(self):
        x, words = self.inputs["noise"].clone(), self.inputs["words"]
        times, guidance = self.task["times"], self.task["guidance"]
        for now, then in zip(times, times[1:]):
            time = torch.full((2 * x.shape[0],), now)
            said, plain = self.velocity(torch.cat([x, x]), time, words).chunk(2)
            x.sub_(torch.lerp(plain, said, guidance), alpha=now - then)
        return x, self.decode(x)

    def numbers(self):
        latents, pictures = self.draw()
        return {"latents": latents, "pictures": pictures}

    def round(self):
        self.draw()
