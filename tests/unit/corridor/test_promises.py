import math

from corridor.signal_control.promises import Promise, PromiseRecord


def promise(promised_s, letters, *, is_start=False):
    return Promise(
        signal="J",
        stage=0,
        is_start=is_start,
        announced_s=0.0,
        promised_s=promised_s,
        letters=letters,
    )


def watched(record, *shown):
    for time_s, letters in shown:
        record.watch("J", letters, time_s)
    return [each.happened_s for each in record.done]


def test_a_switch_happens_when_the_letters_change():
    record = PromiseRecord()
    record.add(promise(3.0, "y"))
    assert watched(record, (0, "G"), (1, "G"), (2, "G")) == []
    assert watched(record, (3, "y")) == [3.0]
    assert record.n_kept == 1


def test_one_that_comes_early_or_late_is_told_and_not_kept():
    record = PromiseRecord()
    record.add(promise(3.0, "y"))
    record.add(promise(6.0, "r"))
    assert watched(record, (0, "G"), (2, "y"), (3, "y"), (6, "y"), (7, "r")) == [2.0, 7.0]
    assert record.n_kept == 0


def test_one_that_never_comes_is_told_in_the_end():
    record = PromiseRecord()
    record.add(promise(3.0, "y"))
    (happened_s,) = watched(record, *((k, "G") for k in range(70)))
    assert math.isnan(happened_s)
    assert record.n_kept == 0


def test_an_end_and_a_start_without_anything_between_are_two_promises():
    record = PromiseRecord()
    record.add(promise(3.0, "g"))
    record.add(promise(3.0, "g", is_start=True))
    assert watched(record, (2, "G"), (3, "g")) == [3.0, 3.0]
    assert record.n_kept == 2


def test_stages_that_look_alike_follow_each_other_unseen():
    record = PromiseRecord()
    record.add(promise(3.0, "G"))
    assert watched(record, (1, "G"), (2, "G"), (3, "G")) == [3.0]


def test_one_that_came_late_behind_one_that_never_came_is_not_kept():
    record = PromiseRecord()
    record.add(promise(3.0, "y"))
    record.add(promise(6.0, "r"))
    shown = [(k, "G" if k < 20 else "r") for k in range(70)]
    lost_s, late_s = watched(record, *shown)
    assert math.isnan(lost_s)
    assert late_s == 20.0
    assert record.n_kept == 0


def test_what_was_due_when_the_run_ends_is_broken_and_what_is_to_come_is_not():
    record = PromiseRecord()
    record.add(promise(3.0, "y"))
    record.add(promise(40.0, "r"))
    assert watched(record, *((k, "G") for k in range(30))) == []
    record.finish(29.0)
    assert [each.promised_s for each in record.done] == [3.0]
    assert record.n_kept == 0
