"""Whose a file is, however it is called and packed; nothing that was handed in is lost."""

import datetime
import zipfile

import pytest
from classroom import save, solved, untouched

from course_utils.grading.students import whose
from course_utils.grading.submissions import collect


@pytest.mark.parametrize(
    ("path", "student", "number"),
    [
        ("alice.ipynb", "alice", ""),
        ("alice (1).ipynb", "alice", ""),
        ("class/alice/01_forward.ipynb", "alice", ""),
        ("adamsalice_30455_991_01_forward_propagation.ipynb", "adamsalice", "30455"),
        ("adamsalice_LATE_30455_991_01_forward.ipynb", "adamsalice", "30455"),
        ("Alice Adams_123456_assignsubmission_file_/01.ipynb", "Alice Adams", "123456"),
        ("Alice Adams_123456_assignsubmission_file/01.ipynb", "Alice Adams", "123456"),
        ("Alice Adams_123456_assignsubmission_file_/mine/01.ipynb", "Alice Adams", "123456"),
        ("Class/Alice Adams - 01_forward.ipynb", "Alice Adams", ""),
        ("王小明/01_forward.ipynb", "王小明", ""),
    ],
)
def test_student_is_known_from_the_names_that_platforms_give(path, student, number):
    assert whose([path]) == [(student, number)]


@pytest.mark.parametrize(
    ("paths", "students"),
    [
        (["alice/mine/01.ipynb", "bob/mine/01.ipynb", "bob/old/01.ipynb"], ["alice", "bob", "bob"]),
        (
            ["week 1/alice/1.ipynb", "week 1/bob/1.ipynb", "week 2/zoe/2.ipynb"],
            ["alice", "bob", "zoe"],
        ),
        (
            ["all/alice/01.ipynb", "all/bob.ipynb", "all/carol/x/01.ipynb"],
            ["alice", "all", "carol"],
        ),
        (["alice/attempt_2024_01_b.ipynb", "bob/01 - final.ipynb"], ["alice", "bob"]),
        (["Jose\u0301.ipynb", "José (2).ipynb"], ["José", "José"]),
    ],
)
def test_students_are_told_from_the_folders_around_them(paths, students):
    assert [student for student, _ in whose(paths)] == students


def test_two_students_of_one_name_stay_two():
    paths = ["王伟_11_assignsubmission_file_/a.ipynb", "王伟_12_assignsubmission_file_/a.ipynb"]
    assert whose(paths) == [("王伟 (11)", "11"), ("王伟 (12)", "12")]


def test_zip_and_folder_give_the_same_submissions(tmp_path):
    save(untouched(), tmp_path / "in" / "alice" / "01.ipynb")
    save(solved(), tmp_path / "in" / "bob" / "01.ipynb")
    (tmp_path / "in" / "bob" / "notes.txt").write_text("not a notebook")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for path in (tmp_path / "in").rglob("*"):
            archive.write(path, path.relative_to(tmp_path / "in"))
        archive.writestr("__MACOSX/bob/._01.ipynb", "clutter")
    folder, zipped = collect(tmp_path / "in"), collect(tmp_path / "class.zip")
    assert [(s.student, s.raw) for s in folder] == [(s.student, s.raw) for s in zipped]


def test_nothing_to_grade_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no notebook"):
        collect(tmp_path)
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(ValueError, match="not a zip"):
        collect(tmp_path / "x.zip")


def test_names_in_a_zip_from_a_chinese_windows_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        info = zipfile.ZipInfo("XXXXXX/01.ipynb", (2026, 5, 1, 12, 0, 0))
        archive.writestr(info, "{}")
    raw = (tmp_path / "class.zip").read_bytes()
    raw = raw.replace(b"XXXXXX", "王小明".encode("gb2312"))
    (tmp_path / "class.zip").write_bytes(raw)
    (one,) = collect(tmp_path / "class.zip")
    assert one.student == "王小明"
    # A zip keeps no time zone: its times are those of the instructor's own clock.
    assert datetime.datetime.fromtimestamp(one.modified).hour == 12
