"""The pictures of trainings show every loss, the floor and the band."""

import matplotlib.pyplot as plt
import pytest

from course_utils.figures import trainings
from course_utils.gpt.loss_bands import BANDS

BAND = BANDS["first-look", "tales"]
HISTORY = [
    {"step": 0, "val_loss": 3.9, "train_loss": None},
    {"step": 50, "val_loss": 1.5, "train_loss": 2.0},
    {"step": 100, "val_loss": 20.0, "train_loss": 0.0},
]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def lines_of(ax):
    return {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}


def test_a_learning_curve_holds_every_loss_and_a_loss_of_zero_has_a_place():
    figure = trainings.plot_learning(HISTORY, 0.14, title="title")
    lines = lines_of(figure.axes[0])
    assert lines["validation"] == [[0, 3.9], [50, 1.5], [100, 20.0]]
    assert lines["training"] == [[50, 2.0], [100, trainings.LEAST]]
    assert [0.14, 0.14] in [[y for _, y in line] for line in lines.values()]
    assert "0.140" in " ".join(t.get_text() for t in figure.axes[0].texts)


def test_without_a_floor_none_is_drawn():
    figure = trainings.plot_learning(HISTORY, None, title="title")
    assert set(lines_of(figure.axes[0])) == {"training", "validation"}


@pytest.mark.parametrize("n_runs", [1, 3, 5])
def test_each_run_has_its_picture_with_the_band(n_runs):
    runs = {f"run {i}": HISTORY for i in range(n_runs)}
    figure = trainings.plot_diagnoses(runs, BAND, 0.14, title="title")
    drawn = [ax for ax in figure.axes if ax.get_title(loc="left")]
    assert [ax.get_title(loc="left") or ax.get_title() for ax in drawn] == list(runs)
    for ax in drawn:
        low, high = ax.collections[0].get_datalim(ax.transData).intervaly
        assert low == pytest.approx(BAND.at(100)[0])
        assert high == pytest.approx(BAND.at(1)[1])


def test_rungs_tell_the_gain_over_the_rung_before():
    figure = trainings.plot_rungs({"plain": 2.0, "better": 1.5}, title="title")
    assert [t.get_text() for t in figure.axes[0].texts] == ["2.00", "1.50  (-0.50)"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == [2.0, 1.5]
