#!/usr/bin/env python3
"""Writes a model folder whose UNet has Stable Diffusion 1.5's shape and random weights, and times the same UNet in PyTorch.

Speed depends on shapes, not on weights: a network that has never been trained is enough to measure a pipeline.
Shape: channels 320, 640, 1280, 1280; two residual blocks a level, cross-attention (8 heads, context 77 x 768) on the
first three levels; 860 million parameters (arXiv 2112.10752, appendix; the published UNet has 859.5 million).

The folder's text encoder and autoencoder are stand-ins of a few layers; tokenizer and scheduler are those of another folder.

    stable_diffusion_shape.py --folder DIR --like models/tiny-sd [--half] [--device cuda]
    stable_diffusion_shape.py --time [--half] [--batch N] [--device cuda] [--steps N]
"""
import argparse
import json
import math
import os
import shutil
import tempfile
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    print("skipped: PyTorch is not installed")
    raise SystemExit(0)


class Residual(nn.Module):
    def __init__(self, inputs, outputs, time_width, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps=1e-5)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time_width, outputs)
        self.norm2 = nn.GroupNorm(groups, outputs, eps=1e-5)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.time(F.silu(time))[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(context, width, bias=False)
        self.value = nn.Linear(context, width, bias=False)
        self.out = nn.Linear(width, width)

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, context):
        query, key, value = self.split(self.query(x)), self.split(self.key(context)), self.split(self.value(context))
        weights = torch.softmax(query @ key.transpose(2, 3) * (query.shape[3] ** -0.5), dim=-1)
        return self.out((weights @ value).transpose(1, 2).reshape(x.shape))


class Transformer(nn.Module):
    def __init__(self, width, context, heads, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, eps=1e-6)
        self.before = nn.Conv2d(width, width, 1)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(3)])
        self.self_attention = Attention(width, width, heads)
        self.cross_attention = Attention(width, context, heads)
        self.gate = nn.Linear(width, width * 8)
        self.feed = nn.Linear(width * 4, width)
        self.after = nn.Conv2d(width, width, 1)

    def forward(self, x, context):
        h = self.before(self.norm(x))
        shape = h.shape
        h = h.flatten(2).transpose(1, 2)
        n = self.norms[0](h)
        h = h + self.self_attention(n, n)
        h = h + self.cross_attention(self.norms[1](h), context)
        value, gate = self.gate(self.norms[2](h)).chunk(2, dim=-1)
        h = h + self.feed(value * F.gelu(gate))
        return x + self.after(h.transpose(1, 2).reshape(shape))


class UNet(nn.Module):
    def __init__(self, channels=(320, 640, 1280, 1280), context=768, heads=8, groups=32):
        super().__init__()
        first = channels[0]
        self.first = first
        width = first * 4
        self.time1, self.time2 = nn.Linear(first, width), nn.Linear(width, width)
        self.conv_in = nn.Conv2d(4, first, 3, padding=1)
        block = lambda inputs, outputs: Residual(inputs, outputs, width, groups)
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        skips, current = [first], first
        for level, count in enumerate(channels):
            attends = level < len(channels) - 1
            for _ in range(2):
                self.down.append(nn.ModuleList([block(current, count)] + ([Transformer(count, context, heads, groups)] if attends else [])))
                current = count
                skips.append(current)
            if attends:
                self.shrink.append(nn.Conv2d(current, current, 3, stride=2, padding=1))
                skips.append(current)
        self.middle = nn.ModuleList([block(current, current), Transformer(current, context, heads, groups), block(current, current)])
        self.up, self.grow = nn.ModuleList(), nn.ModuleList()
        for level, count in reversed(list(enumerate(channels))):
            attends = level < len(channels) - 1
            for _ in range(3):
                self.up.append(nn.ModuleList([block(current + skips.pop(), count)] + ([Transformer(count, context, heads, groups)] if attends else [])))
                current = count
            if level > 0:
                self.grow.append(nn.Conv2d(current, current, 3, padding=1))
        self.norm_out = nn.GroupNorm(groups, current, eps=1e-5)
        self.conv_out = nn.Conv2d(current, 4, 3, padding=1)
        self.levels = len(channels)
        frequencies = torch.exp(-math.log(10000) * torch.arange(first // 2, dtype=torch.float32) / (first // 2))
        self.register_buffer("frequencies", frequencies)

    def forward(self, sample, timestep, encoder_hidden_states):
        angles = timestep.to(torch.float32).reshape(-1, 1) * self.frequencies.to(torch.float32)
        time = torch.cat([torch.cos(angles), torch.sin(angles)], dim=-1).to(sample.dtype)
        time = self.time2(F.silu(self.time1(time)))
        x = self.conv_in(sample)
        skips = [x]

        def run(block, x):
            x = block[0](x, time)
            return block[1](x, encoder_hidden_states) if len(block) > 1 else x

        for level in range(self.levels):
            for block in self.down[2 * level:2 * level + 2]:
                x = run(block, x)
                skips.append(x)
            if level < self.levels - 1:
                x = self.shrink[level](x)
                skips.append(x)
        x = self.middle[0](x, time)
        x = self.middle[1](x, encoder_hidden_states)
        x = self.middle[2](x, time)
        for level in range(self.levels):
            for block in self.up[3 * level:3 * level + 3]:
                x = run(block, torch.cat([x, skips.pop()], dim=1))
            if level < self.levels - 1:
                x = self.grow[level](F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return self.conv_out(F.silu(self.norm_out(x)))


def arguments(batch, device, dtype, size):
    return (
        torch.randn(batch, 4, size, size, device=device, dtype=dtype),
        torch.tensor([981], device=device, dtype=torch.int64),
        torch.randn(batch, 77, 768, device=device, dtype=dtype),
    )


class TextStandIn(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.words = nn.Embedding(words, width)

    def forward(self, input_ids):
        return self.words(input_ids)


class DecoderStandIn(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(4, 64, 3, padding=1), nn.Conv2d(64, 64, 3, padding=1), nn.Conv2d(64, 64, 3, padding=1)])
        self.last = nn.Conv2d(64, 3, 3, padding=1)

    def forward(self, latent_sample):
        x = latent_sample
        for layer in self.layers:
            x = F.interpolate(F.silu(layer(x)), scale_factor=2.0, mode="nearest")
        return torch.tanh(self.last(x))


class EncoderStandIn(nn.Module):
    def __init__(self):
        super().__init__()
        self.shrink = nn.Conv2d(3, 8, 8, stride=8)

    def forward(self, sample):
        return self.shrink(sample)


def export(module, folder, name, inputs, names, output, axes):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    target = os.path.join(folder, name, "model.onnx")
    options = {"dynamo": False} if int(torch.__version__.split(".")[0]) >= 2 else {}
    with tempfile.TemporaryDirectory(dir=folder) as work:
        raw = os.path.join(work, "model.onnx")
        torch.onnx.export(
            module.eval(), inputs, raw, opset_version=17 if options else 16, input_names=names, output_names=[output], dynamic_axes=axes, **options)
        try:
            import onnx
            onnx.save(onnx.load(raw), target, save_as_external_data=True, all_tensors_to_one_file=True, location="model.onnx.data")
        except ImportError:
            os.replace(raw, target)


def write_folder(unet, folder, like, device, dtype):
    for name in ("tokenizer", "scheduler"):
        shutil.copytree(os.path.join(like, name), os.path.join(folder, name), dirs_exist_ok=True)
    shutil.copy(os.path.join(like, "model_index.json"), folder)
    with open(os.path.join(folder, "model_index.json")) as file:
        index = json.load(file)
    for part in ("image_encoder", "feature_extractor"):
        index.pop(part, None)
    configurations = {
        "unet": {"sample_size": 64, "in_channels": 4, "out_channels": 4, "cross_attention_dim": 768, "time_cond_proj_dim": None},
        "vae_decoder": {"block_out_channels": [1, 1, 1, 1], "latent_channels": 4, "scaling_factor": 0.18215},
        "vae_encoder": {"block_out_channels": [1, 1, 1, 1], "latent_channels": 4, "scaling_factor": 0.18215},
        "text_encoder": {"hidden_size": 768, "max_position_embeddings": 77, "vocab_size": 1536, "eos_token_id": 1535},
    }
    batch = {0: "batch"}
    plane = {0: "batch", 2: "height", 3: "width"}
    noisy = arguments(2, device, dtype, 64)
    export(unet, folder, "unet", noisy, ["sample", "timestep", "encoder_hidden_states"], "out_sample",
           {"sample": plane, "encoder_hidden_states": {0: "batch", 1: "sequence"}, "timestep": {0: "steps"}})
    export(DecoderStandIn().to(device, dtype), folder, "vae_decoder", (noisy[0],), ["latent_sample"], "sample", {"latent_sample": plane, "sample": plane})
    export(EncoderStandIn().to(device, dtype), folder, "vae_encoder", (torch.randn(2, 3, 512, 512, device=device, dtype=dtype),), ["sample"],
           "latent_parameters", {"sample": plane, "latent_parameters": plane})
    export(TextStandIn(1536, 768).to(device, dtype), folder, "text_encoder", (torch.zeros(2, 77, device=device, dtype=torch.int64),), ["input_ids"],
           "last_hidden_state", {"input_ids": batch, "last_hidden_state": batch})
    configurations = {os.path.join(name, "config.json"): content for name, content in configurations.items()}
    configurations["model_index.json"] = index
    with open(os.path.join(folder, "tokenizer", "tokenizer_config.json")) as file:
        configurations[os.path.join("tokenizer", "tokenizer_config.json")] = json.load(file) | {"model_max_length": 77}
    for name, content in configurations.items():
        with open(os.path.join(folder, name), "w") as file:
            json.dump(content, file, indent=2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder")
    parser.add_argument("--like", default="models/tiny-sd")
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--size", type=int, default=64, help="latent size: 64 for 512 pixels")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--small", action="store_true", help="a quarter of the channels, for a trial")
    options = parser.parse_args()
    torch.manual_seed(0)
    dtype = torch.float16 if options.half else torch.float32
    unet = UNet((80, 160, 320, 320) if options.small else (320, 640, 1280, 1280), groups=16 if options.small else 32).eval().to(options.device, dtype)
    parameters = sum(p.numel() for p in unet.parameters())
    with torch.no_grad():
        if options.folder:
            os.makedirs(options.folder, exist_ok=True)
            write_folder(unet, options.folder, options.like, options.device, dtype)
            print(json.dumps({"folder": options.folder, "parameters": parameters}))
        if options.time:
            inputs = arguments(options.batch, options.device, dtype, options.size)
            wait = torch.cuda.synchronize if options.device == "cuda" else lambda: None
            for _ in range(3):
                unet(*inputs)
            wait()
            started = time.perf_counter()
            for _ in range(options.steps):
                unet(*inputs)
            wait()
            print(json.dumps({
                "peer": f"torch {torch.__version__}", "parameters": parameters, "batch": options.batch,
                "milliseconds": 1000 * (time.perf_counter() - started) / options.steps}))


if __name__ == "__main__":
    main()
