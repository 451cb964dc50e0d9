"""What a GPT costs, by formula: its parameters and its arithmetic. Derived in notebook 09."""

from course_utils.gpt.model import GPTConfig


def count_parameters(config: GPTConfig) -> int:
    """How many numbers a GPT of this configuration learns, without building it."""
    D, V, hidden = config.d_model, config.vocab_size, config.d_hidden
    has_bias = int(config.bias)

    def linear(n_in: int, n_out: int) -> int:
        return n_in * n_out + has_bias * n_out

    norm = D  # a gain for each feature,
    if config.norm == "layernorm":
        norm += has_bias * D  # and a shift
    attention = linear(D, 3 * D) + linear(D, D)  # q, k and v together; the projection
    n_up = 2 if config.mlp == "swiglu" else 1  # SwiGLU has a gate beside the way up
    feed_forward = n_up * linear(D, hidden) + linear(hidden, D)
    convolution = (config.convolution_width - 1) * D  # a share of each earlier token's features
    block = convolution + norm + attention + norm + feed_forward

    embeddings = V * D
    if config.positions == "learned":
        embeddings += config.context_length * D
    head = 0 if config.tied_head else V * D
    return embeddings + config.n_layers * block + norm + head


def forward_flops(config: GPTConfig, n_tokens: int) -> int:
    """Floating-point operations of the matrix products when `n_tokens` go forward together.

    A product of (T, n) and (n, m) takes T * m * n multiplications and as many additions. What is
    done element by element (norms, activations, softmax) is left out; it is a small part. A
    training step takes about three times as many: backward, each product has two.
    """
    T, D = n_tokens, config.d_model
    n_mlp_matrices = 3 if config.mlp == "swiglu" else 2
    weights = 4 * D * D + n_mlp_matrices * D * config.d_hidden  # of one block's matrices
    attention = 2 * T * T * D  # scores q k^T and averages of v, over all heads together
    return 2 * (config.n_layers * (T * weights + attention) + T * D * config.vocab_size)
