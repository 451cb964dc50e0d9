"""Every Chinese term of the course stands in the glossary of notebook 00."""

import re

import pytest
from notebook_files import NOTEBOOKS

from course_utils.notebooks import read

START = "00_start_here"
TERM = re.compile(r"[\u4e00-\u9fff]+")
IN_BRACKETS = re.compile(r"[（(]([^()（）\n]*[\u4e00-\u9fff][^()（）\n]*)[)）]")


def markdown(name):
    nb = read(NOTEBOOKS[name].read_text(encoding="utf-8"))
    return {cell.id: cell.source for cell in nb.cells if cell.cell_type == "markdown"}


def rows():
    lines = markdown(START)["glossary"].splitlines()
    return [[cell.strip() for cell in x.strip("|").split("|")] for x in lines if x.startswith("|")]


def test_every_row_has_four_parts_and_names_a_part_or_a_notebook():
    for row in rows()[2:]:
        assert len(row) == 4, row
        for place in row[3].split(", "):
            assert re.fullmatch(r"\d\d|Part III", place), row


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_terms_that_a_notebook_introduces_stand_in_the_glossary(name):
    glossary = "".join(row[1] for row in rows())
    texts = [text for cell, text in markdown(name).items() if cell != "glossary"]
    used = {t for text in texts for found in IN_BRACKETS.findall(text) for t in TERM.findall(found)}
    missing = sorted(term for term in used if term not in glossary)
    assert missing == [], f"add them to the glossary of {START}"
