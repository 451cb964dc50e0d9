"""JupyterLab in a real browser, as a learner has it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from course_utils.notebooks import find_root

ROOT = find_root(Path(__file__).parent)
ARTIFACTS = ROOT / "artifacts" / "browser"
# JupyterLab asks its own project for news, and for a newer version, at every start.
QUIET = {"fetchNews": "false", "checkForUpdates": False}
# All cells in the page, not only those in view, so that a test can find them.
WHOLE = {"windowingMode": "none"}


class Lab:
    """A JupyterLab server on a folder of its own, and pages of a browser that show it."""

    def __init__(self, folder: Path, address: str, browser, theme: str) -> None:
        self.folder, self.address, self.browser, self.theme = folder, address, browser, theme
        self.errors: list[str] = []

    def open(self, notebook: str):
        """Open a notebook of the folder; return the page when its cells are there."""
        page = self.browser.new_page(viewport={"width": 1280, "height": 1000})
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note)
        # The badge is the one thing a notebook loads from elsewhere; tests need no network for it.
        page.route("https://colab.research.google.com/assets/*", _serve_badge)
        page.goto(f"{self.address}/lab/tree/{notebook}?token=course&reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
        page.wait_for_selector(
            ".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=90_000
        )
        return page

    def _note(self, message) -> None:
        if message.type == "error" and "favicon" not in message.text:
            self.errors.append(message.text)

    def run_all(self, page, seconds: float = 400) -> None:
        """Choose Run > Run All Cells, and wait until every cell has run."""
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            prompts = page.eval_on_selector_all(
                ".jp-CodeCell:has(.cm-line:not(:empty)) .jp-InputPrompt",
                "found => found.map(one => one.textContent.trim())",
            )
            if prompts and all(p.strip("[]:").isdigit() for p in prompts):
                return
            time.sleep(0.5)
        raise AssertionError(f"not all cells ran within {seconds} s: {prompts}")

    def picture(self, page, name: str) -> None:
        """Keep a screenshot for maintainers to look at."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"{name}.png")


def _serve_badge(route) -> None:
    route.fulfill(content_type="image/svg+xml", body='<svg xmlns="http://www.w3.org/2000/svg"/>')


@pytest.fixture(scope="session")
def browser():
    """Chromium, the system's where there is one, without the traffic of its own."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=quiet)
        yield started
        started.close()


@pytest.fixture(params=["JupyterLab Light"])
def lab(request, tmp_path, browser):
    """A running JupyterLab; `indirect` parameters choose the theme."""
    folder, settings = tmp_path / "notebooks", tmp_path / "config/lab/user-settings/@jupyterlab"
    folder.mkdir()
    for plugin, values in {
        "apputils-extension/notification": QUIET,
        "apputils-extension/themes": {"theme": request.param},
        "notebook-extension/tracker": WHOLE,
    }.items():
        path = settings / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "COURSE_HOME": str(tmp_path / "learner"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ServerApp.token=course", f"--ServerApp.root_dir={folder}"]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, tmp_path / "server.log")
        yield Lab(folder, address, browser, request.param.removeprefix("JupyterLab ").lower())
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(address: str, server: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api?token=course", timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"JupyterLab does not answer:\n{log.read_text()[-2000:]}")
