"""The command `course`: open the notebooks, train a model, let it write, see what is missing.

This is the table of commands and how they fail. What they do stands elsewhere, and is imported by
the command that needs it, so that `course --help` answers at once.
"""

import datetime
import functools
import os
import subprocess
import sys
from pathlib import Path

import click

import course_utils

SEED = click.IntRange(0, 2**63 - 1)  # what torch takes


class CourseError(click.ClickException):
    """What the person at the terminal can mend: told in one line, exit status 2."""

    exit_code = 2


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every error is one line on stderr and exit status 2."""
    try:
        status = cli(arguments, prog_name="course", standalone_mode=False)
    except click.ClickException as error:
        click.echo("course: " + " ".join(error.format_message().split()), err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("course: stopped.", err=True)
        status = 130
    sys.exit(status if isinstance(status, int) else 0)


def explained(command):
    """Turn what the course's own functions complain about into a CourseError.

    They raise ValueError with a message for the reader, and OSError comes from the system. What
    else is raised is a mistake of the course or a machine that is too small, and is told in one
    line too. With COURSE_DEBUG set, the whole traceback is shown instead.
    """

    @functools.wraps(command)
    def run(*arguments, **options):
        try:
            return command(*arguments, **options)
        except BrokenPipeError:  # whoever read along has left: `course sample ... | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if os.environ.get("COURSE_DEBUG"):
                raise
            raise CourseError(explanation(error)) from None

    return run


def explanation(error: Exception) -> str:
    """What an error says to a reader who has never seen the code."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, ValueError | OSError | ImportError) and str(error):
        return str(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "There is not enough memory for this. Choose a smaller preset or a shorter text."
    return (
        f"This should not have happened: {type(error).__name__}: {error}. COURSE_DEBUG=1 shows "
        f"where it did; please tell the authors."
    )


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.version_option(course_utils.__version__, prog_name="course")
@click.pass_context
def cli(context: click.Context) -> None:
    """From Neuron to GPT, on the command line."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("jupyter_options", nargs=-1, type=click.UNPROCESSED)
@explained
def lab(jupyter_options: tuple[str, ...]) -> int:
    """Open JupyterLab on the notebooks. Options for JupyterLab go at the end."""
    import importlib.util

    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed. Type: pip install jupyterlab")
    command = [sys.executable, "-m", "jupyterlab", str(notebooks_folder()), *jupyter_options]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in command:
        command.append("--allow-root")  # root is who one is in a container
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:  # Ctrl-C is how JupyterLab is closed
        return 0


def notebooks_folder() -> Path:
    """The notebooks: below the working folder, or beside this package in a clone."""
    for parent in (Path.cwd(), Path(course_utils.__file__).resolve().parent.parent):
        if (parent / "notebooks" / "00_start_here.ipynb").is_file():
            return parent / "notebooks"
    raise CourseError(
        "There are no notebooks here: 'course lab' works in the folder that `git clone` made."
    )


@cli.command()
@click.option("--corpus", metavar="NAME|FILE", help="Default: tales, which needs no network.")
@click.option("--preset", metavar="NAME", help="See `course presets`. Default: cpu-minute.")
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--resume", is_flag=True, help="Go on with the run in DIR, or begin it.")
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="Instead of the preset's.")
@click.option("--seed", type=SEED, metavar="N", help="Other first weights, other batches.")
@click.option("--device", metavar="cpu|cuda|mps", help="Default: the best there is.")
@click.option("--quiet", is_flag=True, help="Show no progress bar.")
@explained
def train(corpus, preset, folder, resume, steps, seed, device, quiet) -> None:
    """Train a GPT on a text and keep it in DIR.

    The text is tales, tinyshakespeare, names, or a file of yours in UTF-8.
    """
    from course_utils.gpt import terminal

    terminal.train(
        folder,
        corpus=corpus,
        preset=preset,
        resume=resume,
        n_steps=steps,
        seed=seed,
        device=device,
        progress=not quiet and sys.stderr.isatty(),  # a bar fills a log file with its frames
    )


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--prompt", metavar="TEXT", help="What it goes on from. Default: a new line.")
@click.option("--characters", type=click.IntRange(min=1), default=500, show_default=True)
@click.option("--temperature", type=click.FloatRange(min=0), default=0.8, show_default=True)
@click.option("--top-k", type=click.IntRange(min=1), metavar="K", help="Only the K likeliest.")
@click.option(
    "--top-p",
    type=click.FloatRange(min=0, max=1, min_open=True),
    metavar="P",
    help="Only the likeliest that reach P together.",
)
@click.option("--seed", type=SEED, metavar="N", help="Write the same text each time.")
@explained
def sample(folder, prompt, characters, temperature, top_k, top_p, seed) -> None:
    """Let the model in DIR write, as it goes."""
    from course_utils.gpt import terminal

    terminal.sample(
        folder,
        prompt,
        characters,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        seed=seed,
    )


@cli.command()
@explained
def presets() -> None:
    """List the trainings that `course train --preset` knows."""
    from course_utils.gpt import terminal

    terminal.list_presets()


@cli.command()
@click.option("--folder", type=click.Path(path_type=Path), metavar="DIR", help="Where it is kept.")
@explained
def progress(folder) -> None:
    """List which exercises you have solved, and what is to do."""
    from course_utils.exercises import journal

    if folder is None and "COURSE_HOME" not in os.environ:
        folder = notebooks_folder() / "my_course"
    if folder is not None:
        os.environ["COURSE_HOME"] = str(folder)
    click.echo(journal.report())


@cli.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NN...")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="What to hand out.")
@click.option("--due", type=click.DateTime(), help="Written into the note and the manifest.")
@click.option(
    "--nbgrader", type=click.Path(path_type=Path), metavar="DIR", help="As source/ of it."
)
@explained
def release(numbers, out, due, nbgrader) -> None:
    """Write what a class is handed: notebooks, a note, a manifest; or an nbgrader assignment."""
    from course_utils.grading import release as releasing

    if out is None and nbgrader is None:
        raise CourseError("Name a folder: --out DIR, or --nbgrader DIR.")
    paths = releasing.release(numbers, out, due) if out else []
    paths += releasing.for_nbgrader(numbers, nbgrader) if nbgrader else []
    for path in paths:
        click.echo(path)


@cli.command()
@click.argument("submissions", required=False, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--notebook", "notebooks", multiple=True, metavar="NN", help="Default: those found.")
@click.option("--resume", is_flag=True, help="Go on in DIR: grade what is not graded yet.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--cluster", metavar="ADDRESS", help="Hand submissions to a Dask scheduler.")
@click.option("--seed", type=int, help="Secret seed of the cases. Default: drawn, and kept in DIR.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=5.0, help="Seconds an exercise.")
@click.option("--due", type=click.DateTime(), help="Later work loses points. A day alone: its end.")
@click.option("--late-per-day", type=click.FloatRange(0, 1), help="Share lost a day. Default: 0.1")
@click.option("--late-most", type=click.FloatRange(0, 1), help="Never more. Default: 0.5")
@click.option("--attempt", type=click.Choice(["last", "best", "first"]), help="Default: last")
@click.option("--merge", type=click.Path(path_type=Path, exists=True), metavar="written.csv")
@click.option("--no-sandbox", is_flag=True, help="Files of your own only: they run unprotected.")
@explained
def grade(submissions, out, notebooks, due, late_per_day, late_most, attempt, **options) -> None:
    """Grade a class: a folder or zip of notebooks in, a gradebook and feedback pages out.

    DIR keeps what is set by --due, --late-... and --attempt: give them again to change it for all.
    """
    from course_utils.grading import terminal

    if due is not None and due.time() == datetime.time():
        due = due.replace(hour=23, minute=59)  # a day's work may be handed in until it ends
    given = {"due": due and due.astimezone(), "per_day": late_per_day, "most": late_most}
    terminal.grade(
        submissions,
        out,
        notebooks=notebooks or None,
        seconds=options.pop("timeout"),
        late={name: value for name, value in given.items() if value is not None},
        rule=attempt,
        sandbox=not options.pop("no_sandbox"),
        **options,
    )


@cli.command()
@click.argument("notebook", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@explained
def check(notebook) -> int:
    """Check your own notebook, with the cards as text. Status 1 if not all is right."""
    from course_utils.grading import terminal

    return 0 if terminal.check(notebook) else 1


@cli.command()
@click.option("--repo", metavar="OWNER/NAME", help="Move the course to this public repository.")
@click.option("--check", is_flag=True, help="Change nothing; status 1 if something would differ.")
@explained
def stamp(repo, check) -> int:
    """Stamp notebooks: the repository's address in, times and versions out (for maintainers)."""
    from course_utils import notebooks

    root = notebooks.find_root()
    changed = notebooks.stamp(root, repo, write=not check)
    for path in changed:
        click.echo(f"{path.relative_to(root)} {'differs' if check else 'stamped'}")
    return 1 if check and changed else 0


@cli.command("new-exercise")
@click.argument("name")
@click.option("--notebook", required=True, metavar="NN", help="The notebook it belongs to.")
@click.option(
    "--module", help="Where its reference goes. Default: where that of the last exercise lives."
)
@explained
def new_exercise(name, notebook, module) -> None:
    """Write the skeleton of a new exercise (for maintainers)."""
    from course_utils import new_exercise as skeletons
    from course_utils import notebooks

    root = notebooks.find_root()
    skeletons.write_skeleton(root, name, notebook, module)
    click.echo("Written. Its tests fail until all of this is filled in:")
    for place in skeletons.left_to_fill_in(root):
        click.echo(f"  {place}")


@cli.command()
@explained
def doctor() -> int:
    """Say what is installed, what is missing and what to type. Status 1 if something is missing."""
    from course_utils import doctor

    report, healthy = doctor.examine()
    click.echo(report)
    return 0 if healthy else 1


if __name__ == "__main__":
    main()
