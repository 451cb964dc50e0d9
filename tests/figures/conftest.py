"""What holds for every figure that these tests draw."""

import pytest
from legibility import faint_texts
from matplotlib.figure import Figure


@pytest.fixture(autouse=True)
def text_contrasts_with_its_ground(monkeypatch):
    """Measure each figure that a test makes, after the test, and fail where text is too faint."""
    made = []
    begin = Figure.__init__

    def remember(figure, *args, **kwargs):
        begin(figure, *args, **kwargs)
        made.append(figure)

    monkeypatch.setattr(Figure, "__init__", remember)
    yield
    monkeypatch.undo()
    faint = {}
    for figure in made:
        faint |= faint_texts(figure)
    assert faint == {}, "text contrasts too little with its ground"
