"""Races on loss curves whose minimum is known."""

import numpy as np
import pytest

from sksoftmax._selection.judge import Judge
from sksoftmax._selection.race import Line, Place, race

LEAST, LARGEST = LIMITS = (-10, 8)
N_PARTS = 5


class Course:
    """A race, and who ran on which parts.

    Candidates lose `curve(candidate)` on average. `common` is the noise that a row is
    for all, `own` what a row is for each step from one to the next.
    """

    def __init__(self, curve, common=1.0, own=0.0, n_rows=200, seed=0, **options):
        self.attempts = []
        self._curve, self._own, self._n_rows = curve, own, n_rows
        self._common = common
        self._seed = seed
        self.judge = Judge()
        lines = [Line(options.pop("first", (2, 0, -2)))]
        options = {"limits": LIMITS, "n_parts": N_PARTS, **options}
        (best,) = race(self.judge, self._attempt, lines=lines, **options)
        self.best = best.step

    def _attempt(self, place, part):
        candidate = place.step
        rng = np.random.default_rng([self._seed, part])
        noise = self._common * rng.exponential(size=self._n_rows)
        for _ in range(candidate - LEAST if self._own else 0):
            noise += self._own * rng.normal(size=self._n_rows)
        self.attempts.append((candidate, part))
        self.judge.set_part(part, np.ones(self._n_rows), np.ones(self._n_rows))
        self.judge.hear(place, part, self._curve(candidate) + noise)

    def difference(self, candidate, other):
        return self.judge.difference(Place(0, candidate), Place(0, other))

    def parts(self, candidate):
        return [part for c, part in self.attempts if c == candidate]

    def n_parts(self):
        return 1 + max(part for _, part in self.attempts)


def valley(optimum, slope=0.05):
    return lambda c: 0.5 + slope * (c - optimum) ** 2


def near(candidate, spacing=1):
    both = (candidate - spacing, candidate + spacing)
    return [c for c in both if LEAST <= c <= LARGEST]


@pytest.mark.parametrize("optimum", range(LEAST, LARGEST + 1))
@pytest.mark.parametrize("own", [0, 0.1])
def test_the_minimum_is_found(optimum, own):
    """Wherever it is, the edges included, in few attempts; both neighbours ran."""
    course = Course(valley(optimum), own=own)
    assert course.best == optimum
    assert len(course.attempts) <= 12
    assert len(set(course.attempts)) == len(course.attempts)
    for neighbour in near(optimum):
        assert course.parts(neighbour)


@pytest.mark.parametrize("optimum", [-6, -1, 0, 3])
def test_noise_costs_little(optimum):
    """Where it hides the minimum, what is found is hardly worse, and costs no more."""
    curve = valley(optimum, 0.01)
    left_out = []
    for seed in range(30):
        course = Course(curve, own=0.3, seed=seed)
        assert abs(course.best - optimum) <= 1
        assert len(course.attempts) <= 30
        parts = list(range(course.n_parts()))
        assert course.parts(course.best) == parts
        for neighbour in near(course.best):
            worse_by, error, _ = course.difference(neighbour, course.best)
            if course.parts(neighbour) != parts:
                left_out.append(worse_by / error)
    assert all(errors > 2 for errors in left_out)
    assert min(left_out, default=2) < 2.5


@pytest.mark.parametrize("seed", range(5))
def test_mean_regret_is_small(seed):
    """Of races in which a step is worth as much as its error."""
    curve = valley(-3, 0.02)
    regrets = [
        curve(Course(curve, own=0.3, seed=100 * seed + i).best) - curve(-3)
        for i in range(20)
    ]
    assert np.mean(regrets) < 0.006


@pytest.mark.parametrize("first", [(2, 0, -2), (-4, -6, -8)])
def test_of_the_same_the_largest_is_the_best(first):
    """Where nothing matters, that is the last one."""
    course = Course(lambda c: 0.5, first=first)
    assert course.best == LARGEST
    assert set(course.parts(LARGEST)) == {0, 1}


@pytest.mark.parametrize("end", [-7, -2, 1, 5])
@pytest.mark.parametrize("drop", [0.0, 2e-5])
def test_the_strong_end_of_a_plateau_is_the_best(end, drop):
    """Also where each weaker candidate is negligibly better, and clearly so."""
    course = Course(
        lambda c: 0.5 - drop * (end - c) + 0.1 * max(c - end, 0), n_rows=30_000
    )
    assert course.best == end


@pytest.mark.parametrize("end", [-4, 0, 3])
def test_no_candidate_is_tried_beyond_a_plateau(end):
    """As few weak ones, which take longest, as it takes."""
    course = Course(lambda c: 0.5 + 0.1 * max(c - end, 0))
    assert min(course.attempts)[0] >= min(end - 3, -2)


@pytest.mark.parametrize(("n_rows", "best"), [(10, 5), (10_000, -2)])
def test_half_a_nat_is_not_worth_a_weaker_candidate(n_rows, best):
    """Of all held-out rows: of few ones the same difference is not known."""
    course = Course(valley(-2, 1e-3), n_rows=n_rows, common=0, n_parts=1)
    assert course.best == best


@pytest.mark.parametrize("outwards", [4, -4])
@pytest.mark.parametrize(("n_rows", "is_clear"), [(10, False), (1000, True)])
def test_a_difference_of_less_than_a_lost_row_is_not_clear(outwards, n_rows, is_clear):
    """So there is no leap beyond the first candidates, where none has lost a row."""
    course = Course(lambda c: 0.5 - 0.005 * outwards * c, common=0, n_rows=n_rows)
    assert (course.attempts[3] == (outwards, 0)) == is_clear


@pytest.mark.parametrize("first", [(8, 4, 0), (8, 6, 4), (8, 5), (-2, 2)])
def test_leaps_are_as_long_as_first_steps(first):
    """Beyond the end that is the best."""
    course = Course(valley(LEAST), first=first)
    step = abs(first[0] - first[1])
    assert course.attempts[len(first)] == (min(first) - step, 0)


def test_an_end_that_is_not_the_best_is_not_passed():
    """Of two valleys the deeper one is looked at."""
    course = Course(lambda c: valley(2)(c) if c > 0 else valley(-4)(c) + 0.6)
    assert course.best == 2
    assert min(course.attempts)[0] == -2


def test_clear_races_are_short():
    """On two parts, as one can be lucky, and the second for the best alone.

    Where all others are worse by twice the error.
    """
    course = Course(valley(0))
    assert course.n_parts() == 2
    assert [c for c, part in course.attempts if part == 1] == [0]


def test_no_race_is_over_while_one_can_be_lucky():
    """The second part is for those that the first has not put out of it."""
    course = Course(valley(0), own=0.4)
    worse_by, error, _ = course.difference(1, 0)
    assert error < worse_by  # on all parts, and not by twice of it on the first
    again = {c for c, part in course.attempts if part == 1}
    assert {0, 1} <= again < {c for c, _ in course.attempts}


def test_the_undecided_race_on():
    """On all parts, those that may be noticeably better; and no others."""
    course = Course(valley(0, 0.01), own=0.4, seed=1)
    assert course.n_parts() == N_PARTS
    last = {candidate for candidate, part in course.attempts if part == N_PARTS - 1}
    assert {course.best, *near(course.best)} <= last
    assert len(last) < len({candidate for candidate, _ in course.attempts})


@pytest.mark.parametrize(("slope", "n_parts"), [(0.001, 2), (0.004, N_PARTS)])
def test_what_is_too_small_to_notice_is_left_undecided(slope, n_parts):
    """Where it is certain that it is so small."""
    own = 200 * slope  # as clear in both
    course = Course(valley(0, slope), common=0, own=own, n_rows=10_000, seed=3)
    assert course.n_parts() == n_parts


def test_a_lucky_part_does_not_decide():
    """The best of the first part loses to a rival on the others."""
    judge, first_part = Judge(), {}

    def attempt(place, part):
        candidate = place.step
        rng = np.random.default_rng([candidate - LEAST, part])
        curve = valley(-1, 0.1) if part else valley(1, 0.02)
        losses = curve(candidate) + rng.normal(0, 0.4, 40)
        judge.set_part(part, np.ones(40), np.ones(40))
        judge.hear(place, part, losses)
        if part == 0:
            first_part[candidate] = losses.mean()

    lines = [Line((2, 0, -2))]
    (best,) = race(judge, attempt, lines=lines, limits=LIMITS, n_parts=5)
    assert best == (0, -1)
    assert min(first_part, key=first_part.get) != -1


def test_who_has_lost_no_row_yet_puts_nobody_out():
    """The one row of the second part costs it what makes the other the best."""
    judge = Judge()

    def attempt(place, part):
        losses = np.full(800, 1e-4)
        if place.line > 0:  # it foresees that row, and is less sure of some
            losses[:40] = np.linspace(0.02, 0.18, 40)
        elif part == 1:
            losses[0] = 10.0
        judge.set_part(part, np.ones(800), np.ones(800))
        judge.hear(place, part, losses)

    worse_by = 40 * 0.1 / 800  # more than twice its error and that of a nat
    assert worse_by > 2 * np.hypot(0.1 * np.sqrt(40) / 800, 1 / 800)
    lines = [Line((0,)), Line((0,)), Line((0,), 1, 1)]
    best, *others = race(judge, attempt, lines=lines, limits=(0, 0), n_parts=2)
    assert best == (1, 0)
    assert others == [(0, 0), (2, 0)]


def test_the_best_of_each_line_races_on():
    """Those of one line are lucky together."""
    judge, tried = Judge(), []

    def attempt(place, part):
        rng = np.random.default_rng([*place, part])
        noise = rng.normal(size=200)
        loss = 1.0 + place.line * (-0.1 if part else 0.01)
        judge.set_part(part, np.ones(200), np.ones(200))
        judge.hear(place, part, loss + 0.1 * (noise - noise.mean()))
        tried.append((place, part))

    lines = [Line((4, 3, 2, 1, 0)), Line((4, 3, 2, 1, 0))]
    best, _ = race(judge, attempt, lines=lines, limits=(0, 4), n_parts=2)
    again = [place.line for place, part in tried if part == 1]
    assert again[:5] == [0, 0, 0, 0, 1]
    assert best.line == 1


def test_who_has_left_does_not_come_back():
    """Also where the best, on the rows of then, was hardly better."""
    judge, tried = Judge(), []

    def attempt(place, part):
        candidate = place.step
        noise = np.random.default_rng([candidate - LEAST, part]).normal(size=200)
        noise *= 1.2 / noise.std()  # differences have an error of 0.12
        first = {0: 0.45, 1: 0.5, -1: 0.5}.get(candidate, 0.6)
        loss = (0.2 if candidate == 1 else 0.9) if part else first
        judge.set_part(part, np.ones(200), np.ones(200))
        judge.hear(place, part, loss + noise - noise.mean())
        tried.append((candidate, part))

    lines = [Line((2, 0, -2))]
    (best,) = race(judge, attempt, lines=lines, limits=LIMITS, n_parts=3)
    assert best == (0, 1)
    assert (-1, 1) in tried
    assert (-2, 1) not in tried


@pytest.mark.parametrize("optimum", [-10, -4, 2, 8])
def test_a_coarse_race_stays_on_its_grid(optimum):
    """With neighbours as far apart as asked for."""
    course = Course(valley(optimum), spacing=2)
    assert course.best == optimum
    assert {candidate % 2 for candidate, _ in course.attempts} == {0}
    assert {candidate for candidate, _ in course.attempts} >= {*near(optimum, 2)}


@pytest.mark.parametrize(
    ("first", "moved"),
    [
        ((10, 8, 6), (8, 6, 4)),
        ((-8, -10, -12), (-6, -8, -10)),
        ((3, 1), (3, 1)),
        ((1, 3, 5), (1, 3, 5)),
    ],
)
@pytest.mark.parametrize("optimum", [-10, 0, 8])
def test_first_candidates_are_within_the_limits(first, moved, optimum):
    """As far apart as they were, in whatever order; and so are all others."""
    course = Course(valley(optimum), first=first)
    assert course.best == optimum
    assert [c for c, _ in course.attempts[: len(first)]] == list(moved)
    assert all(LEAST <= candidate <= LARGEST for candidate, _ in course.attempts)


def test_one_part_is_enough_where_there_is_no_other():
    """The evidence has only one."""
    course = Course(valley(-3), n_parts=1)
    assert course.best == -3
    assert course.n_parts() == 1


def test_overflow_loses():
    """The weak candidates' fits may fail; the best is among the others."""
    course = Course(lambda c: np.inf if c < 1 else 0.5 + 0.1 * c)
    assert course.best == 1


@pytest.mark.parametrize("end", [-2, -1, LARGEST])
def test_losses_may_be_zero(end):
    """Where all held-out rows are predicted without any doubt."""
    assert Course(lambda c: 0.5 * (c > end), common=0).best == end


def race_of_lines(losses, lines):
    """The best, and which places ran, where each line has a loss at its best step."""
    judge, tried = Judge(), []

    def attempt(place, part):
        noise = np.random.default_rng(part).exponential(size=200)
        judge.set_part(part, np.ones(200), np.ones(200))
        loss, optimum = losses[place.line]
        judge.hear(place, part, loss + 0.05 * (place.step - optimum) ** 2 + noise)
        tried.append(place)

    return race(judge, attempt, lines=lines, limits=LIMITS, n_parts=2), tried


@pytest.mark.parametrize("gain", [0.3, 0.0, -0.3])
def test_a_line_that_has_to_gain_ends_where_it_does_not(gain):
    """With the lines that come from it; else all are gone on with."""
    lines = [
        Line((2, 0, -2)),
        Line((1,), 0, 1, has_to_gain=True),
        Line((0,), 1, 2, has_to_gain=True),
    ]
    losses = [(0.5, 0), (0.5 - gain, 1), (0.3 - gain, 1)]
    (best, *_), tried = race_of_lines(losses, lines)
    of_lines = [{place.step for place in tried if place.line == k} for k in range(3)]
    if gain > 0:
        assert best == (2, 1)
        assert of_lines[1] >= {0, 1, 2}
        assert of_lines[2] >= {0, 1, 2}
    else:
        assert best == (0, 0)
        assert of_lines[1:] == [{1}, set()]


def test_a_line_needs_its_parent():
    """Which is out of the race, or has never been in it."""
    lines = [Line((2, 0, -2)), Line((0,)), Line((0,), 1, 1), Line((0,), 2, 1)]
    losses = [(0.5, 0), (2.0, 0), (0.1, 0), (0.1, 0)]
    (best, *_), tried = race_of_lines(losses, lines)
    assert best == (0, 0)
    assert {place.line for place in tried} == {0, 1}


@pytest.mark.parametrize(("later", "is_lucky"), [(9.0, True), (3.5, False)])
def test_a_lucky_best_calls_back_whom_it_has_put_out(later, is_lucky):
    """Where other parts cost it clearly more than the first did its neighbours."""
    judge, tried = Judge(), []

    def attempt(place, part):
        candidate = place.step
        noise = np.random.default_rng(part).normal(size=200)
        loss = valley(4)(candidate) if candidate != -2 else 0.1
        if part and candidate == -2:
            loss = later
        judge.set_part(part, np.ones(200), np.ones(200))
        judge.hear(place, part, loss + 0.1 * (noise - noise.mean()))
        tried.append((candidate, part))

    lines = [Line((-1, -2, -3))]
    (best,) = race(judge, attempt, lines=lines, limits=(-3, 4), n_parts=2)
    assert best.step == (4 if is_lucky else -2)
    assert ((-1, 1) in tried) == is_lucky


@pytest.mark.parametrize("hill", [3.0, 0.0])
@pytest.mark.parametrize("simplest", ["heard", "not heard"])
def test_what_is_worse_than_the_simplest_goes_on_towards_it(hill, simplest):
    """Also over a hill, behind which the curve comes to it; on all parts."""
    judge, tried = Judge(), []

    def curve(candidate):
        return 0.5 if candidate >= 5 else valley(-2)(candidate) + hill

    def attempt(place, part):
        noise = np.random.default_rng(part).exponential(size=200)
        judge.set_part(part, np.ones(200), np.ones(200))
        judge.hear("heard", part, 0.6 + noise)
        judge.hear(place, part, curve(place.step) + noise)
        tried.append((place.step, part))

    lines = [Line((2, 0, -2))]
    (best,) = race(
        judge, attempt, lines=lines, limits=LIMITS, n_parts=3, simplest=simplest
    )
    is_passed = hill > 0 and simplest == "heard"
    assert best.step == (LARGEST if is_passed else -2)
    assert ((4, 1) in tried) == is_passed


@pytest.mark.parametrize(("worse_by", "largest"), [(1.0, LARGEST), (1e-3, 1)])
def test_where_all_are_worse_than_the_simplest_there_is_an_end(worse_by, largest):
    """At the limit; and at once where it is hardly so."""
    judge, tried = Judge(), []

    def attempt(place, part):
        noise = np.random.default_rng(part).exponential(size=200)
        judge.set_part(part, np.ones(200), np.ones(200))
        judge.hear("simplest", part, 0.6 + noise)
        judge.hear(place, part, 0.6 + worse_by + valley(0)(place.step) - 0.5 + noise)
        tried.append(place.step)

    options = {"limits": LIMITS, "n_parts": 2, "simplest": "simplest"}
    (best,) = race(judge, attempt, lines=[Line((1, 0, -1))], **options)
    assert best.step == 0
    assert max(tried) == largest
