"""From a trained torch module to an ONNX file with 8-bit weights.

Matrices are quantised in blocks of 32 weights and multiplied with activations quantised row by row
(ONNX Runtime's ``MatMulNBits``), so that no row's scale depends on another row of the batch:
per-tensor dynamic quantisation changes labels with batch mates. The word embeddings get one scale
a row.
"""

import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model

BLOCK = 32
INT8_ACTIVATIONS = 4
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
LARGE_TABLE = 1_000_000
NOISY_LOGGERS = (
    "onnxruntime.quantization.matmul_nbits_quantizer",
    "onnx_model",
    "onnx_model_bert",
    "fusion_base",
)


def export_onnx(network: torch.nn.Module, path: Path, *, heads: int, hidden: int) -> None:
    """Write ``network`` (inputs as in ``INPUTS``, output logits) as an 8-bit ONNX model.

    ``heads`` and ``hidden`` describe the encoder, for the fusion of its attention.
    """
    for noisy in NOISY_LOGGERS:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    float_path = path.with_suffix(".float.onnx")
    _trace(network.eval(), float_path)
    model = _fuse(float_path, heads, hidden)
    float_path.unlink()
    quantizer = MatMulNBitsQuantizer(
        model,
        bits=8,
        block_size=BLOCK,
        is_symmetric=True,
        accuracy_level=INT8_ACTIVATIONS,
        # The head is small, and its error would reach the logits undiluted.
        nodes_to_exclude=[n.name for n in model.graph.node if n.name.startswith("/head/")],
    )
    quantizer.process()
    quantised = quantizer.model.model
    _quantise_tables(quantised.graph)
    onnx.save_model(quantised, str(path))


def _trace(network: torch.nn.Module, path: Path) -> None:
    example = torch.ones((2, 16), dtype=torch.int64)
    axes = {name: {0: "windows", 1: "tokens"} for name in INPUTS}
    with warnings.catch_warnings():
        # The dynamo exporter's graphs are not fused by ONNX Runtime's optimizer (seen with 1.32),
        # so the older one is used; it warns of its age and of constants that are meant as such.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example, example, torch.zeros_like(example)),
            str(path),
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes={**axes, "logits": {0: "windows"}},
            opset_version=17,
            dynamo=False,
        )


def _fuse(path: Path, heads: int, hidden: int) -> onnx.ModelProto:
    options = FusionOptions("bert")
    options.use_multi_head_attention = True  # keeps Q, K, V apart, so that they are quantised too
    options.enable_embed_layer_norm = False  # keeps the table a Gather
    fused = optimize_model(
        str(path),
        "bert",
        num_heads=heads,
        hidden_size=hidden,
        optimization_options=options,
        opt_level=0,
    )
    model: onnx.ModelProto = fused.model
    return model


def _quantise_tables(graph: onnx.GraphProto) -> None:
    tables = {i.name: i for i in graph.initializer if np.prod(i.dims) >= LARGE_TABLE}
    for node in [n for n in graph.node if n.op_type == "Gather" and n.input[0] in tables]:
        table, places, output = node.input[0], node.input[1], node.output[0]
        weights = numpy_helper.to_array(tables[table])
        scale = np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1e-12) / 127
        rounded = np.round(weights / scale).astype(np.int8)
        graph.initializer.extend(
            [
                numpy_helper.from_array(rounded, f"{table}_int8"),
                numpy_helper.from_array(scale.astype(np.float32), f"{table}_scale"),
            ]
        )
        made = [
            helper.make_node("Gather", [f"{table}_int8", places], [f"{output}_int8"]),
            helper.make_node("Cast", [f"{output}_int8"], [f"{output}_raw"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{table}_scale", places], [f"{output}_scale"]),
            helper.make_node("Mul", [f"{output}_raw", f"{output}_scale"], [output]),
        ]
        at = list(graph.node).index(node)
        graph.node.remove(node)
        for offset, new in enumerate(made):
            graph.node.insert(at + offset, new)
        graph.initializer.remove(tables[table])
