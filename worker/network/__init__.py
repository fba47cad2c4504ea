"""The network of a model version: Keras described and trained it, ONNX Runtime computes it."""

from worker.network.network import Network, as_onnx

__all__ = ["Network", "as_onnx"]
