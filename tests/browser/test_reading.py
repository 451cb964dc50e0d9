"""Every notebook as it is first seen, in JupyterLab's light and dark themes."""

import pytest
from pages import PATHS, faint_texts, load, put
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OUTPUTS = ".jp-OutputArea-output[data-mime-type='text/html']"
SETTING = 60_000  # milliseconds that a busy machine may take to set all formulas of a notebook


@pytest.mark.parametrize("number", PATHS)
def test_notebook_opens_with_its_maths_rendered_and_its_outputs_legible_in_both_themes(lab, number):
    page = lab.open(put(lab, number, load(number)), kernel=False)
    # Formulas are set one after the other: until then their source is to be seen.
    expect(page.locator("mjx-container").first).to_be_attached(timeout=SETTING)
    expect(page.locator(".jp-RenderedMarkdown", has_text="$$")).to_have_count(0, timeout=SETTING)
    assert page.locator("mjx-merror").count() == 0
    for theme in ("Light", "Dark"):
        lab.choose_theme(page, theme)
        lab.picture(page, f"{number}-{theme.lower()}")
        outputs = page.locator(OUTPUTS)
        assert outputs.count() > 0
        faint = {}
        for output in outputs.all():
            faint |= faint_texts(output)
        assert faint == {}, theme
