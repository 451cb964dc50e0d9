"""README's two commands on a machine with nothing but Python, git and make: the home is empty.

`make test` is typed as it stands there and does all it does, its own set-up first, but for one
thing: pytest only collects the tests. They run in the test run that this one is part of.
"""

import html
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections import Counter

import pytest
from machines import ROOT, bare_environment, clone, run

pytestmark = [
    pytest.mark.places,
    pytest.mark.timeout(1800),
    pytest.mark.xdist_group("a fresh machine"),
]
BROWSER = '#!/bin/sh\nprintf "%s" "$1" > "$HOME/opening" && mv "$HOME/opening" "$HOME/opened"\n'
PATIENCE = 1200  # seconds that a set-up may take on a busy machine


@pytest.fixture(scope="module")
def machine(place):
    """A home with a clone of the course in it, and the environment of its terminal."""
    home = place / "home"
    (home / "bin").mkdir(parents=True)
    # In the place of the browser: it only notes what it was told to open.
    (home / "bin" / "browser").write_text(BROWSER)
    (home / "bin" / "browser").chmod(0o755)
    environment = bare_environment(home) | {"BROWSER": str(home / "bin" / "browser")}
    clone(home / "course", environment)
    return home, environment


def two_commands():
    """The commands under README's heading "Two commands", as they are printed there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## Two commands\n(.*?)^## ", readme, re.M | re.S)[1]
    lab, test = re.findall(r"^```\n(.*?)\n```$", section, re.M | re.S)
    return lab.split(), test.split()


def test_first_command_opens_the_course_in_jupyterlab(machine):
    home, environment = machine
    log = home / "lab.log"
    with log.open("w") as out:
        lab = subprocess.Popen(
            two_commands()[0],
            env=environment,
            cwd=home / "course",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        address, token = opened(home, lab, log)
        with urllib.request.urlopen(f"{address}/lab?token={token}", timeout=60) as answer:
            assert "JupyterLab" in answer.read().decode()
        files = json.loads(ask(f"{address}/api/contents", token))["content"]
        assert "00_start_here.ipynb" in [file["name"] for file in files]
        ask(f"{address}/api/shutdown", token, "POST")
        assert lab.wait(120) == 0, log.read_text()[-4000:]
    finally:
        if lab.poll() is None:
            os.killpg(lab.pid, signal.SIGKILL)
            lab.wait()
    said = run(".venv/bin/course", "doctor", env=environment, cwd=home / "course")
    assert said.endswith("Nothing is missing.\n")


def opened(home, lab, log):
    """Wait until the browser is told to open JupyterLab; return the address and the token."""
    deadline = time.monotonic() + PATIENCE
    while not (home / "opened").is_file() and lab.poll() is None and time.monotonic() < deadline:
        time.sleep(0.5)
    assert (home / "opened").is_file(), f"no browser was opened:\n{log.read_text()[-4000:]}"
    # What is opened is a page on the disk, which leads on to the server.
    with urllib.request.urlopen((home / "opened").read_text()) as page:
        link = html.unescape(re.search(r'href="(http[^"]+)"', page.read().decode())[1])
    return re.fullmatch(r"(http://[^/]+)/lab.*[?&]token=(\w+)", link).groups()


def ask(address, token, method="GET"):
    headers = {"Authorization": f"token {token}"}
    request = urllib.request.Request(address, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def test_second_command_sets_up_lints_and_reaches_every_test_once(machine):
    home, environment = machine
    course = home / "course"
    collecting = environment | {"PYTEST_ADDOPTS": "--collect-only -q"}
    said = run(*two_commands()[1], env=collecting, cwd=course, seconds=PATIENCE)
    assert "All checks passed!" in said
    everything = run(".venv/bin/python", "-m", "pytest", "tests", env=collecting, cwd=course)
    assert collected(everything)
    assert collected(said) == collected(everything)
    notebooks = sorted(path.name for path in (course / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    assert sorted(re.findall(r"^notebooks/(\S+): \d+$", said, re.M)) == notebooks


def collected(said):
    """How often each test is in a list that pytest printed."""
    return Counter(re.findall(r"^tests/\S+\.py::.*$", said, re.M))
