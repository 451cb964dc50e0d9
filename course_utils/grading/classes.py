"""Grades a whole class: every submission once, side by side, going on where it was stopped."""

import atexit
import datetime
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import current_process, get_context
from typing import Any

from tqdm import tqdm

from course_utils.exercises.registry import all_exercises
from course_utils.grading.box import Box, Limits, NoBox
from course_utils.grading.gradebook import Gradebook
from course_utils.grading.open_process import OpenProcess
from course_utils.grading.reading import Unreadable, find_answer, read_notebook
from course_utils.grading.scoring import Score, score_notebook
from course_utils.grading.submissions import Submission


@dataclass(frozen=True)
class LateRule:
    """What lateness costs.

    due: when the work was due; None means never late. per_day: share taken off for each day begun.
    most: the largest share that can be taken off. grace: minutes that cost nothing.
    """

    due: datetime.datetime | None = None
    per_day: float = 0.1
    most: float = 0.5
    grace: float = 10.0

    def share(self, modified: float) -> float:
        """Return the share of the points that is taken off work handed in at `modified`."""
        if self.due is None or modified <= 0:
            return 0.0
        over = modified - self.due.timestamp() - 60 * self.grace
        if over <= 0:
            return 0.0
        days = int(over // 86_400) + 1
        return min(self.most, self.per_day * days)


def grade_class(
    gradebook: Gradebook,
    submissions: Sequence[Submission],
    notebooks: Sequence[str] | None = None,
    *,
    seed: int | None = None,
    limits: Limits | None = None,
    late: LateRule | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    sandbox: bool = True,
    progress: bool = True,
) -> int:
    """Grade what is not graded yet; return how many attempts were graded now.

    notebooks: numbers such as "01"; None grades those that the class handed in.
    jobs: processes on this machine. cluster: address of a Dask scheduler to use instead.
    Raises NoBox, before anything is run, where no box can be built.
    """
    limits, late = limits or Limits(), late or LateRule()
    the_seed = gradebook.seed(seed)
    to_do = [
        (submission, number)
        for submission in submissions
        for number in _numbers(submission, submissions, notebooks)
        if not gradebook.has(submission, number)
    ]
    score = functools.partial(score_here, seed=the_seed, limits=limits, sandbox=sandbox)
    if sandbox and to_do and not cluster:
        _box(limits)  # refuses now, and not half way
    with tqdm(total=len(to_do), unit="notebook", disable=not progress) as bar:
        for (submission, number), result in _all_scores(score, to_do, jobs, cluster):
            gradebook.record(submission, number, result, late.share(submission.modified))
            bar.update()
    return len(to_do)


def score_here(raw: bytes | None, problem: str, number: str, *, seed, limits, sandbox) -> Score:
    """Score one notebook in this process's own box; also what a cluster's workers are sent."""
    if raw is None:
        return Score(ungraded=problem)
    runner = _box(limits) if sandbox else OpenProcess(limits)
    try:
        return score_notebook(raw, number, seed, runner)
    except NoBox:
        raise
    except Exception as error:  # a fault of the grader is not the student's: a person looks at it
        _box.cache_clear()
        return Score(ungraded=f"the grader failed on it ({type(error).__name__}: {error})")


@functools.cache
def _box(limits: Limits) -> Box:
    """The box of this process, started when it is first needed."""
    identity = current_process()._identity
    box = Box(limits, number=identity[0] if identity else 0)
    atexit.register(box.close)
    return box


def _all_scores(
    score: Callable, to_do: Sequence[tuple[Submission, str]], jobs: int, cluster: str | None
) -> Iterator[tuple[tuple[Submission, str], Score]]:
    if cluster:
        yield from _on_cluster(score, to_do, cluster)
    elif jobs == 1 or len(to_do) < 2:
        for submission, number in to_do:
            yield (submission, number), score(submission.raw, submission.problem, number)
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            running = {
                pool.submit(score, s.raw, s.problem, number): (s, number) for s, number in to_do
            }
            for future in as_completed(running):
                yield running[future], future.result()


def _on_cluster(score: Callable, to_do: Iterable, address: str) -> Iterator[Any]:
    try:
        from dask.distributed import Client
        from dask.distributed import as_completed as dask_completed
    except ModuleNotFoundError as error:
        raise ValueError('--cluster needs Dask: pip install "neuron-to-gpt[cluster]"') from error
    with Client(address, timeout=20) as client:
        running = {
            client.submit(score, s.raw, s.problem, number, pure=False): (s, number)
            for s, number in to_do
        }
        for future in dask_completed(list(running)):
            yield running[future], future.result()


# ------------------------------------------------------------------------ which notebook is it


def _numbers(submission: Submission, all_of_them, wanted: Sequence[str] | None) -> list[str]:
    """Tell which notebooks of the course a file is to be graded as; usually one."""
    among = tuple(wanted) if wanted else _of_the_class(tuple(all_of_them))
    if len(among) == 1:
        return list(among)
    own = _most_like(submission, among)
    return [own] if own else list(among[:1])


@functools.lru_cache(maxsize=4)
def _of_the_class(submissions: tuple[Submission, ...]) -> tuple[str, ...]:
    """The notebooks that this class handed in, by the names that the files define."""
    known = tuple(dict.fromkeys(exercise.notebook for exercise in all_exercises()))
    found = Counter(_most_like(submission, known) for submission in submissions)
    numbers = tuple(sorted(number for number in found if number))
    if not numbers:
        raise ValueError(
            "No file defines an exercise of the course. Name the notebook: --notebook 01"
        )
    return numbers


def _most_like(submission: Submission, among: Sequence[str]) -> str | None:
    """The notebook of which a file defines the largest share of exercises, stubs included."""
    if submission.raw is None:
        return None
    try:
        notebook = read_notebook(submission.raw)
    except Unreadable:
        return None
    names = frozenset(exercise.name for exercise in all_exercises())
    broken = {name for name, _ in notebook.broken}
    shares = {}
    for number in among:
        exercises = [exercise.name for exercise in all_exercises(number)]
        there = [n for n in exercises if n in broken or find_answer(notebook, n, names)]
        shares[number] = len(there) / len(exercises)
    best = max(shares, key=lambda number: shares[number])
    return best if shares[best] > 0 else None
