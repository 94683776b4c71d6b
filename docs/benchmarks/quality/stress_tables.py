"""What `quality.stress` found, in tables, and the targets that it is held against."""

from collections import Counter
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from report import installed, table

from quality.stress_fits import ALPHAS, AUTO, CV, FREQUENCIES, PEERS, label, method
from quality.stress_problems import FAMILIES, GROUPS, PROBLEMS
from quality.study import Task

# The targets: of ratios of log-losses, and of a difference of accuracies.
MEAN_TO_ALPHA, MOST_TO_ALPHA, MOST_TO_FREQUENCIES = 1.05, 1.25, 1.02
MOST_TO_FEWER_ROWS, MOST_LOST_ACCURACY = 1.02, 0.03
FAR_FROM_PEER = 1.1  # no target, but worth a line
# What is called constant: no probability has a larger standard deviation.
CONSTANT = 0.01


class Verdict(NamedTuple):
    """What was found for a network, a problem and a seed.

    Attributes
    ----------
    group, problem : str
    seed : int
    network : dict
    auto : dict
        Results of the default, or its "error".
    best : dict
        Those of the best alpha.
    peers : dict of dict
        Those of the peers that were fitted.
    frequencies : float
        Log-loss of the class frequencies.
    """

    group: str
    problem: str
    seed: int
    network: dict[str, Any]
    auto: dict
    best: dict
    peers: dict[str, dict]
    frequencies: float

    @property
    def name(self):
        """For tables."""
        seed = f"seed {self.seed}" if self.seed else ""
        return ", ".join(filter(None, [self.problem, label(self.network), seed]))

    def of_default(self, quantity):
        """Not a number where it failed."""
        return self.auto.get(quantity, np.nan)

    @property
    def loss(self):
        """Log-loss of the default."""
        return self.of_default("log_loss")

    @property
    def best_peer(self):
        """Its name."""
        return min(self.peers, key=lambda name: self.peers[name]["log_loss"])

    @property
    def to_alpha(self):
        """Log-loss over that of the best alpha."""
        return self.loss / self.best["log_loss"]

    @property
    def to_peer(self):
        """Log-loss over that of the best peer."""
        return self.loss / self.peers[self.best_peer]["log_loss"]

    @property
    def to_frequencies(self):
        """Log-loss over that of the class frequencies."""
        return self.loss / self.frequencies

    @property
    def warned(self):
        """A cell."""
        return "yes" if self.auto.get("warned") else "no"


def comparison(results, cases, peers):
    """All tables of the cases (group, problem, seed, network)."""
    verdicts = [judge(results, *case, peers) for case in cases]
    peers = [name for name in peers if name != FREQUENCIES]
    parts = [
        summary(verdicts, results),
        misses(verdicts),
        complaints(verdicts),
        by_family(verdicts),
        ranking_with_weights(verdicts),
        against_peers(verdicts, peers),
        lost_to_peers(verdicts),
        by_case(verdicts),
        by_peer(verdicts, peers),
        not_tried(results),
        ", ".join(
            f"{PEERS[p].requires} {installed(PEERS[p].requires)}"
            for p in peers
            if PEERS[p].requires
        ),
    ]
    return [part for part in parts if part]


def judge(results, group, problem, seed, network, peers):
    """The verdict on one case."""
    tried = results[Task(problem, seed, method(ALPHAS, network))]
    if "error" in tried:
        raise SystemExit(f"{problem}, a number for alpha: {tried['error']}")
    others = {peer: results[Task(problem, seed, peer)] for peer in peers}
    frequencies = others.pop(FREQUENCIES)["log_loss"]
    return Verdict(
        group,
        problem,
        seed,
        network,
        auto=results[Task(problem, seed, method(AUTO, network))],
        best=min(tried["tried"], key=lambda found: found["log_loss"]),
        peers={name: found for name, found in others.items() if "error" not in found},
        frequencies=frequencies,
    )


def geometric_mean(ratios):
    """Of a sequence."""
    return np.exp(np.mean(np.log(ratios)))


def mean_and_largest(ratios):
    """A cell."""
    return f"{geometric_mean(ratios):.3f} ({np.max(ratios):.2f})"


def summary(verdicts, results):
    """A row for each group, and one for all."""
    minutes = Counter()
    for task, found in results.items():
        if task.method != CV:
            minutes[task.data] += found["cpu"] / 60

    def row(name, chosen):
        return [
            name,
            len(chosen),
            mean_and_largest([v.to_alpha for v in chosen]),
            mean_and_largest([v.to_peer for v in chosen]),
            f"{np.max([v.to_frequencies for v in chosen]):.2f}",
            f"{sum(v.of_default('seconds') for v in chosen):.0f}",
            f"{sum(v.best['seconds'] for v in chosen):.0f}",
            f"{sum(minutes[name] for name in {v.problem for v in chosen}):.1f}",
        ]

    rows = [
        row(group, [v for v in verdicts if v.group == group])
        for group in dict.fromkeys(v.group for v in verdicts)
    ]
    header = [
        "group",
        "cases",
        "default / best alpha: geometric mean (largest)",
        "/ best peer",
        "/ class frequencies: largest",
        "s",
        "s with the best alpha alone",
        "minutes of one core for all fits",
    ]
    return table(header, [*rows, row("all", verdicts)])


def misses(verdicts):
    """Where a target is missed; what failed misses all."""
    found = [
        (v.name, what, getattr(v, ratio), most, v.warned)
        for what, ratio, most in (
            ("/ best alpha", "to_alpha", MOST_TO_ALPHA),
            ("/ class frequencies", "to_frequencies", MOST_TO_FREQUENCIES),
        )
        for v in verdicts
    ]
    found += [
        (family, "/ fewer rows", ratio, MOST_TO_FEWER_ROWS, "")
        for family, _, _, (ratio, _) in nested(verdicts)
    ]
    mean = geometric_mean([v.to_alpha for v in verdicts])
    found.append(("geometric mean", "/ best alpha", mean, MEAN_TO_ALPHA, ""))
    rows = [
        [name, what, f"{ratio:.2f}", most, warned]
        for name, what, ratio, most, warned in sorted(found, key=lambda row: -row[2])
        if not ratio <= most
    ]
    if not rows:
        return "No target is missed."
    header = ["case", "what", "ratio", "target", "the classifier warned"]
    return f"{len(rows)} of {len(found)} targets are missed:\n\n" + table(header, rows)


def complaints(verdicts):
    """What the classifier said, and where."""
    said = {}
    for v in verdicts:
        for message in v.auto.get("warned", [v.auto.get("error")]):
            said.setdefault(message.split(". ")[0], []).append(v.name)
    if not said:
        return "The classifier warned nowhere."
    lines = [f"- {message}: {'; '.join(names)}" for message, names in said.items()]
    return "What the classifier warned of:\n\n" + "\n".join(lines)


def nested(verdicts):
    """Rows, log-losses and their largest ratio to that of fewer rows, by family.

    Both of the default and of the best alpha.
    """
    found = {v.problem: v for v in verdicts if not v.seed and not v.network}
    for family, members in FAMILIES.items():
        chosen = [found[name] for name in members if name in found]
        if len(chosen) > 1:
            losses = [v.loss for v in chosen], [v.best["log_loss"] for v in chosen]
            ratios = [max(b / a for a, b in pairwise(steps)) for steps in losses]
            yield family, [PROBLEMS[v.problem].n for v in chosen], losses, ratios


def by_family(verdicts):
    """A row for each family."""
    rows = [
        [
            family,
            ", ".join(f"{n:,}" for n in sizes),
            *(", ".join(f"{loss:.4f}" for loss in steps) for steps in losses),
            *(f"{ratio:.2f}" for ratio in ratios),
        ]
        for family, sizes, losses, ratios in nested(verdicts)
    ]
    header = [
        "nested data",
        "rows",
        "log-loss",
        "with the best alpha",
        "largest / that of fewer rows",
        "with the best alpha",
    ]
    return table(header, rows) if rows else ""


def ranking_with_weights(verdicts):
    """AUC where classes or rows have weights."""
    rows = [
        [
            v.name,
            f"{v.of_default('auc'):.3f}",
            f"{v.best['auc']:.3f}",
            "{:.3f} ({})".format(*max((f["auc"], k) for k, f in v.peers.items())),
        ]
        for v in verdicts
        if v.problem in GROUPS["weights"]
    ]
    header = ["AUC", "default", "best alpha", "best peer"]
    return table(header, rows) if rows else ""


def against_peers(verdicts, peers):
    """How far each peer is from the default, and how often behind it."""
    rows = []
    for name in peers:
        both = [v for v in verdicts if name in v.peers and not v.network]
        if not both:
            continue
        ratios = np.array([v.peers[name]["log_loss"] / v.loss for v in both])
        rows.append(
            [
                name,
                f"{geometric_mean(ratios):.2f}",
                f"{np.sum(ratios > 1)} of {len(both)}",
                f"{ratios.min():.2f} ({both[ratios.argmin()].name})",
                f"{sum(v.peers[name]['seconds'] for v in both):.0f}",
                f"{sum(v.of_default('seconds') for v in both):.0f}",
            ]
        )
    header = [
        "peer",
        "log-loss / default's: geometric mean",
        "default is better",
        "smallest",
        "s",
        "default's s",
    ]
    return table(header, rows)


def lost_to_peers(verdicts):
    """Where the best peer is clearly better."""
    lost = [v for v in verdicts if v.to_peer > FAR_FROM_PEER]
    rows = [
        [
            v.name,
            f"{v.to_peer:.2f}",
            v.best_peer,
            f"{v.peers[v.best_peer]['log_loss']:.4f}",
            f"{v.loss:.4f}",
            f"{v.best['log_loss']:.4f}",
        ]
        for v in sorted(lost, key=lambda v: -v.to_peer)
    ]
    if not rows:
        return f"Nowhere is the default above {FAR_FROM_PEER} times the best peer."
    header = ["case", "ratio", "peer", "its log-loss", "default's", "best alpha's"]
    return (
        f"Where the default is above {FAR_FROM_PEER} times the best peer:\n\n"
        + table(header, rows)
    )


def by_case(verdicts):
    """A row for each case."""
    rows = [
        [
            v.name,
            f"{v.loss:.4f}",
            f"{v.to_alpha:.2f}",
            f"{v.to_peer:.2f} ({v.best_peer})",
            f"{v.to_frequencies:.2f}",
            f"{v.of_default('alpha'):.3g}",
            f"{v.best['alpha']:.3g}",
            f"{v.of_default('accuracy'):.3f}",
            f"{v.best['accuracy']:.3f}",
            f"{v.of_default('seconds'):.1f}",
            f"{v.of_default('seconds') / v.best['seconds']:.1f}",
            v.warned,
        ]
        for v in verdicts
    ]
    header = [
        "case",
        "log-loss",
        "/ best alpha",
        "/ best peer",
        "/ class frequencies",
        "alpha",
        "best alpha",
        "accuracy",
        "with the best alpha",
        "s",
        "/ s with the best alpha",
        "warned",
    ]
    return table(header, rows)


def by_peer(verdicts, peers):
    """Log-loss of everybody, the best in bold."""
    rows = []
    for v in verdicts:
        if v.network:
            continue
        losses = {name: found["log_loss"] for name, found in v.peers.items()}
        best = min(v.loss, *losses.values())
        cells = [
            "n/a"
            if loss is None
            else f"**{loss:.3f}**"
            if loss == best
            else f"{loss:.3f}"
            for loss in (v.loss, *map(losses.get, peers))
        ]
        rows.append([v.name, *cells, f"{v.frequencies:.3f}"])
    return table(["log-loss", "default", *peers, FREQUENCIES], rows)


def not_tried(results):
    """Why a peer has no result, and on how many data."""
    reasons = Counter(
        f"- {task.method}: {found['error']}"
        for task, found in results.items()
        if task.method in PEERS and "error" in found
    )
    if not reasons:
        return ""
    lines = [f"{reason} ({count})" for reason, count in reasons.items()]
    return "n/a, and on how many data:\n\n" + "\n".join(lines)


def by_pattern(results, patterns):
    """Accuracy beside that of cross-validation, and how often one is constant."""
    rows, missed = [], []
    for name, seeds in patterns.items():
        ours, cv = (
            [results[Task(name, seed, fit)] for seed in seeds] for fit in (AUTO, CV)
        )
        accuracies = np.array(
            [[found.get("accuracy", 0) for found in fits] for fits in (ours, cv)]
        )
        constant = np.array(
            [
                [found.get("spread", 0) <= CONSTANT for found in fits]
                for fits in (ours, cv)
            ]
        )
        means, lost = accuracies.mean(axis=1), accuracies[1] - accuracies[0]
        asleep = np.sum(constant[0] & ~constant[1])
        if lost.mean() > MOST_LOST_ACCURACY or asleep:
            missed.append(name)
        rows.append(
            [
                name,
                *(f"{mean:.3f}" for mean in means),
                f"{lost.max():.3f}",
                *constant.sum(axis=1),
                asleep,
                *(
                    f"{sum(f.get('seconds', 0) for f in fits):.1f}"
                    for fits in (ours, cv)
                ),
            ]
        )
    header = [
        "pattern",
        "accuracy",
        "of cross-validation",
        "most that is lost",
        "constant",
        "cross-validation constant",
        "only the default constant",
        "s",
        "s of cross-validation",
    ]
    sentence = (
        f"More than {MOST_LOST_ACCURACY} behind in the mean over seeds, or constant "
        f"where cross-validation is not: {'; '.join(missed) or 'none'}."
    )
    return [table(header, rows), sentence]
