#!/usr/bin/python3
"""Seconds an image of a Stable Diffusion folder in ONNX layout, run by PyTorch: the peer of the benchmark `diffusion`.

The ONNX graphs of the text encoder, the UNet and the VAE's decoder are run node by node with torch's own operators, so that
weights, steps and arithmetic are those of the benchmark. Normalisations that the export took apart run as it left them, which costs
torch some time that a module of its own would save. Prints a JSON object: batch size -> best seconds an image.
Needs torch (Debian: python3-torch) and numpy; ends with status 3 where they are missing.
"""
import argparse
import json
import math
import os
import struct
import sys
import time

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as fault:
    print(f"skipped: {fault}", file=sys.stderr)
    sys.exit(3)

TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data):
    """The fields of a protobuf message: (number, value); bytes for messages and texts, numbers for the rest."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        else:
            size = 4 if kind == 5 else 8
            value, at = data[at:at + size], at + size
        yield number, value


def packed(value):
    if isinstance(value, int):
        return [value]
    numbers, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        numbers.append(number)
    return numbers


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def tensor(data):
    dims, kind, raw, name, floats, integers = [], 1, None, "", [], []
    for number, value in fields(data):
        if number == 1:
            dims += packed(value)
        elif number == 2:
            kind = value
        elif number == 4:
            floats += list(np.frombuffer(bytes(value), np.float32))
        elif number in (5, 7):
            integers += [signed(v) for v in packed(value)]
        elif number == 8:
            name = bytes(value).decode()
        elif number == 9:
            raw = bytes(value)
    array = np.frombuffer(raw, TYPES[kind]) if raw is not None else np.array(floats or integers, TYPES[kind])
    return name, torch.from_numpy(array.reshape(dims).copy())


def attribute(data):
    name, value, integers, floats = "", None, [], []
    for number, field in fields(data):
        if number == 1:
            name = bytes(field).decode()
        elif number == 2:
            value = struct.unpack("<f", bytes(field))[0]
        elif number == 3:
            value = signed(field)
        elif number == 4:
            value = bytes(field).decode()
        elif number == 5:
            value = tensor(field)[1]
        elif number == 7:
            floats += list(np.frombuffer(bytes(field), np.float32))
        elif number == 8:
            integers += [signed(v) for v in packed(field)]
    return name, value if value is not None else (integers or floats)


class Graph:
    def __init__(self, path):
        with open(path, "rb") as file:
            graph = next(value for number, value in fields(memoryview(file.read())) if number == 7)
        self.constants, self.nodes, self.inputs, self.outputs = {}, [], [], []
        for number, value in fields(graph):
            if number == 1:
                ins, outs, op, attributes = [], [], "", {}
                for part, field in fields(value):
                    if part == 1:
                        ins.append(bytes(field).decode())
                    elif part == 2:
                        outs.append(bytes(field).decode())
                    elif part == 4:
                        op = bytes(field).decode()
                    elif part == 5:
                        key, content = attribute(field)
                        attributes[key] = content
                self.nodes.append((op, ins, outs, attributes))
            elif number == 5:
                name, content = tensor(value)
                self.constants[name] = content
            elif number in (11, 12):
                name = next(bytes(field).decode() for part, field in fields(value) if part == 1)
                (self.inputs if number == 11 else self.outputs).append(name)
        self.inputs = [name for name in self.inputs if name not in self.constants]
        uses = {}
        for at, (_, ins, _, _) in enumerate(self.nodes):
            for name in ins:
                uses[name] = at
        self.last = uses

    def __call__(self, **given):
        values = dict(self.constants)
        values.update(given)
        for at, (op, ins, outs, attributes) in enumerate(self.nodes):
            results = getattr(Operators, op)(attributes, *[values[name] if name else None for name in ins])
            for name, result in zip(outs, results if isinstance(results, (tuple, list)) else [results]):
                values[name] = result
            for name in ins:
                if name and self.last[name] == at and name not in self.constants and name not in self.outputs:
                    values.pop(name, None)
        return [values[name] for name in self.outputs]


def ends(pads):
    half = len(pads) // 2
    return pads[:half], pads[half:]


class Operators:
    Constant = staticmethod(lambda a: a["value"])
    Add = staticmethod(lambda a, x, y: x + y)
    Sub = staticmethod(lambda a, x, y: x - y)
    Mul = staticmethod(lambda a, x, y: x * y)
    Pow = staticmethod(lambda a, x, y: torch.pow(x, y))
    MatMul = staticmethod(lambda a, x, y: x @ y)
    Sqrt = staticmethod(lambda a, x: torch.sqrt(x))
    Exp = staticmethod(lambda a, x: torch.exp(x))
    Sin = staticmethod(lambda a, x: torch.sin(x))
    Cos = staticmethod(lambda a, x: torch.cos(x))
    Erf = staticmethod(lambda a, x: torch.erf(x))
    Neg = staticmethod(lambda a, x: -x)
    Sigmoid = staticmethod(lambda a, x: torch.sigmoid(x))
    Tanh = staticmethod(lambda a, x: torch.tanh(x))
    Relu = staticmethod(lambda a, x: torch.relu(x))
    Reciprocal = staticmethod(lambda a, x: 1 / x)
    Identity = staticmethod(lambda a, x: x)
    Equal = staticmethod(lambda a, x, y: x == y)
    Less = staticmethod(lambda a, x, y: x < y)
    Greater = staticmethod(lambda a, x, y: x > y)
    And = staticmethod(lambda a, x, y: x & y)
    Not = staticmethod(lambda a, x: ~x)
    Where = staticmethod(lambda a, c, x, y: torch.where(c, x, y))
    Shape = staticmethod(lambda a, x: torch.tensor(list(x.shape)))
    Cast = staticmethod(lambda a, x: x.to(torch.from_numpy(np.zeros(0, TYPES[a["to"]])).dtype))
    Concat = staticmethod(lambda a, *x: torch.cat(x, a["axis"]))
    Expand = staticmethod(lambda a, x, shape: x * torch.ones(shape.tolist(), dtype=x.dtype))
    Transpose = staticmethod(lambda a, x: x.permute(a["perm"]))
    Softmax = staticmethod(lambda a, x: F.softmax(x, a.get("axis", -1)))
    ConstantOfShape = staticmethod(lambda a, s: torch.full(s.tolist(), a["value"].item(), dtype=a["value"].dtype) if "value" in a else torch.zeros(s.tolist()))
    Range = staticmethod(lambda a, x, y, z: torch.arange(x.item(), y.item(), z.item(), dtype=x.dtype))
    ArgMax = staticmethod(lambda a, x: torch.argmax(x, a.get("axis", 0), bool(a.get("keepdims", 1))))

    @staticmethod
    def Div(a, x, y):
        return x / y if x.is_floating_point() else torch.div(x, y, rounding_mode="trunc")

    @staticmethod
    def Reshape(a, x, shape):
        return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())])

    @staticmethod
    def Unsqueeze(a, x, axes=None):
        for axis in sorted(a["axes"] if axes is None else axes.tolist()):
            x = x.unsqueeze(axis)
        return x

    @staticmethod
    def Squeeze(a, x, axes=None):
        for axis in sorted(a["axes"] if axes is None else axes.tolist(), reverse=True):
            x = x.squeeze(axis)
        return x

    @staticmethod
    def Flatten(a, x):
        axis = a.get("axis", 1)
        return x.reshape(math.prod(x.shape[:axis]), -1)

    @staticmethod
    def Gather(a, x, index):
        axis = a.get("axis", 0)
        flat = x.index_select(axis, index.reshape(-1) % x.shape[axis])
        return flat.reshape(list(x.shape[:axis]) + list(index.shape) + list(x.shape[axis:][1:]))

    @staticmethod
    def GatherElements(a, x, index):
        return torch.gather(x, a.get("axis", 0), index)

    @staticmethod
    def GatherND(a, x, index):
        return x[tuple(index.unbind(-1))]

    @staticmethod
    def Slice(a, x, starts, stops, axes=None, steps=None):
        axes = range(len(starts)) if axes is None else axes.tolist()
        steps = [1] * len(starts) if steps is None else steps.tolist()
        where = [slice(None)] * x.dim()
        for start, stop, axis, step in zip(starts.tolist(), stops.tolist(), axes, steps):
            where[axis] = slice(start, stop, step)
        return x[tuple(where)]

    @staticmethod
    def Split(a, x, sizes=None):
        axis = a.get("axis", 0)
        return torch.split(x, sizes.tolist() if sizes is not None else a["split"], axis)

    @staticmethod
    def Pad(a, x, pads, value=None):
        before, after = ends(pads.tolist())
        flat = [size for pair in zip(reversed(before), reversed(after)) for size in pair]
        return F.pad(x, flat, a.get("mode", "constant"), 0 if value is None else value.item())

    @staticmethod
    def Conv(a, x, weight, bias=None):
        before, after = ends(a.get("pads", [0, 0, 0, 0]))
        if before != after:
            x = F.pad(x, [before[1], after[1], before[0], after[0]])
            before = [0, 0]
        return F.conv2d(x, weight, bias, a.get("strides", [1, 1]), before, a.get("dilations", [1, 1]), a.get("group", 1))

    @staticmethod
    def Gemm(a, x, y, z=None):
        x = x.t() if a.get("transA", 0) else x
        y = y.t() if a.get("transB", 0) else y
        result = a.get("alpha", 1.0) * (x @ y)
        return result if z is None else result + a.get("beta", 1.0) * z

    @staticmethod
    def InstanceNormalization(a, x, scale, bias):
        return F.instance_norm(x, weight=scale, bias=bias, eps=a.get("epsilon", 1e-5))

    @staticmethod
    def LayerNormalization(a, x, scale, bias=None):
        return F.layer_norm(x, scale.shape, scale, bias, a.get("epsilon", 1e-5))

    @staticmethod
    def ReduceMean(a, x, axes=None):
        return x.mean(a["axes"] if axes is None else axes.tolist(), keepdim=bool(a.get("keepdims", 1)))

    @staticmethod
    def GlobalAveragePool(a, x):
        return x.mean((2, 3), keepdim=True)

    @staticmethod
    def Resize(a, x, roi=None, scales=None, sizes=None):
        factor = scales.tolist()[2:] if scales is not None and scales.numel() else [sizes[2].item() / x.shape[2], sizes[3].item() / x.shape[3]]
        return F.interpolate(x, scale_factor=factor, mode="nearest")

    @staticmethod
    def Upsample(a, x, scales):
        return F.interpolate(x, scale_factor=scales.tolist()[2:], mode="nearest")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3)
    parser.add_argument("--batch", default="1,16,64")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)

    def read(part, name):
        with open(os.path.join(options.model, part, name), encoding="utf-8") as file:
            return json.load(file)

    encoder, unet, decoder = (Graph(os.path.join(options.model, part, "model.onnx")) for part in ("text_encoder", "unet", "vae_decoder"))
    schedule, vae, network = read("scheduler", "scheduler_config.json"), read("vae_decoder", "config.json"), read("unet", "config.json")
    vocabulary, limit = read("tokenizer", "vocab.json"), read("tokenizer", "tokenizer_config.json")["model_max_length"]
    start, end = vocabulary["<|startoftext|>"], vocabulary["<|endoftext|>"]
    ids = torch.tensor([[start] + [end] * (limit - 1), [start, vocabulary["an</w>"], vocabulary["emoji</w>"]] + [end] * (limit - 3)])
    hidden = encoder(input_ids=ids)[0]
    betas = np.linspace(schedule["beta_start"] ** 0.5, schedule["beta_end"] ** 0.5, schedule["num_train_timesteps"]) ** 2
    alphas = np.cumprod(1 - betas)
    ratio = len(alphas) // options.steps
    size, channels = network["sample_size"], network["in_channels"]

    def images(batch):
        latents = torch.randn(batch, channels, size, size)
        states = hidden.repeat_interleave(batch, 0)
        for i in reversed(range(options.steps)):
            step = i * ratio + schedule["steps_offset"]
            alpha = float(alphas[step])
            before = float(alphas[max(step - ratio, 0)])
            noise = unet(sample=torch.cat([latents, latents]), timestep=torch.tensor([step]), encoder_hidden_states=states)[0]
            without, with_prompt = noise.chunk(2)
            noise = without + options.guidance * (with_prompt - without)
            clean = (latents - math.sqrt(1 - alpha) * noise) / math.sqrt(alpha)
            latents = math.sqrt(before) * clean + math.sqrt(1 - before) * noise
        return decoder(latent_sample=latents / vae["scaling_factor"])[0]

    result = {}
    for batch in (int(text) for text in options.batch.split(",")):
        images(batch)
        best = math.inf
        for _ in range(options.repeat):
            started = time.perf_counter()
            images(batch)
            best = min(best, (time.perf_counter() - started) / batch)
        result[batch] = best
    print(json.dumps(result))


if __name__ == "__main__":
    main()
