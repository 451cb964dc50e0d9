"""What a card says in each state, in HTML and in text."""

from html.parser import HTMLParser

import numpy as np
import pytest

from course_utils.exercises import get
from course_utils.exercises.cards import Card, show_value, to_html
from course_utils.exercises.checking import verdict_on


class Balance(HTMLParser):
    """Counts open tags; void tags aside, all must be closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html):
    parser = Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def unwritten(x):
    raise NotImplementedError


def by_variance(x):
    return (x - x.mean()) / x.var() if np.ptp(x) else np.zeros_like(x)


def breaks(x):
    return x.no_such_thing


def fine(x):
    return (x - x.mean()) / x.std() if np.ptp(x) else np.zeros_like(x)


@pytest.mark.parametrize(
    ("answer", "sign", "words"),
    [
        (unwritten, "○", "is not attempted yet"),
        (by_variance, "✗", "You divide by the variance"),
        (breaks, "!", "return x.no_such_thing"),
        (fine, "✓", "is correct"),
    ],
)
def test_card_says_the_same_in_html_and_in_text(answer, sign, words):
    card = Card(verdict_on(get("standard_score"), answer))
    page = read(card._repr_html_())
    for form in (repr(card), page.text):
        assert sign in form
        assert words in form.replace("\n", " ")
    assert ("details" in page.tags) is (sign != "✓")


def test_every_hint_and_the_way_to_the_solution_are_folded_away():
    card = Card(verdict_on(get("standard_score"), by_variance))
    page = read(card._repr_html_())
    assert page.tags.count("details") == len(get("standard_score").hints) + 1
    assert "<details open" not in card._repr_html_()


def test_learners_text_stays_inert():
    def standard_score(x):
        print("<script>alert(1)</script>")
        raise ValueError("<img src=x onerror=alert(2)>")

    page = read(Card(verdict_on(get("standard_score"), standard_score))._repr_html_())
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "<img src=x" in page.text


def test_smallest_failing_case_is_shown():
    verdict = verdict_on(get("standard_score"), by_variance)
    assert verdict.failure.case.group == "three numbers"
    assert "[1. 2. 6.]" in repr(Card(verdict))


def test_a_property_in_words_is_not_said_to_be_returned():
    verdict = verdict_on(get("sigmoid"), lambda z: 1 / (1 + np.exp(-z)))
    card = repr(Card(verdict))
    assert '"no overflow on the way" is False' in card
    assert "returned value at" not in card


def test_each_array_of_a_short_list_has_a_row_of_its_own():
    verdict = verdict_on(get("mlp_forward"), lambda x, weights, biases, activation=None: x)
    card = repr(Card(verdict))
    assert "weights[1] = [[ 4. -2.]]" in card


def test_each_weight_of_a_layer_has_a_row_of_its_own():
    verdict = verdict_on(get("FeedForward"), get("FeedForward").misconceptions[0].wrong)
    card = repr(Card(verdict))
    assert "weights['up.weight'] = [[ 1.]" in card
    assert "weights['down.bias'] = [0.5]" in card


def test_cards_are_the_same_each_time():
    cards = [repr(Card(verdict_on(get("standard_score"), by_variance))) for _ in range(2)]
    assert cards[0] == cards[1]


def test_large_values_are_cut_and_keep_their_shape():
    shown = show_value(np.arange(10_000.0).reshape(100, 100))
    assert len(shown) < 400
    assert "(100, 100)" in shown


def test_light_markup_is_escaped_and_rendered():
    made = to_html("Use `a < b`.\n\nThen:\n```\nif x > 0:\n    y\n```")
    assert "<code>a &lt; b</code>" in made
    assert "<pre" in made
    assert "if x &gt; 0:\n    y" in made
