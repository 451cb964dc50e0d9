"""Paths on landscapes: every path is drawn, wherever it goes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.figures.landscapes import film_paths, plot_paths
from course_utils.scratch.gradient_descent import gradient_descent
from course_utils.scratch.landscapes import plain, ravine, rosenbrock, saddle


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def ravine_paths():
    landscape = ravine(10)
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            f"rate {rate}": gradient_descent(landscape.gradient, np.array([-5.0, 2.0]), rate, steps)
            for rate, steps in ((0.1, 50), (1.8, 20), (30.0, 400))
        }


def lines_named(figure, names):
    lines = [line for ax in figure.axes for line in ax.lines]
    return {line.get_label(): line.get_xydata() for line in lines if line.get_label() in names}


def test_each_path_is_drawn_point_by_point_until_it_blows_up():
    paths = ravine_paths()
    assert not np.isfinite(paths["rate 30.0"]).all()
    drawn = lines_named(plot_paths(ravine(10), paths, title="t"), paths)
    np.testing.assert_array_equal(drawn["rate 0.1"], paths["rate 0.1"])
    np.testing.assert_array_equal(drawn["rate 1.8"], paths["rate 1.8"])
    assert 1 < len(drawn["rate 30.0"]) < 20
    assert np.isfinite(drawn["rate 30.0"]).all()


def test_panels_give_each_path_its_own_axes_with_its_name():
    paths = ravine_paths()
    figure = plot_paths(ravine(10), paths, panels=True)
    visible = [ax for ax in figure.axes if ax.get_visible()]
    assert [ax.get_title() or ax.get_title(loc="left") for ax in visible] == list(paths)


@pytest.mark.parametrize("landscape", [ravine(1), saddle(), plain(), rosenbrock()])
def test_axes_show_the_landscapes_own_window(landscape):
    path = np.zeros((2, 2))
    ax = plot_paths(landscape, {"path": path}).axes[0]
    assert (ax.get_xlim(), ax.get_ylim()) == landscape.window


def test_a_plain_function_needs_a_window():
    def bowl(p):
        return np.sum(p**2, axis=-1)

    with pytest.raises(ValueError, match="window"):
        plot_paths(bowl, {"path": np.zeros((2, 2))})
    figure = plot_paths(bowl, {"path": np.zeros((2, 2))}, window=((-1, 1), (-2, 2)))
    assert figure.axes[0].get_ylim() == (-2, 2)


def test_a_film_shows_the_first_and_the_last_step_and_no_more_frames_than_asked():
    paths = {"long": np.random.default_rng(0).normal(size=(101, 2)), "short": np.zeros((5, 2))}
    film = film_paths(ravine(2), paths, frames=12)
    assert len(film.captions) == 12
    assert (film.captions[0], film.captions[-1]) == ("step 0", "step 100")
    film.draw(0)
    assert len(lines_named(film.figure, paths)["long"]) == 1
    film.draw(11)
    drawn = lines_named(film.figure, paths)
    np.testing.assert_array_equal(drawn["long"], paths["long"])
    np.testing.assert_array_equal(drawn["short"], paths["short"])


def test_a_film_of_few_steps_has_a_frame_for_each():
    film = film_paths(ravine(2), {"path": np.zeros((4, 2))}, frames=40)
    assert film.captions == ("step 0", "step 1", "step 2", "step 3")
