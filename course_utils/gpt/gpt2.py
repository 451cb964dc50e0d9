"""The layout of GPT-2's checkpoints, read and written. Shown in notebook 09.

A checkpoint is a folder with config.json and model.safetensors. GPT-2's layers are called Conv1D
and keep their matrices transposed, (D_in, D_out), where nn.Linear has (D_out, D_in).
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course_utils.gpt.model import GPT, GPTBlock, GPTConfig

# GPT-2's name for each part of the course's model, and whether its matrix is transposed.
BLOCK_PARTS = {
    "norm1": ("ln_1", False),
    "attention.qkv": ("attn.c_attn", True),
    "attention.project": ("attn.c_proj", True),
    "norm2": ("ln_2", False),
    "feed_forward.up": ("mlp.c_fc", True),
    "feed_forward.down": ("mlp.c_proj", True),
}
MASKS = re.compile(r"h\.\d+\.attn\.(masked_)?bias")  # stored in old files; the model makes its own


def load_gpt2(folder: str | Path, block: Callable[[GPTConfig], nn.Module] = GPTBlock) -> GPT:
    """A GPT with the weights of a checkpoint in GPT-2's layout, in evaluation mode.

    `block` builds a layer, as for GPT; its parts must have the names of the course's GPTBlock.
    Raises ValueError when a file or a weight is missing, or has another shape than configured.
    """
    folder = Path(folder)
    model = GPT(read_config(folder / "config.json"), block)
    weights = read_weights(folder / "model.safetensors")
    expected = gpt2_names(model)
    if missing := sorted({theirs for theirs, _ in expected.values()} - weights.keys()):
        raise ValueError(
            f"{folder / 'model.safetensors'} lacks {', '.join(missing[:5])}"
            f"{' and more' if len(missing) > 5 else ''}. It is not a whole GPT-2 as its "
            f"config.json describes it ({model.config.n_layers} layers)."
        )
    state = model.state_dict()
    for ours, (theirs, is_transposed) in expected.items():
        weight = weights[theirs].t() if is_transposed else weights[theirs]
        if weight.shape != state[ours].shape:
            raise ValueError(
                f"{theirs} in {folder / 'model.safetensors'} has shape "
                f"{tuple(weights[theirs].shape)}, but config.json asks for "
                f"{tuple(state[ours].t().shape if is_transposed else state[ours].shape)}. "
                f"Do the two files belong together?"
            )
        state[ours].copy_(weight)  # the state's tensors are the model's own; casts to 32 bits
    return model.eval()


def save_gpt2(model: GPT, folder: str | Path) -> None:
    """Write a GPT of GPT-2's design so that other tools can read it as one.

    Raises ValueError for a model of any other design.
    """
    config = model.config
    plain = GPTConfig(
        **{name: getattr(config, name) for name in ("vocab_size", "context_length", "n_layers")},
        **{name: getattr(config, name) for name in ("n_heads", "d_model", "dropout", "mlp_ratio")},
        **{name: getattr(config, name) for name in ("tied_head", "fused_attention", "init_std")},
    )
    if config != plain:
        raise ValueError(
            "GPT-2's layout holds only GPT-2's design: LayerNorm, learned positions, GELU, biases, "
            "no QK-norm, no short convolution. This model has other parts; save it as a checkpoint "
            "of the course."
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    state = model.state_dict()
    weights = {
        theirs: (state[ours].t() if is_transposed else state[ours]).contiguous()
        for ours, (theirs, is_transposed) in gpt2_names(model).items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    content = {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "vocab_size": config.vocab_size,
        "n_positions": config.context_length,
        "n_layer": config.n_layers,
        "n_head": config.n_heads,
        "n_embd": config.d_model,
        "n_inner": config.d_hidden,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "embd_pdrop": config.dropout,
        "attn_pdrop": config.dropout,
        "resid_pdrop": config.dropout,
        "initializer_range": config.init_std,
        "tie_word_embeddings": config.tied_head,
    }
    (folder / "config.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def gpt2_names(model: GPT) -> dict[str, tuple[str, bool]]:
    """GPT-2's name for each weight of the model, and whether it is transposed there."""
    parts = {
        "token_embedding": ("wte", False),
        "position_embedding": ("wpe", False),
        "final_norm": ("ln_f", False),
    }
    if not model.config.tied_head:
        parts["head"] = ("lm_head", False)
    for i in range(model.config.n_layers):
        for ours, (theirs, is_transposed) in BLOCK_PARTS.items():
            parts[f"blocks.{i}.{ours}"] = (f"h.{i}.{theirs}", is_transposed)
    names = {}
    for name, _ in model.named_parameters():
        part, _, kind = name.rpartition(".")  # kind: weight or bias
        if part not in parts:
            raise ValueError(
                f"The model has a weight {name!r}, for which GPT-2's layout has no place. A "
                f"block's parts must be called {', '.join(BLOCK_PARTS)}."
            )
        theirs, is_transposed = parts[part]
        names[name] = (f"{theirs}.{kind}", is_transposed and kind == "weight")
    return names


def read_config(path: Path) -> GPTConfig:
    """A GPT-2's config.json. Raises ValueError when the course cannot build what it describes."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(
            f"There is no {path}. A GPT-2 folder holds config.json and model.safetensors."
        ) from None
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}.") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no configuration: its JSON is no object.")
    for option, supported in {
        "model_type": ("gpt2",),
        "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
        "layer_norm_epsilon": (1e-5,),
        "scale_attn_weights": (True,),
        "scale_attn_by_inverse_layer_idx": (False,),
        "add_cross_attention": (False,),
    }.items():
        if content.get(option, supported[0]) not in supported:
            raise ValueError(
                f"{path} has {option} = {content[option]!r}; the course's GPT knows only "
                f"{' or '.join(map(repr, supported))}."
            )
    try:
        n_features = content["n_embd"]
        n_hidden = content.get("n_inner") or 4 * n_features
        return GPTConfig(
            vocab_size=content["vocab_size"],
            context_length=content.get("n_positions") or content["n_ctx"],
            n_layers=content["n_layer"],
            n_heads=content["n_head"],
            d_model=n_features,
            dropout=content.get("resid_pdrop", 0.1),
            mlp_ratio=n_hidden / n_features,
            tied_head=content.get("tie_word_embeddings", True),
        )
    except KeyError as error:
        raise ValueError(f"{path} does not say {error.args[0]}, as GPT-2's config does.") from None


def read_weights(path: Path) -> dict[str, Float[Tensor, "..."]]:
    """Every weight of the file under its name without "transformer.", stored masks left out."""
    try:
        weights = load_file(path)
    except FileNotFoundError:
        raise ValueError(
            f"There is no {path}. The course reads weights from safetensors files only, which "
            f"cannot carry code."
        ) from None
    except SafetensorError as error:
        raise ValueError(f"{path} is not a whole safetensors file ({error}).") from None
    weights = {name.removeprefix("transformer."): tensor for name, tensor in weights.items()}
    return {name: tensor for name, tensor in weights.items() if not MASKS.fullmatch(name)}
