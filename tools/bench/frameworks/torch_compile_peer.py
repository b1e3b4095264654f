"""PyTorch with `torch.compile`."""

import torch_peer

VERSION = torch_peer.VERSION + ", torch.compile"


class Peer(torch_peer.Peer):
    compiled = True
