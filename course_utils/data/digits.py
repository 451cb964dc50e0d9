"""Handwritten digits, 8 by 8 pixels, split into training, validation and test sets.

The first real data of the course: notebook 01 looks at them with an untrained network, notebooks
03, 05 and 06 learn to read them.

The images come with scikit-learn, so nothing is downloaded: 1,797 digits by 43 writers, from the
test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, 1998,
https://doi.org/10.24432/C50P49). A pixel counts the ink in a 4 x 4 block, 0 to 16. Which writer
wrote which digit is not recorded, so the same hand may be on both sides of a split: test
accuracies are a little kinder here than on writers the network has never seen.
"""

from dataclasses import dataclass

import numpy as np

IMAGE_SHAPE = (8, 8)
N_CLASSES = 10


@dataclass(frozen=True, eq=False)
class DigitsSplit:
    """Images (N, 64), float64 in [0, 1], and labels (N,), int64, for each of the three sets."""

    train_images: np.ndarray
    train_labels: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def only(self, negative: int, positive: int) -> "DigitsSplit":
        """Keep two digits, labelled 0 (`negative`) and 1 (`positive`), as logistic regression
        wants them (notebook 03)."""
        if negative == positive or not {negative, positive} <= set(range(N_CLASSES)):
            raise ValueError(
                f"two different digits from 0 to 9 are wanted, given were {negative} and "
                f"{positive}: try only(3, 8)"
            )
        arrays = {}
        for name in ("train", "validation", "test"):
            labels = getattr(self, f"{name}_labels")
            kept = (labels == negative) | (labels == positive)
            arrays[f"{name}_images"] = getattr(self, f"{name}_images")[kept]
            arrays[f"{name}_labels"] = (labels[kept] == positive).astype(np.int64)
        return DigitsSplit(**arrays)


def load_digits_split(seed: int = 0, validation: float = 0.15, test: float = 0.2) -> DigitsSplit:
    """Split the digits so that every set holds the ten classes in equal shares (stratified).

    validation, test: the share of the 1,797 images that goes to each; the rest is for training.
    The same seed gives the same split. Each call gives fresh arrays: change them as you like.

    Raises ValueError when a share is negative or nothing would be left to train on.
    """
    if validation < 0 or test < 0 or validation + test >= 1:
        raise ValueError(
            f"validation={validation} and test={test} leave nothing to train on: give two shares "
            "of at least 0 that sum to less than 1"
        )
    images, labels = load_all_digits()
    rng = np.random.default_rng(seed)
    parts: dict[str, list[np.ndarray]] = {"test": [], "validation": [], "train": []}
    for digit in range(N_CLASSES):
        members = rng.permutation(np.flatnonzero(labels == digit))
        n_test, n_validation = round(len(members) * test), round(len(members) * validation)
        cuts = np.split(members, [n_test, n_test + n_validation])
        for part, cut in zip(parts.values(), cuts, strict=True):
            part.append(cut)
    arrays = {}
    for name, part in parts.items():
        # Shuffled once more: class after class would make one-sided minibatches.
        chosen = rng.permutation(np.concatenate(part))
        arrays[f"{name}_images"] = images[chosen]
        arrays[f"{name}_labels"] = labels[chosen]
    return DigitsSplit(**arrays)


def shifted_copies(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The images and copies of them shifted by one pixel to each of four sides, with their labels.

    images: (N, 64), labels: (N,) -> (5 N, 64) and (5 N,), the images themselves first. A digit
    stays what it is when it moves a little: more examples to learn from, for nothing. Ink that
    moves over the edge is lost. For training images alone: what is measured must be real.
    """
    height, width = IMAGE_SHAPE
    padded = np.pad(images.reshape(-1, height, width), ((0, 0), (1, 1), (1, 1)))
    moves = [(1, 1), (1, 0), (1, 2), (0, 1), (2, 1)]  # (1, 1) is no move at all
    copies = [padded[:, y : y + height, x : x + width] for y, x in moves]
    return np.concatenate(copies).reshape(-1, height * width), np.tile(labels, len(moves))


def load_all_digits() -> tuple[np.ndarray, np.ndarray]:
    """All 1,797 images (N, 64), float64 in [0, 1], and labels (N,), int64, in their own order."""
    # Inside, because scikit-learn takes a second to import.
    from sklearn.datasets import load_digits

    digits = load_digits()
    return digits.data / 16.0, digits.target.astype(np.int64)
