"""PyTorch, eager or with `torch.compile`: samples lie in memory, each step picks a shuffled batch."""

import time

import torch
from cell import mnist
from torch import nn

VERSION = f"PyTorch {torch.__version__}"


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
        model = nn.Sequential(*layers)
        for layer in model:
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        self.optimizer = {"sgd": lambda p: torch.optim.SGD(p, cell.rate, momentum=0.9),
                          "adam": lambda p: torch.optim.Adam(p, cell.rate),
                          "rmsprop": lambda p: torch.optim.RMSprop(p, cell.rate, alpha=0.9)
                          }[cell.optimizer](model.parameters())
        self.model = torch.compile(model) if self.compiled else model
        self.batch, self.loss = cell.batch, nn.CrossEntropyLoss()
        images, labels = mnist("train")
        self.images, self.labels = torch.from_numpy(images)[:, None], torch.from_numpy(labels).long()

    def train(self, steps):
        self.model.train()
        start = time.perf_counter()
        order = torch.randperm(len(self.images))
        for step in range(steps):
            picked = order[step * self.batch:(step + 1) * self.batch]
            self.optimizer.zero_grad()
            self.loss(self.model(self.images[picked]), self.labels[picked]).backward()
            self.optimizer.step()
        return time.perf_counter() - start

    def accuracy(self):
        images, labels = mnist("t10k")
        self.model.eval()
        with torch.no_grad():
            guesses = [self.model(part).argmax(1) for part in torch.from_numpy(images)[:, None].split(500)]
        return float((torch.cat(guesses) == torch.from_numpy(labels)).float().mean())
