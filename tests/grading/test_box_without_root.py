"""The box of somebody who is not root holds too: it is built in a user namespace of its own.

Run by root, these tests become an unprivileged user for it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import ATTACKS

from course_utils.grading import lock

NOBODY = 65_534
TRIED = (
    "kill_everyone",
    "write_outside",
    "read_others",
    "become_root",
    "new_namespaces",
    "sockets",
)
PROGRAM = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from classroom import ATTACKS, of_cells, solved
from course_utils.grading import lock
from course_utils.grading.box import Box, Limits
from course_utils.grading.scoring import score_notebook
from course_utils.notebooks import to_text

assert os.geteuid() != 0
told = {"why not": lock.why_not()}
if told["why not"] is None:
    with Box(Limits(seconds=2.0, memory=2**29)) as box:
        score = score_notebook(to_text(solved()).encode(), "01", 3, box)
        told["solved"] = [score.points, score.of]
        for name in sys.argv[2:]:
            text = of_cells((ATTACKS / f"{name}.py").read_text())
            score = score_notebook(text.encode(), "01", 3, box)
            told[name] = [score.points, " ".join(e.reason for e in score.exercises)]
print(json.dumps(told))
"""


def readable_by_others(path):
    """Whether an unprivileged user can reach a file: root's home folder often is closed."""
    path = Path(os.path.realpath(path))
    return all(p.stat().st_mode & 0o1 for p in path.parents) and bool(path.stat().st_mode & 0o1)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason=f"no box: {lock.why_not()}")
def test_without_root_right_answers_pass_and_attacks_gain_nothing(tmp_path):
    options = {}
    if os.geteuid() == 0:
        for path in (sys.executable, ATTACKS):
            if not readable_by_others(path):
                pytest.skip(f"nobody but root can reach {os.path.realpath(path)}")
        options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    environment = os.environ | {"HOME": "/tmp", "MPLCONFIGDIR": "/tmp", "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-B", "-c", PROGRAM, str(ATTACKS.parent), *TRIED]
    done = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    if told["why not"]:
        pytest.skip(f"no box without root: {told['why not']}")
    assert told["solved"][0] == told["solved"][1] > 0
    for name in TRIED:
        points, reason = told[name]
        assert points == 0, name
        assert reason
        assert not any(f"I {gained}" in reason for gained in ("could", "reached", "gained")), reason
