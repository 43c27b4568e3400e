import numpy as np
import pytest

from corridor.parameters import Outage, RsuParameters
from corridor.rsu import Radio

N = 4000


def radio(seed=1, **settings):
    return Radio(parameters=RsuParameters(**settings), rng=np.random.default_rng(seed))


def listen(channel, times_s, *, step_length_s=1.0, n=1, signals=None):
    """What each vehicle has heard after each step; it knew nothing before."""
    heard_s, history = np.full(n, -np.inf), []
    for time_s in times_s:
        heard_s = channel.newest_received_s(
            float(time_s), step_length_s, signals or ["J"] * n, heard_s
        )
        history.append(heard_s)
    return np.array(history)


def test_a_message_is_heard_a_latency_after_it_was_made():
    assert listen(radio(), [10.0])[0, 0] == pytest.approx(9.9)
    assert listen(radio(latency_s=0.25), [10.0])[0, 0] == pytest.approx(9.7)
    assert listen(radio(rate_hz=2.0, latency_s=0.25), [10.0])[0, 0] == pytest.approx(9.5)
    assert listen(radio(latency_s=0.0), [0.3], step_length_s=0.1)[0, 0] == pytest.approx(0.3)


def test_a_slow_sender_is_heard_only_when_it_has_sent():
    times_s = np.arange(1, 9) * 0.5
    heard_s = listen(radio(rate_hz=0.5, latency_s=0.1, stale_s=5.0), times_s, step_length_s=0.5)
    # A message at 0, 2, 4 s; each is received in the step that ends half a second later.
    np.testing.assert_allclose(heard_s[:, 0], [0, 0, 0, 0, 2, 2, 2, 2])


def test_without_loss_all_vehicles_hear_the_newest_message():
    assert (listen(radio(), [10.0], n=N) == 9.9).all()


@pytest.mark.parametrize("loss", [0.2, 0.5, 0.9])
def test_the_share_that_misses_the_newest_message_is_the_loss(loss):
    heard_s = listen(radio(loss=loss), [10.0], n=N)[0]
    for n_missed in range(3):
        share = np.mean(np.isclose(heard_s, 9.9 - 0.1 * n_missed))
        assert share == pytest.approx((1 - loss) * loss**n_missed, abs=0.03)
    # Ten messages were made in the step; whoever missed all of them has heard nothing.
    assert np.mean(np.isneginf(heard_s)) == pytest.approx(loss**10, abs=0.03)


@pytest.mark.parametrize("latency_s", [0.0, 0.05, 0.1, 0.3])
def test_a_lost_message_stays_lost_with_one_message_per_step(latency_s):
    loss = 0.5
    times_s = np.arange(1, 61) * 0.1
    channel = radio(loss=loss, latency_s=latency_s)
    heard_s = listen(channel, np.round(times_s, 3), step_length_s=0.1, n=500)
    newest_s = np.maximum.accumulate(heard_s, axis=0).max(axis=1)
    one_late = np.isclose(heard_s[20:], newest_s[20:, np.newaxis] - 0.1)
    # A second chance would make this 0.375.
    assert one_late.mean() == pytest.approx(loss * (1 - loss), abs=0.01)


def test_with_all_messages_lost_nothing_is_ever_heard():
    assert np.isneginf(listen(radio(loss=1.0), range(1, 50), n=50)).all()


def test_equal_seeds_lose_the_same_messages_and_others_do_not():
    times_s = range(1, 20)
    one, two, other = (listen(radio(seed, loss=0.9), times_s, n=50) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_in_an_outage_the_last_message_before_it_is_the_newest():
    outage = Outage(signal="J", begin_s=20.0, end_s=30.0)
    heard_s = listen(radio(outages=(outage,)), range(18, 33))[:, 0]
    expected = [17.9, 18.9, 19.9, *[19.9] * 10, 30.9, 31.9]
    np.testing.assert_allclose(heard_s, expected)


def test_an_outage_silences_its_own_signal_only_and_a_star_all():
    signals = ["J", "K"]
    one = Outage(signal="J", begin_s=20.0, end_s=30.0)
    heard_s = listen(radio(outages=(one,)), [25.0], n=2, signals=signals)[0]
    assert np.isneginf(heard_s[0])
    assert heard_s[1] == pytest.approx(24.9)
    all_ = Outage(signal="*", begin_s=20.0, end_s=30.0)
    heard_s = listen(radio(outages=(all_,)), [25.0], n=2, signals=signals)[0]
    assert np.isneginf(heard_s).all()


def test_a_unit_is_silent_while_its_outage_lasts():
    channel = radio(outages=(Outage(signal="J", begin_s=20.0, end_s=30.0),))
    for time_s, expected in ((19.9, False), (20.0, True), (29.9, True), (30.0, False)):
        assert channel.is_silent(time_s, ["J", "K", ""]).tolist() == [expected, False, False]
    everywhere = radio(outages=(Outage(signal="*", begin_s=20.0, end_s=30.0),))
    assert everywhere.is_silent(25.0, ["J", "K"]).all()


@pytest.mark.parametrize("is_reversed", [False, True])
def test_outages_that_follow_one_another_are_one_outage(is_reversed):
    pair = (
        Outage(signal="J", begin_s=20.0, end_s=30.05),
        Outage(signal="*", begin_s=30.05, end_s=40.0),
    )
    channel = radio(outages=pair[::-1] if is_reversed else pair)
    heard_s = listen(channel, range(19, 40))[:, 0]
    assert heard_s.max() == pytest.approx(19.9)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"range_m": 0.0}, "range_m must be positive"),
        ({"rate_hz": 0.0}, "rate_hz must be positive"),
        ({"latency_s": -0.1}, "latency_s must not be negative"),
        ({"loss": 1.5}, "loss must be between 0 and 1, got 1.5"),
        ({"latency_s": 3.0, "stale_s": 3.0}, "stale_s must exceed latency_s, got 3.0"),
    ],
)
def test_impossible_roadside_units_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        RsuParameters(**settings)


def test_an_outage_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match=r"got 20\.0\.\.20\.0"):
        Outage(signal="J", begin_s=20.0, end_s=20.0)
