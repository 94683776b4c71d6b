"""Fits with one alpha or another, and what is made of them."""

import re
import time
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest

import sksoftmax._selection.alpha_search
import sksoftmax._training.objective
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._minimizer.progress import WINDOW
from sksoftmax._selection.alpha_search import COARSE, AlphaSearch, _Watch
from sksoftmax._selection.evidence import LaplaceEvidence
from sksoftmax._selection.held_out import HeldOut, Split, fifths
from sksoftmax._selection.judge import Estimate
from sksoftmax._selection.race import Line
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.training import train

ALL = 10**9
NO_PARTS = HeldOut(0, lambda part: pytest.fail("there is none"))
OPTIONS = {"max_iter": 100, "tol": 1e-4}


def data(n=120, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5))
    return X, (X[:, 0] * X[:, 1] + noise * rng.normal(size=n) > 0).astype(int)


def prepared(X, y, **parameters):
    clf = SoftmaxMLPClassifier((8,), "tanh", random_state=0, **parameters)
    return clf._problem(X, y, None)[:2]


class Search:
    """A search, with all its fits: `trained[alpha][part]`."""

    def __init__(self, objective, start, held_out=None, first=COARSE, **options):
        if held_out is None:
            parts = fifths(objective, ALL)
            held_out = HeldOut.of(objective, parts, ALL, len(parts))
        self.objective, self.start, self.held_out = objective, start, held_out
        self.trained, self.calls = {}, []
        search = AlphaSearch(objective, held_out, start, **{**OPTIONS, **options})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sksoftmax._selection.alpha_search, "train", self._train)
            self.found = search.run([Line(first)])

    def _train(self, objective, start, **options):
        self.calls.append((start, options))
        trained = train(objective, start, **options)
        alpha = objective.alpha * objective.weights_unit
        self.trained.setdefault(alpha, []).append(trained)
        return trained

    @property
    def best(self):
        return self.found.candidate.alpha

    def losses(self, alpha):
        """On the held-out rows of each part."""
        return [
            self.held_out.split(part).held_out.row_losses(trained.minimum.x)
            for part, trained in enumerate(self.trained[alpha])
        ]

    def has_found(self, trained):
        """Whether that is the fit, in whatever parameters."""
        return self.found.fit.stages is trained.stages

    def by_alpha(self):
        return {candidate.alpha: candidate for candidate in self.found.path}


@pytest.fixture(scope="module")
def search():
    """One in which not all candidates were judged on all parts."""
    return Search(*prepared(*data()))


def test_path_has_all_candidates_in_half_decades(search):
    """In the order of alpha, each with the iterations of all its fits."""
    alphas = [candidate.alpha for candidate in search.found.path]
    assert alphas == sorted(search.trained)
    steps = 2 * np.log10(alphas)
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-9)
    for alpha, candidate in search.by_alpha().items():
        n_iter = [len(fit.minimum.loss_curve) for fit in search.trained[alpha]]
        assert candidate.n_iter == sum(n_iter)


def test_the_best_is_one_of_the_path(search):
    """Its fit is that to the first part, which is none to all rows."""
    found = search.found
    assert found.candidate in found.path
    assert found.candidate.alpha == pytest.approx(10 ** (found.best[0].step / 2))
    assert search.has_found(search.trained[search.best][0])
    assert (found.is_final, found.is_at_edge, found.ended_by) == (False, False, None)


def test_held_out_loss_is_that_of_rows_that_the_fits_have_not_seen(search):
    """Of the best one on average, and by how much the class frequencies lose more."""
    losses = np.concatenate(search.losses(search.best))
    assert search.found.candidate.held_out_loss == pytest.approx(losses.mean())
    error = losses.std(ddof=1) / np.sqrt(losses.size)
    assert search.found.candidate.standard_error == pytest.approx(error)
    parts = range(len(search.trained[search.best]))
    frequencies = [search.held_out.split(part).frequency_losses() for part in parts]
    gains = np.concatenate(frequencies) - losses
    error = gains.std(ddof=1) / np.sqrt(gains.size)
    assert search.found.gain == pytest.approx((gains.mean(), error, gains.size))


def test_values_of_candidates_are_comparable(search):
    """Of those judged on fewer rows, too: differences are of the same ones."""
    best = search.losses(search.best)
    assert len({len(fits) for fits in search.trained.values()}) > 1
    for alpha, candidate in search.by_alpha().items():
        pairs = list(zip(search.losses(alpha), best, strict=False))
        worse_by = np.concatenate([ours - theirs for ours, theirs in pairs]).mean()
        expected = np.concatenate(best).mean() + worse_by
        assert candidate.held_out_loss == pytest.approx(expected)


def test_evidence_is_that_of_the_first_fit(search):
    """On the rows that it is of; unknown where the fit was given up."""
    evidence = LaplaceEvidence(search.held_out.split(0).train, np.random.RandomState(0))
    path = search.by_alpha()
    known = 0
    for alpha, (first, *_) in search.trained.items():
        candidate = path[alpha]
        shown = candidate.log_evidence, candidate.n_effective
        if np.isnan(shown).all():
            assert first.minimum.convergence.reason == "enough"
            continue
        known += 1
        minimum = first.minimum
        assert shown == pytest.approx(evidence(minimum.x, minimum.loss, alpha))
    assert known > len(path) / 2


def test_fits_know_nothing_of_each_other(search):
    """All have the same start and seed, and without an end all time there is."""
    for start, options in search.calls:
        assert start is search.start
        assert options["seed"] == 0
        assert options["ends"] == np.inf
        assert not options.get("is_warm")


def test_parts_have_the_penalty_of_their_rows(search):
    """The alpha is the user's, of each fit."""
    for alpha, fits in search.trained.items():
        for part, trained in enumerate(fits):
            objective = search.held_out.split(part).train.with_alpha(alpha)
            minimum = trained.minimum
            assert objective(minimum.x)[0] == pytest.approx(minimum.loss)


@pytest.mark.parametrize("factor", [2.0**-20, 2.0**10])
def test_alpha_is_in_the_unit_of_the_class_weights(factor):
    """All of them multiplied by a number state the same problem, with such an alpha."""
    once, times = (
        Search(*prepared(*data(), class_weight={0: w, 1: 3 * w}), unit=2 * w).found
        for w in (1, factor)
    )
    assert once.gain.is_clear()
    assert once.best == times.best
    assert once.gain == pytest.approx(times.gain)
    assert len(once.path) == len(times.path)
    for ours, theirs in zip(once.path, times.path, strict=True):
        assert theirs.alpha == pytest.approx(ours.alpha * factor)
        assert theirs[1:] == pytest.approx(ours[1:], nan_ok=True)
    steps = 2 * np.log10([candidate.alpha / 2 for candidate in once.path])
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-9)


def test_a_first_look_is_at_whole_decades():
    """Without an evidence, which takes as long as a fit."""
    found = Search(*prepared(*data()), is_coarse=True).found
    decades = np.log10([candidate.alpha for candidate in found.path])
    np.testing.assert_allclose(np.diff(decades), 1)
    for candidate in found.path:
        assert np.isnan([candidate.log_evidence, candidate.n_effective]).all()
        assert np.isfinite(candidate.held_out_loss)


@pytest.mark.parametrize(
    ("noise", "limits", "best", "is_at_edge"),
    [
        (0.0, (0, 4), 0, True),
        (1.0, (-8, -4), -4, True),
        (1.0, (-10, 8), None, False),
        (1e9, (-8, 8), 8, False),
    ],
)
def test_an_edge_is_one_that_is_better_than_its_neighbour(
    monkeypatch, noise, limits, best, is_at_edge
):
    """On either side. Where nothing can be learnt the strongest is as good."""
    monkeypatch.setattr(sksoftmax._selection.alpha_search, "_LIMITS", limits)
    first = np.clip(COARSE, *limits) if best != -4 else (-4, -6, -8)
    found = Search(*prepared(*data(300, noise)), first=first).found
    if best is not None:
        assert found.best[0].step == best
    assert found.is_at_edge == is_at_edge


def test_an_edge_without_a_neighbour_is_not_known_to_be_better(monkeypatch):
    """In whole decades, or where the search has ended."""
    monkeypatch.setattr(sksoftmax._selection.alpha_search, "_LIMITS", (0, 4))
    objective, start = prepared(*data(300, 0.0))
    coarse = Search(objective, start, first=(4, 2, 0), is_coarse=True)
    ended = Search(objective, start, first=(0, 4), ends=time.perf_counter())
    for found in (coarse.found, ended.found):
        assert (found.best, found.is_at_edge) == ([(0, 0)], False)


def test_without_parts_the_evidence_judges():
    """Of the largest alphas next to it; its fit is to all rows, and final."""
    search = Search(*prepared(*data()), held_out=NO_PARTS)
    found = search.found
    evidences = {c.alpha: c.log_evidence for c in found.path}
    highest = max(evidences.values())
    near = [a for a, e in evidences.items() if highest - e <= 1e-3 * abs(highest)]
    assert search.best == max(near)
    for candidate in found.path:
        assert np.isnan([candidate.held_out_loss, candidate.standard_error]).all()
        assert candidate.n_effective > 0
    assert np.isnan(found.gain[:2]).all()
    assert (found.gain.n, found.is_final, found.ended_by) == (0, True, None)
    assert {len(fits) for fits in search.trained.values()} == {1}
    alone = train(
        search.objective.with_alpha(search.best), search.start, **OPTIONS
    ).minimum
    np.testing.assert_array_equal(found.fit.minimum.x, alone.x)
    assert found.fit.minimum.loss_curve == alone.loss_curve


@pytest.mark.slow
@pytest.mark.parametrize(
    ("some", "held_out"), [((60, 0.3, 0), None), ((1000, 1e9, 3), NO_PARTS)]
)
def test_the_fit_is_the_best_of_the_first_part(some, held_out):
    """Which may be another candidate's than the best, and then is not final."""
    search = Search(*prepared(*data(*some)), held_out=held_out)
    if held_out is NO_PARTS:
        first = {c.alpha: -c.log_evidence for c in search.found.path}
    else:
        first = {alpha: search.losses(alpha)[0].mean() for alpha in search.trained}
    lowest = min(first, key=first.get)
    assert search.best != lowest
    assert search.has_found(search.trained[lowest][0])
    assert not search.found.is_final


def test_validation_data_judge_where_there_are_some():
    """Each fit ends as early stopping says, and is final; it is no minimum."""
    objective, start = prepared(*data())
    X_val, y_val = data(80, seed=1)
    validation = objective.on(X_val, y_val, None)
    search = Search(
        objective,
        start,
        held_out=HeldOut.by_validation(objective, validation, ALL),
        early_stopping=EarlyStopping(validation, 5, 1e-4),
    )
    found = search.found
    assert found.is_final
    for alpha, candidate in search.by_alpha().items():
        (trained,) = search.trained[alpha]
        assert trained.minimum.convergence.reason != "enough"
        loss = validation.log_loss(trained.minimum.x)
        assert candidate.held_out_loss == pytest.approx(loss)
        assert np.isnan(candidate.log_evidence)
    assert {options["is_enough"] for _, options in search.calls} == {None}


def stop_in(n_fits, n_iter, error=None):
    """A callback that stops, or raises, after so many iterations of that fit."""
    begun = 0

    def callback(state, _):
        nonlocal begun
        begun += state.n_iter == 1
        if (begun, state.n_iter) < (n_fits, n_iter):
            return False
        if error is not None:
            raise error
        return True

    return callback


ENDINGS = {
    "callback": lambda: {"callback": stop_in(1, 3)},
    "interrupted": lambda: {"callback": stop_in(1, 3, KeyboardInterrupt)},
    "max_time": lambda: {"ends": time.perf_counter()},
}


@pytest.mark.parametrize("reason", ENDINGS)
@pytest.mark.parametrize("held_out", [None, NO_PARTS])
def test_what_there_is_when_the_first_fit_is_ended(reason, held_out):
    """Is that fit, as far as it came."""
    options = ENDINGS[reason]()
    search = Search(*prepared(*data()), held_out=held_out, **options)
    found = search.found
    assert found.ended_by == reason
    assert found.path == [found.candidate] or held_out is NO_PARTS
    assert len(found.path) == len(search.calls) == 1
    assert found.best == [(0, COARSE[0])]
    assert found.candidate.n_iter == (1 if reason == "max_time" else 3)
    assert search.has_found(search.trained[search.best][0])
    assert found.is_final == (held_out is NO_PARTS)


def test_a_fit_that_a_callback_has_ended_counts():
    """Where it is better than those before: the callback may know that it is enough."""
    better, worse = (
        Search(*prepared(*data(300, 0.3)), callback=stop_in(2, n)) for n in (30, 1)
    )
    for search in (better, worse):
        assert search.found.ended_by == "callback"
        assert len(search.found.path) == 2
        assert search.has_found(search.trained[search.best][0])
    assert (better.found.best, worse.found.best) == ([(0, 0)], [(0, 2)])


def test_a_fit_that_is_interrupted_does_not():
    """Where there were others."""
    search = Search(*prepared(*data()), callback=stop_in(2, 30, KeyboardInterrupt))
    assert search.found.ended_by == "interrupted"
    assert (search.found.best, len(search.found.path)) == ([(0, 2)], 1)
    assert len(search.trained) == 2


def test_an_interrupt_before_there_is_anything_is_raised(monkeypatch):
    """There is nothing to be had; between fits there is."""
    for n_fits in (0, 2):
        tried = []

        def interrupted(*args, tried=tried, n_fits=n_fits, **options):
            if len(tried) == n_fits:
                raise KeyboardInterrupt
            tried.append(train(*args, **options))
            return tried[-1]

        monkeypatch.setattr(sksoftmax._selection.alpha_search, "train", interrupted)
        objective, start = prepared(*data())
        search = AlphaSearch(objective, NO_PARTS, start, **OPTIONS)
        if n_fits == 0:
            with pytest.raises(KeyboardInterrupt):
                search.run([Line(COARSE)])
        else:
            found = search.run([Line(COARSE)])
            assert (len(found.path), found.ended_by) == (2, "interrupted")
            assert any(found.fit is fit for fit in tried)


def test_fits_end_with_the_search():
    """None has more time than there is."""
    objective, start = prepared(*data())
    ends = time.perf_counter() + 1000
    search = Search(objective, start, ends=ends)
    assert {options["ends"] for _, options in search.calls} == {ends}
    assert search.found.ended_by is None


def test_a_line_is_printed_for_each_fit(capsys):
    """Its alpha, its loss on so many parts, its iterations, and what was given up.

    Losses of fits to more rows are lower: it says how many.
    """
    search = Search(*prepared(*data()), verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(search.calls)
    n_lines = dict.fromkeys(search.trained, 0)
    for line in lines:
        found = re.fullmatch(
            r"With alpha = (\S+), held-out loss = (\S+) \+- (\S+) "
            r"\((\d) of 5 parts\), (\d+) iterations on (\d+) rows(, given up)?",
            line,
        )
        alpha = min(n_lines, key=lambda a, x=float(found[1]): abs(np.log(a / x)))
        part, n_lines[alpha] = n_lines[alpha], n_lines[alpha] + 1
        losses = np.concatenate(search.losses(alpha)[: part + 1])
        assert found[2] == f"{losses.mean():.6f}"
        assert found[3] == f"{losses.std(ddof=1) / np.sqrt(losses.size):.2g}"
        assert int(found[4]) == part + 1
        minimum = search.trained[alpha][part].minimum
        assert int(found[5]) == len(minimum.loss_curve)
        assert int(found[6]) == search.held_out.split(part).train.n_samples
        if part == 0:
            is_unknown = np.isnan(search.by_alpha()[alpha].log_evidence)
            assert is_unknown == (found[7] is not None)
    assert any(line.endswith("given up") for line in lines)


def test_without_parts_the_line_has_the_evidence(capsys):
    """It is what decides; its fits are to minima, and print what such fits do."""
    search = Search(*prepared(*data()), held_out=NO_PARTS, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert {options["verbose"] for _, options in search.calls} == {1}
    lines = [line for line in lines if line.startswith("With alpha")]
    path = search.by_alpha()
    for line, (alpha, (trained,)) in zip(lines, search.trained.items(), strict=True):
        assert line == (
            f"With alpha = {alpha:.3g}, log evidence = {path[alpha].log_evidence:.6g}, "
            f"{len(trained.minimum.loss_curve)} iterations on "
            f"{search.objective.n_samples} rows"
        )


@pytest.mark.parametrize("verbose", [0, 2])
def test_verbose_is_passed_on_to_the_fits(verbose, capsys):
    """From 2 on; 0 prints nothing."""
    search = Search(*prepared(*data()), verbose=verbose, callback=stop_in(1, 4))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (6 if verbose else 0)
    assert [options["verbose"] for _, options in search.calls] == [verbose // 2]
    for i, line in enumerate(lines[:4], start=1):
        assert line.startswith(f"Iteration {i}, loss = ")


PLATEAU = 0.6


def watch_of(*, excess=None, tol=0.01):
    """One that sees a held-out row with a loss of 0.5 and another one of no weight."""
    split = SimpleNamespace(
        train=SimpleNamespace(plateau=PLATEAU),
        weights=np.array([1.0, 0.0]),
        held_out=SimpleNamespace(row_losses=lambda x: np.array([0.5, 99.0])),
    )
    return _Watch(split, tol, excess)


def state(loss, decrease=np.inf):
    """Where the loss has fallen by that part of itself."""
    recent = [loss * (1 + decrease), *[loss] * WINDOW]
    return SimpleNamespace(x=None, loss=loss, recent_losses=recent)


@pytest.mark.parametrize("loss", [0.1, 0.99 * PLATEAU, 1.01 * PLATEAU, 2.0])
@pytest.mark.parametrize("decrease", [0.0, 0.039, 0.041, 1.0])
def test_a_fit_is_settled_after_it_has_learnt(loss, decrease):
    """By four times `tol`; on the plateau of its start, never."""
    is_settled = watch_of()(state(loss, decrease))
    assert is_settled == (loss < PLATEAU and decrease < 0.04)


def test_few_iterations_are_not_settled():
    """Of which nobody knows what they have gained."""
    young = SimpleNamespace(x=None, loss=0.1, recent_losses=[0.1] * WINDOW)
    assert not watch_of()(young)


def looks(watch, n=1):
    """What the watch says at the next look, and at none of the iterations before."""
    said = [watch(state(1.0)) for _ in range(5 * n)]
    assert not any(said[:-1])
    assert said[-1] == watch.is_lost
    return said[-1]


@pytest.mark.parametrize(
    ("worse_by", "error", "is_lost"),
    [
        ([0.0, 0.5], 0.2, True),  # more than two errors, and 5 % of 0.5
        ([0.0, 0.5], 0.3, False),  # not clear
        ([0.3, 0.32], 0.01, False),  # clear, and hardly risen
        ([0.3, 0.33], 0.01, True),
        ([0.5, 0.3], 0.01, False),  # falls
        ([-0.3, 0.02], 0.005, False),  # only what it is worse by counts
        ([-0.3, 0.03], 0.005, True),
        ([0.4, 0.2, 0.21], 0.01, False),
        ([0.4, 0.2, 0.3], 0.01, True),  # since the lowest
        ([np.nan, 0.3], 0.01, False),
    ],
)
def test_a_fit_is_lost_if_clearly_worse_and_risen(worse_by, error, is_lost):
    """Than the best one's; looked at every five iterations."""
    coming = iter(worse_by)
    watch = watch_of(excess=lambda losses: Estimate(next(coming), error, 1000))
    *before, last = (looks(watch) for _ in worse_by)
    assert not any(before)
    assert last == is_lost


@pytest.mark.parametrize(("n", "is_lost"), [(30, False), (100, True)])
def test_a_fit_is_not_lost_to_one_that_may_lose_a_row(n, is_lost):
    """Of few rows, whose labels the best one was so sure of, that costs more."""
    coming = iter([0.0, 0.5 - 1e-6])
    watch = watch_of(excess=lambda losses: Estimate(next(coming), 0.01, n))
    assert not looks(watch)
    assert looks(watch) == is_lost


def test_fits_are_shown_and_found_as_the_same_network():
    """To the callback in the parameters of the fit, in the end in those of all rows."""
    seen = []
    search = Search(*prepared(*data()), callback=lambda *shown: seen.append(shown))
    train, found = search.held_out.split(0).train, search.found

    def assert_same_network(objective, x, trained):
        ours = objective.public_weights(x, np.float64)
        theirs = train.public_weights(trained.minimum.x, np.float64)
        for one, other in zip(chain(*ours), chain(*theirs), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)

    assert found.fit.minimum.state is None
    assert found.fit.objective is search.objective
    best = search.trained[search.best][0]
    assert_same_network(search.objective, found.fit.minimum.x, best)
    first = search.trained[10.0][0]
    state, objective = seen[len(first.minimum.loss_curve) - 1]
    assert_same_network(objective, state.x, first)
    assert state.loss == first.minimum.loss_curve[-1]


@pytest.mark.parametrize(("n", "largest"), [(30, 0), (120, 2), (99, 1)])
def test_evidence_knows_no_more_than_a_tenth_of_the_samples(n, largest):
    """No larger alpha is tried then, and that is an edge."""
    found = Search(*prepared(*data(n, 1e9)), held_out=NO_PARTS).found
    assert found.path[-1].alpha == pytest.approx(10 ** (largest / 2))
    assert (found.best, found.is_at_edge) == ([(0, largest)], True)


@pytest.mark.parametrize(
    ("gain", "has_learnt"),
    [
        ((0.1, 0.19, 50), True),
        ((0.1, 0.21, 50), False),
        ((0.011, 0.0, 50), True),
        ((0.009, 0.0, 50), False),
        ((0.1, np.inf, 1), True),
        ((-0.1, 0.01, 50), False),
        ((np.nan, np.nan, 0), False),
        ((0.005, 0.001, 5000), True),
        ((0.004, 0.001, 5000), False),
        ((0.005, 0.001, 900), False),
    ],
)
def test_something_is_learnt_if_it_predicts(search, gain, has_learnt):
    """Better than the class frequencies do, by 1 % and more than half the error.

    Or by four errors, to which a row that is lost would add.
    """
    candidate = search.found.candidate._replace(held_out_loss=1.0)
    found = search.found._replace(gain=Estimate(*gain), candidate=candidate)
    assert found.has_learnt() == has_learnt


def test_a_search_on_more_rows_goes_into_the_path(search):
    """Others are as much worse as they were; evidences are those of fewer rows."""
    found = search.found
    best = found.candidate
    same = best._replace(held_out_loss=0.3, log_evidence=-9.0, n_iter=7)
    further = same._replace(alpha=best.alpha / 1e6, held_out_loss=0.2, n_iter=5)
    again = found._replace(candidate=further, path=[same, further])
    path = found.followed_by(again).path
    assert [step.alpha for step in path] == sorted({s.alpha for s in path})
    by_alpha = {step.alpha: step for step in path}
    assert len(by_alpha) == len(found.path) + 1
    assert by_alpha[best.alpha] == best._replace(
        held_out_loss=0.3, n_iter=best.n_iter + 7
    )
    assert found.followed_by(again).candidate == by_alpha[further.alpha]
    assert by_alpha[further.alpha][1] == 0.2
    assert np.isnan(by_alpha[further.alpha][3:5]).all()
    for step in found.path:
        worse_by = step.held_out_loss - best.held_out_loss
        assert by_alpha[step.alpha].held_out_loss == pytest.approx(0.3 + worse_by)


def test_the_first_fit_is_never_lost():
    """There is none to be worse than."""
    watch = watch_of()
    assert not looks(watch, 20)


def test_a_lost_fit_is_worse(search):
    """Fits that were given up are not near the best."""
    lost = [c for c in search.found.path if np.isnan(c.log_evidence)]
    assert lost
    for candidate in lost:
        worse_by = candidate.held_out_loss - search.found.candidate.held_out_loss
        assert worse_by > 0


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_fits_to_parts_are_in_float32(monkeypatch, offset):
    """The best one is handed over in the parameters of all rows, however far away."""
    monkeypatch.setattr(sksoftmax._training.objective, "_FEW_VALUES", 0)
    X, y = data()
    search = Search(*prepared(X + offset, y))
    fits = list(chain.from_iterable(search.trained.values()))
    assert {fit.objective.X.dtype for fit in fits} == {np.dtype(np.float32)}
    found = search.found.fit
    rows = search.held_out.split(0).held_out
    losses = search.objective.on(rows.X, rows.y, rows.weights).row_losses(
        found.minimum.x
    )
    np.testing.assert_allclose(losses, search.losses(search.best)[0], atol=1e-4)


def test_fits_that_are_final_are_in_the_dtype_of_x(monkeypatch):
    """With early stopping a fit of the search is the user's."""
    monkeypatch.setattr(sksoftmax._training.objective, "_FEW_VALUES", 0)
    X, y = data()
    objective, start = prepared(X, y)
    split = Split.of(objective, objective)
    search = Search(
        objective,
        start,
        held_out=HeldOut(1, lambda part: split),
        early_stopping=EarlyStopping(objective, 5, 1e-4),
    )
    fits = chain.from_iterable(search.trained.values())
    assert {fit.objective.X.dtype for fit in fits} == {np.dtype(np.float64)}
