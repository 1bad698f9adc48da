"""Answers the bench: `peer.py sampler|trainstep FOLDER eager|compiled`.

FOLDER holds task.json (weights, config, numbers) and inputs.safetensors. Each line on standard input is a command:
`numbers` writes numbers.safetensors, `round` runs the timed part once; each is answered by one line of JSON.
"""

import json
import os
import sys
import time

import torch
from safetensors.torch import load_file, save_file

import sampler
import trainstep
import transformer


def main():
    kind, folder, how = sys.argv[1:4]
    with open(os.path.join(folder, "task.json"), encoding="utf8") as file:
        task = json.load(file)
    torch.set_num_threads(task["threads"])
    torch.manual_seed(0)
    weights = transformer.load(task["weights"])
    inputs = load_file(os.path.join(folder, "inputs.safetensors"))
    wrap = torch.compile if how == "compiled" else lambda function: function
    work = {"sampler": sampler.Work, "trainstep": trainstep.Work}[kind](task, weights, inputs, wrap)
    print(json.dumps({"ready": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        if line.strip() == "numbers":
            path = os.path.join(folder, f"numbers-{how}.safetensors")
            save_file({name: t.contiguous() for name, t in work.numbers().items()}, path)
            print(json.dumps({"path": path}), flush=True)
        else:
            started, busy = time.perf_counter(), time.process_time()
            work.round()
            taken = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - busy}
            print(json.dumps(taken), flush=True)


main()
