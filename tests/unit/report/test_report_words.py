"""The answer says what the intervals allow: no more, no less, and harm as plainly as gain."""

from typing import Any

import pytest

from experiments.report.data import read_results
from experiments.report.effects import change_text, interval_text
from experiments.report.words import account_words, answer, nothing_words, reference_words
from experiments.statistics import Effect


def found(mean: float, low: float | None, high: float | None) -> Effect:
    return Effect(mean=mean, low=low, high=high, n=8, bca_low=low, bca_high=high)


def set_effect(summary: dict[str, Any], metrics: str, mean: float, low: float, high: float) -> None:
    for metric in metrics.split():
        entry = {"mean": mean, "low": low, "high": high, "n": 8}
        summary["effects"]["glosa"][f"{metric}_pct"] = entry


ACCOUNTS = "co2_own co2_hbefa4 co2_hbefa4_nojump co2_phemlight5 energy_bev"


def test_a_saving_on_every_account_is_said_with_its_interval(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        set_effect(summary, ACCOUNTS, -2.1, -2.7, -1.5)
        set_effect(summary, "trip_time", 0.1, -0.3, 0.5)

    edit_summary(change)
    said = answer(read_results(study), "glosa")
    assert said.sentence == (
        "With advice by glosa, vehicles emit 2.1\u202f% less CO₂ by their own emission classes"
        " (95\u202f% interval 1.5 to 2.7\u202f%), and no effect on trip time is shown"
        " (95\u202f% interval \u22120.3 to +0.5\u202f%)."
    )
    assert said.accounts == "All accounts of the same journeys agree that it falls."
    assert said.tone == "good"


def test_harm_is_said_as_plainly_as_a_saving(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        set_effect(summary, ACCOUNTS, 3.0, 2.0, 4.0)
        set_effect(summary, "trip_time", 8.3, 7.9, 8.7)

    edit_summary(change)
    said = answer(read_results(study), "glosa")
    assert "vehicles emit 3.0\u202f% more CO₂" in said.sentence
    assert (
        "and trips take 8.3\u202f% longer (95\u202f% interval 7.9 to 8.7\u202f%)" in said.sentence
    )
    assert said.tone == "bad"


def test_a_saving_bought_with_time_is_said_with_but(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        set_effect(summary, ACCOUNTS, -3.0, -4.0, -2.0)
        set_effect(summary, "trip_time", 8.3, 7.9, 8.7)

    edit_summary(change)
    said = answer(read_results(study), "glosa")
    assert ", but trips take" in said.sentence
    assert said.tone == "bad"


def test_an_interval_around_zero_is_no_effect_whatever_the_mean(study, edit_summary):
    edit_summary(lambda summary: set_effect(summary, ACCOUNTS, -5.0, -10.5, 0.5))
    said = answer(read_results(study), "glosa")
    assert "no effect on CO₂ by their own emission classes is shown" in said.sentence
    assert "less" not in said.sentence
    assert said.tone != "good"


def test_a_claim_is_taken_back_in_the_same_sentence_when_an_account_disagrees(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        set_effect(summary, "co2_own co2_hbefa4", -6.2, -6.8, -5.6)
        set_effect(summary, "co2_hbefa4_nojump co2_phemlight5", -0.2, -0.6, 0.2)

    edit_summary(change)
    said = answer(read_results(study), "glosa")
    claim = "less CO₂ by their own emission classes (95\u202f% interval 5.6 to 6.8\u202f%)"
    assert f"{claim}, though not on every account," in said.sentence
    assert "not a proven saving" in said.accounts
    assert said.tone != "good"


def test_disagreeing_accounts_are_named_on_their_sides():
    text = account_words(
        {
            "co2_hbefa4": found(-6.0, -7.0, -5.0),
            "co2_phemlight5": found(1.5, 1.0, 2.0),
            "energy_bev": found(0.1, -0.5, 0.7),
        }
    )
    assert "less on HBEFA4; more on PHEMlight5; no effect shown on electric cars" in text


def test_more_collisions_are_told_beside_the_answer(study):
    said = answer(read_results(study), "glosa")
    assert "More collisions than without advice in 1 of 3 seeds: 2 against 0 in all." in (
        said.cautions
    )
    assert not any("emergency stops" in caution for caution in said.cautions)


@pytest.mark.parametrize("arm", ["committed", "committed:10+glosa"])
def test_an_arm_that_controls_signals_is_held_against_the_own_plan_without_advice(
    study, edit_summary, arm
):
    def change(summary: dict[str, Any]) -> None:
        for section in ("arms", "effects"):
            summary[section][arm] = summary[section]["glosa"]

    edit_summary(change)
    said = answer(read_results(study), arm)
    told = [text for text in said.cautions if text.startswith("More collisions than ")]
    assert told == [
        "More collisions than under the own plan without advice in 1 of 3 seeds: 2 against 0 in "
        "all."
    ]


def test_who_pays_is_told_where_the_whole_gains(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        entry = {"mean": 4.0, "low": 3.0, "high": 5.0, "n": 8}
        summary["effects"]["glosa"]["side"]["trip_time_pct"] = entry
        set_effect(summary, "trip_time", -1.0, -1.5, -0.5)

    edit_summary(change)
    said = answer(read_results(study), "glosa")
    assert any(
        "Paid by vehicles on side roads: 4.0\u202f% longer trips" in c for c in said.cautions
    )


def test_small_numbers_keep_digits_enough_to_show_their_side():
    effect = found(-0.04, -0.07, -0.01)
    assert change_text(effect) == "\u22120.04\u202f%"
    assert interval_text(effect) == "\u22120.07 to \u22120.01\u202f%"


def test_ends_of_a_narrow_interval_are_told_apart():
    assert interval_text(found(0.53, 0.52, 0.54)) == "+0.52 to +0.54\u202f%"
    assert interval_text(found(0.5, 0.5, 0.5)) == "+0.5 to +0.5\u202f%"
    assert interval_text(found(0.53, 0.53, 0.530001)) == "+0.530 to +0.530\u202f%"


def test_arms_without_a_finished_run_are_named_where_nothing_can_be_compared(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        del summary["arms"]["glosa"], summary["effects"]["glosa"]
        summary["failed_runs"] = {"glosa": [1, 2]}

    edit_summary(change)
    assert nothing_words(read_results(study)) == (
        "No answer: no run of glosa was finished, so there is nothing to compare."
    )


def test_an_automated_comparison_with_none_warns_of_smoothing(study, edit_summary):
    edit_summary(lambda summary: summary.update(reference="none", execution="automated"))
    assert "add the arm unadvised" in reference_words(read_results(study))


def test_a_rate_of_conflicts_that_rises_is_told_beside_the_answer(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        entry = {"mean": 0.052, "low": 0.01, "high": 0.094, "n": 8}
        summary["effects"]["glosa"]["low_ttc_s_per_vehicle_km_diff"] = entry
        summary["effects"]["glosa"]["high_drac_s_per_vehicle_km_diff"] = entry | {"low": -0.01}

    edit_summary(change)
    cautions = answer(read_results(study), "glosa").cautions
    assert (
        "More time with less than 1.5 s to a collision than without advice: +0.052 s per vehicle-km"
        " (95\u202f% interval +0.010 to +0.094)."
    ) in cautions
    assert not any("3 m/s²" in caution for caution in cautions)


def test_one_seed_with_more_is_told_even_if_the_sum_is_less(study, edit_summary):
    def change(summary: dict[str, Any]) -> None:
        summary["arms"]["glosa"]["emergency_stops"] = 2
        summary["effects"]["glosa"]["seeds_with_more"]["emergency_stops"] = 1

    edit_summary(change)
    assert "More emergency stops than without advice in 1 of 3 seeds: 2 against 3 in all." in (
        answer(read_results(study), "glosa").cautions
    )
