"""What a learner sees of a training while it runs."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.figures.watch import Watch, draw_learning, type_out


def trainer_at(step, n_steps=100, share_used=None):
    share = step / n_steps if share_used is None else share_used
    return SimpleNamespace(step=step, share_used=share, config=SimpleNamespace(n_steps=n_steps))


def watch_a_training(monkeypatch, steps):
    watch = Watch(
        lambda t: 4 - t.step / 50, lambda t: f"<text {t.step}>", moments=(0, 10), every=20
    )
    monkeypatch.setattr(watch, "show", lambda: None)
    for step in steps:
        watch.on_step(trainer_at(step))
    return watch


def test_it_lets_the_model_write_at_the_moments_and_at_the_end(monkeypatch):
    watch = watch_a_training(monkeypatch, range(101))
    assert [step for step, _, _ in watch.texts] == [0, 10, 100]
    assert watch.steps == [0, 10, 20, 40, 60, 80, 100]
    assert watch.losses[0] == 4


def test_a_training_that_runs_out_of_time_ends_with_a_text_too(monkeypatch):
    watch = watch_a_training(monkeypatch, range(50))
    watch.on_step(trainer_at(50, share_used=1.0))
    assert watch.texts[-1][0] == 50
    assert "step 50 of 50" in watch._repr_html_()


def test_what_the_model_writes_is_shown_as_text_not_as_markup(monkeypatch):
    watch = watch_a_training(monkeypatch, range(11))
    assert "&lt;text 10&gt;" in watch._repr_html_()
    assert "<text 10>" in repr(watch)


@given(
    text=st.lists(st.text("ab", max_size=9), max_size=40).map(" ".join),
    width=st.integers(10, 30),
)
def test_typed_lines_hold_all_words_and_are_never_too_long(text, width):
    with pytest.MonkeyPatch.context() as patch:
        printed = []
        patch.setattr("builtins.print", lambda *a, end="\n", **k: printed.append("".join(a) + end))
        type_out(text, width)
    lines = "".join(printed).split("\n")
    assert " ".join(lines).split() == text.split()
    assert max(len(line.rstrip()) for line in lines) <= width


def test_words_are_typed_as_soon_as_they_are_whole(capsys):
    seen = []

    def slowly():
        yield "one t"
        seen.append(capsys.readouterr().out)
        yield "wo"

    type_out(slowly())
    assert seen == ["one "]
    assert capsys.readouterr().out == "two\n"


def test_the_curve_is_drawn_between_knowing_nothing_and_the_floor():
    import matplotlib.pyplot as plt

    fig = draw_learning([0, 10, 20], [4.0, 2.0, 1.0], vocab_size=50, floor=0.2)
    heights = [line.get_ydata()[0] for line in fig.axes[0].lines]
    assert heights[:3] == pytest.approx([4.0, 3.912023, 0.2])
    plt.close(fig)
