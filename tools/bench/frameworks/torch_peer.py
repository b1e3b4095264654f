"""PyTorch, eager or with `torch.compile`: samples lie in memory, each step picks a shuffled batch.

NNX_BENCH_DEVICE=cuda trains on a GPU; there `torch.compile` records its launches (CUDA graphs)."""

import os
import time

import torch
from cell import mnist
from torch import nn

VERSION = f"PyTorch {torch.__version__}"
DEVICE = torch.device(os.environ.get("NNX_BENCH_DEVICE", "cpu"))


class Peer:
    compiled = False

    def __init__(self, cell):
        torch.set_num_threads(cell.threads)
        torch.manual_seed(1)
        layers, channels, inputs = [], 1, cell.flat
        for filters in cell.filters:
            layers += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.MaxPool2d(2)]
            channels = filters
        layers.append(nn.Flatten())
        for width in cell.widths:
            layers += [nn.Linear(inputs, width), nn.ReLU()]
            inputs = width
        layers.append(nn.Linear(inputs, 10))
        model = nn.Sequential(*layers).to(DEVICE)
        for layer in model:
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        self.optimizer = {"sgd": lambda p: torch.optim.SGD(p, cell.rate, momentum=0.9),
                          "adam": lambda p: torch.optim.Adam(p, cell.rate),
                          "rmsprop": lambda p: torch.optim.RMSprop(p, cell.rate, alpha=0.9)
                          }[cell.optimizer](model.parameters())
        mode = "default" if DEVICE.type == "cpu" else "reduce-overhead"
        self.model = torch.compile(model, mode=mode) if self.compiled else model
        self.batch, self.loss = cell.batch, nn.CrossEntropyLoss()
        images, labels = mnist("train")
        self.images = torch.from_numpy(images)[:, None].to(DEVICE)
        self.labels = torch.from_numpy(labels).long().to(DEVICE)

    def train(self, steps):
        self.model.train()
        start = time.perf_counter()
        order = torch.randperm(len(self.images), device=DEVICE)
        for step in range(steps):
            picked = order[step * self.batch:(step + 1) * self.batch]
            self.optimizer.zero_grad()
            self.loss(self.model(self.images[picked]), self.labels[picked]).backward()
            self.optimizer.step()
        if DEVICE.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - start

    def accuracy(self):
        images, labels = mnist("t10k")
        self.model.eval()
        with torch.no_grad():
            parts = torch.from_numpy(images)[:, None].to(DEVICE).split(500)
            guesses = [self.model(part).argmax(1).cpu() for part in parts]
        return float((torch.cat(guesses) == torch.from_numpy(labels)).float().mean())
