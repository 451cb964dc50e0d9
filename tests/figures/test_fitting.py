"""Pictures of trainings show the numbers that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures import fitting


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_dots_lie_where_the_second_losses_are():
    line, dots = np.linspace(2, 1, 60), np.linspace(2, 1, 60) + 0.5
    ax = fitting.draw_same_curves(line, dots, ("ours", "theirs")).axes[0]
    drawn = ax.lines[1]
    np.testing.assert_allclose(drawn.get_ydata(), dots[drawn.get_xdata() - 1])
    assert [text.get_text() for text in ax.texts] == ["line: ours", "dots: theirs"]


def test_confusion_matrix_writes_every_count_but_zeros_and_shades_mistakes_only():
    matrix = np.array([[5, 1, 0], [0, 7, 2], [0, 0, 9]])
    ax = fitting.draw_confusion(matrix, "title").axes[0]
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert written == {(j, i): str(matrix[i, j]) for i, j in zip(*np.nonzero(matrix), strict=True)}
    assert np.diag(ax.images[0].get_array()).sum() == 0


def test_turn_is_marked_at_the_lowest_validation_loss():
    losses = np.array([[2.0, 2.0], [1.0, 1.5], [0.5, 1.2], [0.1, 1.4]])
    ax = fitting.draw_overfitting(losses).axes[0]
    assert ax.lines[-1].get_xdata()[0] == 3
    assert ax.lines[-1].get_ydata()[0] == 1.2


def test_remedies_are_bars_with_their_losses():
    ax = fitting.draw_remedies({"nothing": 0.8, "one": 0.6}).axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.6, 0.8]
    assert [text.get_text().strip() for text in ax.texts] == ["0.60", "0.80"]
