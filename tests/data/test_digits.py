"""The digits: their numbers, and a split that is fair, repeatable and without overlap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from course_utils.data.digits import load_all_digits, load_digits_split, shifted_copies

SETS = ("train", "validation", "test")


def _sets(split):
    return [(getattr(split, f"{name}_images"), getattr(split, f"{name}_labels")) for name in SETS]


def test_pixels_lie_between_zero_and_one_and_reach_both():
    images, labels = load_all_digits()
    assert images.shape == (1797, 64)
    assert images.dtype == np.float64
    assert labels.dtype == np.int64
    assert images.min() == 0.0
    assert images.max() == 1.0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31), shares=st.tuples(st.floats(0, 0.45), st.floats(0, 0.45)))
def test_the_three_sets_hold_every_image_once_with_its_own_label(seed, shares):
    split = load_digits_split(seed, *shares)
    images = np.concatenate([images for images, _ in _sets(split)])
    labels = np.concatenate([labels for _, labels in _sets(split)])
    given_rows = {row.tobytes(): label for row, label in zip(*_raw(), strict=True)}
    assert len(images) == len(given_rows) == 1797  # no two digits are equal pixel by pixel
    for image, label in zip(images, labels, strict=True):
        assert given_rows.pop(image.tobytes()) == label
    assert not given_rows


def _raw():
    digits = load_digits()
    return digits.data / 16.0, digits.target


@pytest.mark.parametrize("seed", range(5))
def test_every_set_holds_the_classes_in_the_shares_of_the_whole(seed):
    _, all_labels = load_all_digits()
    whole = np.bincount(all_labels, minlength=10)
    split = load_digits_split(seed, validation=0.15, test=0.2)
    for (_, labels), share in zip(_sets(split), (0.65, 0.15, 0.2), strict=True):
        counts = np.bincount(labels, minlength=10)
        assert np.abs(counts - share * whole).max() <= 1.0


def test_the_sets_are_shuffled_not_class_after_class():
    for _, labels in _sets(load_digits_split()):
        neighbours_equal = np.mean(labels[1:] == labels[:-1])
        assert neighbours_equal < 0.2  # 0.1 by chance, nearly 1 when sorted


def test_the_seed_decides_the_split():
    first, again, other = load_digits_split(3), load_digits_split(3), load_digits_split(4)
    for (x, y), (x_again, y_again) in zip(_sets(first), _sets(again), strict=True):
        np.testing.assert_array_equal(x, x_again)
        np.testing.assert_array_equal(y, y_again)
    assert not np.array_equal(first.train_images, other.train_images)


def test_each_call_gives_fresh_arrays():
    load_digits_split().train_images[:] = -1.0
    assert load_digits_split().train_images.min() == 0.0


def test_only_keeps_two_digits_and_calls_them_zero_and_one():
    split = load_digits_split()
    pair = split.only(3, 8)
    for (images, labels), (all_images, all_labels) in zip(_sets(pair), _sets(split), strict=True):
        np.testing.assert_array_equal(images[labels == 0], all_images[all_labels == 3])
        np.testing.assert_array_equal(images[labels == 1], all_images[all_labels == 8])
        assert set(labels) == {0, 1}
        assert labels.dtype == np.int64


@pytest.mark.parametrize("shares", [(-0.1, 0.2), (0.5, 0.5), (0.2, 1.0)])
def test_shares_that_leave_nothing_to_train_on_are_refused(shares):
    with pytest.raises(ValueError, match="leave nothing to train on"):
        load_digits_split(0, *shares)


@pytest.mark.parametrize("digits", [(3, 3), (3, 10), (-1, 4)])
def test_only_asks_for_two_different_digits(digits):
    with pytest.raises(ValueError, match="two different digits"):
        load_digits_split().only(*digits)


def test_shifted_copies_move_the_ink_by_one_pixel_and_keep_the_labels():
    image = np.zeros((8, 8))
    image[3, 5] = 1.0
    images, labels = shifted_copies(np.stack([image.ravel(), np.zeros(64)]), np.array([7, 2]))
    places = [np.argwhere(picture)[0].tolist() for picture in images.reshape(5, 2, 8, 8)[:, 0]]
    assert places[0] == [3, 5]
    assert sorted(places[1:]) == [[2, 5], [3, 4], [3, 6], [4, 5]]
    assert labels.tolist() == [7, 2] * 5


def test_ink_that_is_shifted_over_the_edge_is_lost_and_none_comes_in_on_the_other_side():
    images, _ = shifted_copies(np.ones((1, 64)), np.array([0]))
    assert [int(picture.sum()) for picture in images] == [64, 56, 56, 56, 56]
