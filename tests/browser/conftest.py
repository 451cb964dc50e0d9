"""JupyterLab in a real browser, as a learner has it: one server for all tests, emptied for each."""

import itertools
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
PATIENCE = 90_000  # milliseconds that a busy machine may take for what takes seconds on a free one
SETTINGS = {
    # JupyterLab asks its own project for news, and for a newer version, at every start.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # All cells in the page, not only those in view, so that a test can find them.
    "notebook-extension/tracker": {"windowingMode": "none"},
}
# What the tests' environment has besides and a learner's has not.
NOT_A_LEARNERS = {"disabledExtensions": {"@jupyter/nbgrader": True}}
BADGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="117" height="20"><rect width="117" height="20" '
    'rx="3" fill="#555"/><text x="10" y="14" font-size="11" fill="#fff">Open in Colab</text></svg>'
)
NUMBERS = itertools.count()  # of the pages


class Lab:
    """A JupyterLab server on a folder of its own, and pages of a browser that show it."""

    def __init__(self, folder: Path, address: str, browser) -> None:
        self.folder, self.address, self.browser = folder, address, browser
        self.errors: list[str] = []
        self.pages: list = []
        self.numbers = NUMBERS

    def open(self, notebook: str, kernel: bool = True):
        """Open a notebook of the folder; return the page when its cells are there.

        kernel: whether to wait until code can run.
        """
        page = self.browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE)
        self.pages.append(page)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note)
        # The badge is the one thing a notebook loads from elsewhere; tests need no network for it.
        page.route("https://colab.research.google.com/assets/*", _serve_badge)
        # A workspace of its own: JupyterLab restores in it nothing of an earlier page.
        workspace = f"page-{next(self.numbers)}"
        page.goto(f"{self.address}/lab/workspaces/{workspace}/tree/{notebook}?token=course")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        if kernel:
            page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
            self._wait_for_kernel()
        return page

    def _wait_for_kernel(self) -> None:
        """Wait until the server, too, says that the kernel is connected and idle."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            kernels = self._ask("GET", "kernels")
            if any(k["connections"] and k["execution_state"] == "idle" for k in kernels):
                return
            time.sleep(0.2)
        raise AssertionError(f"no kernel is ready: {kernels}")

    def _note(self, message) -> None:
        if message.type == "error" and "favicon" not in message.text:
            self.errors.append(message.text)

    def run_all(self, page, seconds: float = 300) -> None:
        """Choose Run > Run All Cells, and wait until every cell has run.

        The notebook must come without execution counts, so that one sees which cells have run.
        """
        deadline, again = time.monotonic() + seconds, 0.0
        prompts: list[str] = []
        while time.monotonic() < deadline:
            # A kernel that is only just connected may drop what it is asked; one asks again.
            if all(p == "[ ]:" for p in prompts) and time.monotonic() > again:
                page.get_by_role("menuitem", name="Run", exact=True).click()
                page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
                again = time.monotonic() + 15
            prompts = page.eval_on_selector_all(
                ".jp-CodeCell:has(.cm-line:not(:empty)) .jp-InputPrompt",
                "found => found.map(one => one.textContent.trim())",
            )
            if prompts and all(p.strip("[]:").isdigit() for p in prompts):
                return
            time.sleep(0.5)
        self.picture(page, "not-run")
        raise AssertionError(f"not all cells ran within {seconds} s: {prompts}")

    def choose_theme(self, page, theme: str) -> None:
        """Choose Settings > Theme > JupyterLab Light or Dark, and wait until it is there."""
        if page.evaluate("document.body.dataset.jpThemeName") == f"JupyterLab {theme}":
            return
        page.get_by_role("menuitem", name="Settings", exact=True).click()
        page.locator(".lm-Menu-itemLabel:text-is('Theme')").click()
        page.locator(f".lm-Menu-itemLabel:text-is('JupyterLab {theme}')").click()
        page.wait_for_selector(f"body[data-jp-theme-name='JupyterLab {theme}']", state="attached")

    def picture(self, page, name: str, of=None) -> None:
        """Keep a screenshot for maintainers to look at: of the page, or of a part of it."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        (of or page).screenshot(path=ARTIFACTS / f"{name}.png")

    def close(self) -> None:
        """Close all pages, and stop their kernels."""
        for page in self.pages:
            page.close()
        for session in self._ask("GET", "sessions"):
            self._ask("DELETE", f"sessions/{session['id']}")

    def _ask(self, method: str, what: str):
        request = urllib.request.Request(
            f"{self.address}/api/{what}", headers={"Authorization": "token course"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")


def _serve_badge(route) -> None:
    route.fulfill(content_type="image/svg+xml", body=BADGE)


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


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running JupyterLab: its address and its home, with the folders that the tests empty."""
    home = tmp_path_factory.mktemp("jupyter")
    (home / "notebooks").mkdir()
    page_config = home / "config/labconfig/page_config.json"
    page_config.parent.mkdir(parents=True)
    page_config.write_text(json.dumps(NOT_A_LEARNERS))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "COURSE_HOME": str(home / "learner"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ServerApp.token=course"]
    command += [f"--ServerApp.root_dir={home / 'notebooks'}"]
    with (home / "server.log").open("w") as log:
        running = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, running, home / "server.log")
        yield address, home
    finally:
        running.terminate()
        running.wait(30)


@pytest.fixture
def lab(server, browser):
    """An empty JupyterLab in the light theme. No test may leave an error in the console."""
    address, home = server
    for leftover in (home / "notebooks").iterdir():
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    shutil.rmtree(home / "learner", ignore_errors=True)
    shutil.rmtree(home / "config/lab/user-settings", ignore_errors=True)
    for plugin, values in SETTINGS.items():
        path = home / f"config/lab/user-settings/@jupyterlab/{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    opened = Lab(home / "notebooks", address, browser)
    try:
        yield opened
        assert opened.errors == [], "the browser's console shows errors"
    finally:
        opened.close()


def _wait_for(address: str, server: subprocess.Popen, log: Path, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api?token=course", timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"JupyterLab does not answer:\n{log.read_text()[-2000:]}")
