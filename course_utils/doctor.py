"""What `course doctor` says: what is installed, what is missing, and what to type to mend it."""

import importlib.metadata
import platform
import sys

from packaging.markers import Marker
from packaging.requirements import Requirement

import course_utils
from course_utils import environment
from course_utils.data.downloads import SOURCES, CorpusUnavailable, at_hand, cache_folder
from course_utils.environment import short_path

DISTRIBUTION = "neuron-to-gpt"
LOWEST_PYTHON = (3, 11)


def examine() -> tuple[str, bool]:
    """Return a report to print, and whether all that the course needs is there."""
    to_do: list[str] = []
    lines = [f"From Neuron to GPT {course_utils.__version__}, in {short_path(sys.prefix)}", ""]
    lines += [
        *python_line(to_do),
        *package_lines(to_do),
        "",
        *machine_lines(),
        "",
        *data_lines(),
        "",
    ]
    lines += (
        ["Missing. Type:", *(f"  {line}" for line in to_do)] if to_do else ["Nothing is missing."]
    )
    return "\n".join(lines), not to_do


def python_line(to_do: list[str]) -> list[str]:
    if sys.version_info >= LOWEST_PYTHON:
        return [row("ok", "python", platform.python_version())]
    wanted = ".".join(map(str, LOWEST_PYTHON))
    to_do.append(f"(install Python {wanted} or newer, from https://www.python.org/downloads)")
    return [
        row("OLD", "python", f"{platform.python_version()}, the course needs {wanted} or newer")
    ]


def package_lines(to_do: list[str]) -> list[str]:
    try:
        requirements = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        to_do.append("pip install -e .")
        return [row("MISSING", DISTRIBUTION, "the course itself is not installed")]
    lines = []
    for requirement in map(Requirement, requirements):
        wanted = requirement.marker is None or _belongs_to_the_lab(requirement.marker)
        found = environment.versions((requirement.name,))[requirement.name]
        if found is None and not wanted:
            continue
        if found is None:
            lines.append(row("MISSING", requirement.name, f"needs {requirement.specifier}"))
        elif not requirement.specifier.contains(found, prereleases=True):
            lines.append(row("OLD", requirement.name, f"{found}, needs {requirement.specifier}"))
        else:
            lines.append(row("ok", requirement.name, found))
            continue
        to_do.append(f'pip install "{requirement.name}{requirement.specifier}"')
    return lines


def _belongs_to_the_lab(marker: Marker) -> bool:
    """Of the extras, only [lab] is part of the course, and only on a computer of one's own."""
    return marker.evaluate({"extra": "lab"}) and not environment.on_colab()


def machine_lines() -> list[str]:
    """Where a training would run, and in which numbers."""
    try:
        import torch

        from course_utils.gpt.precision import choose_dtype
    except ImportError:
        return [row("", "trains on", "nothing before torch is installed")]
    device = environment.device()
    dtype = str(choose_dtype(device)).removeprefix("torch.")
    n = torch.get_num_threads()
    threads = f", {n} thread{'s' if n > 1 else ''}" if device.type == "cpu" else ""
    return [row("", "trains on", f"{environment.machine()}{threads}, in {dtype}")]


def data_lines() -> list[str]:
    """Which corpora are at hand without a network, and where data and your work are kept."""
    lines = [row("ok", "tales", "built in")]
    for source in SOURCES.values():
        try:
            here = at_hand(source)
        except CorpusUnavailable as problem:
            lines.append(row("WRONG", source.name, str(problem).splitlines()[0]))
            continue
        where = short_path(here) if here else "downloaded when used"
        lines.append(row("ok" if here else "", source.name, where))
    lines.append(row("", "data is kept in", short_path(cache_folder())))
    lines.append(row("", "your work in", short_path(environment.learner_folder())))
    return lines


def row(state: str, name: str, value: str) -> str:
    return f"{state:8} {name:16} {value}"
