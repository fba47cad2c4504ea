"""The network of a model version: Keras described and trained it, ONNX Runtime computes it."""

from worker.network.network import Network

__all__ = ["Network"]
