"""The well-known mistakes of notebook 09, nets and blocks: each makes one, and only that one."""

import torch.nn.functional as F

from course_utils.exercises.exercise import Misconception
from course_utils.gpt import model

# ------------------------------------------------------------------------------ FeedForward


class Bent(model.FeedForward):
    """The way up, a bend, the way down: each subclass has another bend."""

    def forward(self, x):
        return self.down(self.bend(self.up(x)))

    def bend(self, h):
        raise NotImplementedError


class NoBend(Bent):
    def bend(self, h):
        return h


class WithReLU(Bent):
    def bend(self, h):
        return F.relu(h)


class WithExactGELU(Bent):
    def bend(self, h):
        return F.gelu(h)


class BendsAtTheEnd(model.FeedForward):
    def forward(self, x):
        return model.gelu(self.down(self.up(x)))


class BendsTwice(model.FeedForward):
    def forward(self, x):
        return model.gelu(self.down(model.gelu(self.up(x))))


class NetAddsItsInput(model.FeedForward):
    def forward(self, x):
        return x + super().forward(x)


FEED_FORWARD = (
    Misconception(
        "no bend between the layers",
        NoBend,
        "Two affine layers with nothing between them are one affine layer, however wide "
        "the middle is (notebook 01). Put `gelu` between `up` and `down`.",
    ),
    Misconception(
        "ReLU in place of GELU",
        WithReLU,
        "This net bends with ReLU. That works, but it is not GPT-2's: below 0 GELU is "
        "not quite 0. Use `gelu`.",
    ),
    Misconception(
        "the exact GELU",
        WithExactGELU,
        "All but right: this is GELU by the normal distribution, and GPT-2 was trained "
        "with the formula that uses tanh. They differ by less than 0.0005. `gelu` of this "
        "notebook is the one, or `F.gelu(x, approximate='tanh')`.",
    ),
    Misconception(
        "bends at the end",
        BendsAtTheEnd,
        "The bend comes last, so that the output hardly goes below 0 and the layers "
        "before it are one affine map. Bend in the middle, where it is wide.",
    ),
    Misconception(
        "bends twice",
        BendsTwice,
        "The output is bent once more. What goes into the stream must be free to be "
        "negative: end with `down`.",
    ),
    Misconception(
        "adds its input",
        NetAddsItsInput,
        "You add x to the result. That residual connection is right in a block, but it "
        "belongs to the block around this net.",
    ),
)

# ------------------------------------------------------------------------------------ Block


class PostNorm(model.Block):
    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.feed_forward(x))


class NoResiduals(model.Block):
    def forward(self, x):
        x = self.attention(self.norm1(x))
        return self.feed_forward(self.norm2(x))


class ResidualsAfterTheNorm(model.Block):
    def forward(self, x):
        x = self.norm1(x)
        x = x + self.attention(x)
        x = self.norm2(x)
        return x + self.feed_forward(x)


class NormsTheBranches(model.Block):
    def forward(self, x):
        x = x + self.norm1(self.attention(x))
        return x + self.norm2(self.feed_forward(x))


class ForgetsTheNorms(model.Block):
    def forward(self, x):
        x = x + self.attention(x)
        return x + self.feed_forward(x)


class OneNormForBoth(model.Block):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm1(x))


class SecondBranchAddsToTheOldStream(model.Block):
    def forward(self, x):
        gathered = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(gathered))


class FirstResidualMissing(model.Block):
    def forward(self, x):
        x = self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class SideBySide(model.Block):
    def forward(self, x):
        return x + self.attention(self.norm1(x)) + self.feed_forward(self.norm2(x))


class ThinksFirst(model.Block):
    def forward(self, x):
        x = x + self.feed_forward(self.norm2(x))
        return x + self.attention(self.norm1(x))


class OneResidualOnly(model.Block):
    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return self.feed_forward(self.norm2(x))


BLOCK = (
    Misconception(
        "post-norm",
        PostNorm,
        "You normalise after the addition. So did the first transformer of 2017, and "
        "section 5 shows its price. GPT-2 normalises what goes into a branch and leaves "
        "the stream alone: x + attention(norm1(x)).",
    ),
    Misconception(
        "no residual connections",
        NoResiduals,
        "Nothing is added to x: it is replaced, twice. What the token was is lost, and "
        "the gradient has no straight way back. x = x + attention(norm1(x)).",
    ),
    Misconception(
        "residual taken after the norm",
        ResidualsAfterTheNorm,
        "x itself is overwritten by its normalised form, and the branch is added to "
        "that. The stream must go past the norm untouched: only the branch reads "
        "norm(x).",
    ),
    Misconception(
        "normalises what the branches give",
        NormsTheBranches,
        "The norms come after attention and net. They belong before them: the branch "
        "reads a normalised stream.",
    ),
    Misconception(
        "forgets the norms",
        ForgetsTheNorms,
        "The two residual connections are right, but the branches read the raw stream. "
        "They should read norm1(x) and norm2(x).",
    ),
    Misconception(
        "one norm for both",
        OneNormForBoth,
        "norm1 is used twice and norm2 never. Each branch has a norm of its own.",
    ),
    Misconception(
        "second branch adds to the old stream",
        SecondBranchAddsToTheOldStream,
        "The net reads what attention has added, but its output is added to the x of "
        "before, so what attention found is lost from the stream. Each branch adds to "
        "what the stream is by then.",
    ),
    Misconception(
        "first residual connection missing",
        FirstResidualMissing,
        "Attention's output replaces the stream, and only the net adds to it. Both "
        "branches add: x = x + attention(norm1(x)).",
    ),
    Misconception(
        "side by side",
        SideBySide,
        "Attention and net both read the x that came in. In GPT-2 the net comes second "
        "and reads what attention has added.",
    ),
    Misconception(
        "thinks before it gathers",
        ThinksFirst,
        "The net comes first and attention second. Gather first, then think.",
    ),
    Misconception(
        "one residual connection only",
        OneResidualOnly,
        "Attention is added to the stream, but then the net's output replaces it. Both "
        "branches add.",
    ),
)
