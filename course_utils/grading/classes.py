"""Grades a whole class: every submission once, side by side, going on where it was stopped."""

import atexit
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from multiprocessing import active_children, current_process, get_context
from typing import Any

from tqdm import tqdm

from course_utils.grading import lock
from course_utils.grading.box import Box, Limits, NoBox
from course_utils.grading.gradebook import GRADER_FAILED, Gradebook
from course_utils.grading.open_process import OpenProcess
from course_utils.grading.scoring import Score, score_notebook
from course_utils.grading.submissions import Submission
from course_utils.grading.which import sort_out


def grade_class(
    gradebook: Gradebook,
    submissions: Sequence[Submission],
    notebooks: Sequence[str] | None = None,
    *,
    seed: int | None = None,
    limits: Limits | None = None,
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
    limits = limits or Limits()
    to_do = [
        (submission, number)
        for submission, number in sort_out(submissions, notebooks)
        if not gradebook.has(submission, number)
    ]
    the_seed = gradebook.seed(seed)
    score = functools.partial(score_here, seed=the_seed, limits=limits, sandbox=sandbox)
    reason = lock.why_not() if sandbox and not cluster else None
    if reason:
        raise NoBox.because(reason)
    with tqdm(total=len(to_do), unit="notebook", disable=not progress) as bar:
        for (submission, number), result in _all_scores(score, to_do, jobs, cluster):
            gradebook.record(submission, number, result)
            bar.update()
    return len(to_do)


def score_here(raw: bytes | None, problem: str, number: str, *, seed, limits, sandbox) -> Score:
    """Score one notebook in this process's own box; also what a cluster's workers are sent.

    A fault of the grader is not the student's: it tries once more, and then a person looks at it.
    """
    if raw is None:
        return Score(ungraded=problem)
    for _ in range(2):
        try:
            runner = _box(limits) if sandbox else OpenProcess(limits)
            return score_notebook(raw, number, seed, runner)
        except NoBox:
            raise
        except Exception as error:
            fault = f"{GRADER_FAILED} ({type(error).__name__}: {error})"
            _start_anew(limits)
    return Score(ungraded=fault)


_boxes: dict[Limits, Box] = {}  # of this process


def _box(limits: Limits) -> Box:
    """The box of this process, started when it is first needed."""
    if limits not in _boxes:
        identity = current_process()._identity
        _boxes[limits] = Box(limits, number=identity[0] if identity else 0)
        atexit.register(_boxes[limits].close)
    return _boxes[limits]


def _start_anew(limits: Limits) -> None:
    if limits in _boxes:
        _boxes.pop(limits).close()


def _all_scores(
    score: Callable, to_do: Sequence[tuple[Submission, str]], jobs: int, cluster: str | None
) -> Iterator[tuple[tuple[Submission, str], Score]]:
    if cluster:
        yield from _on_cluster(score, to_do, cluster)
    elif jobs == 1 or len(to_do) < 2:
        for submission, number in to_do:
            yield (submission, number), score(submission.raw, submission.problem, number)
    else:
        yield from _side_by_side(score, to_do, jobs)


def _side_by_side(score: Callable, to_do: Iterable, jobs: int) -> Iterator[Any]:
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(score, s.raw, s.problem, number): (s, number) for s, number in to_do}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BrokenExecutor as error:
            raise ValueError(
                "a process of the grader was ended from outside, perhaps for want of memory. "
                "Go on with --resume, and fewer --jobs"
            ) from error
        except BaseException:  # Ctrl+C: what is graded is recorded, the rest waits for --resume
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.kill()
            raise


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
