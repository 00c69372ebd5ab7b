"""The tasks that are shipped, and what an owner's own may look like. All sixty are run by ``make eval-tasks``."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from litellm_minimax.eval import check, task
from litellm_minimax.eval.task import GRADES, SHIPPED, SOLUTION, BadTask

TASKS = task.load(SHIPPED)
FEW = [one for one in TASKS if one.name in {"price_tag", "repo_discount", "share_out"}]


def test_sixty_tasks_in_three_grades_some_of_them_repositories():
    assert Counter(one.grade for one in TASKS) == dict.fromkeys(GRADES, 20)
    assert sum(bool(one.files) for one in TASKS) >= 6
    for one in TASKS:
        assert one.wrong, one.name
        assert one.wrong.keys() == one.reference.keys(), one.name
        assert one.tests not in one.prompt
        assert any(check.is_visible_test(name) for name in one.files) or not one.files


def test_the_tests_tell_right_from_wrong_and_the_check_tells_when_they_do_not():
    assert [problems for _, problems in check.problems(FEW)] == [[], [], []]
    swapped = dataclasses.replace(FEW[0], reference=FEW[0].wrong, wrong=FEW[0].reference)
    lenient = dataclasses.replace(FEW[1], tests="import shop.order")
    (_, found), (_, more) = check.problems([swapped, lenient])
    assert [problem.split(":")[0] for problem in found] == ["its reference fails", "its wrong answer passes"]
    assert more == ["an empty answer passes", "its wrong answer passes"]


def test_an_owners_folder(tmp_path):
    with pytest.raises(BadTask, match="contains no task"):
        task.load(tmp_path)
    (tmp_path / "own.toml").write_text("prompt = 'Write x.'\nreference = 'x = 1'\ntests = 'from solution import x'\n")
    (own,) = task.load(tmp_path)
    assert (own.name, own.grade, own.reference, own.wrong) == ("own", "middle", {SOLUTION: "x = 1"}, {})
    assert [problems for _, problems in check.problems([own])] == [[]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompt = 'x'\nreference = 'x'", "tests is missing"),
        ("prompt = 'x'\nreference = 'x'\ntests = 1", "tests must be a text"),
        ("prompt = 'x'\nreference = 'x'\ntests = 'x'\ngrade = 'huge'", "easy, middle, hard"),
        ("prompt = 'x'\nreference = 'x'\ntests = 'x'\nhint = 'x'", "unknown key hint"),
        ("prompt = 'x'\ntests = 'x'\n[reference]\n'../x.py' = 'x'", "relative, without"),
        ("prompt = ", "own.toml"),
    ],
)
def test_a_file_that_is_no_task_is_told(tmp_path, text, said):
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(BadTask, match=said):
        task.load(tmp_path)
