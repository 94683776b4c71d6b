"""Where does the default fail?

    cd docs/benchmarks
    python -m quality.stress [--jobs 2] [--results FILE] [--small] [--groups GROUP ...]

Generated problems of 60 to 100,000 rows and 2 to 200 classes (`stress_problems.py`),
each with a large test sample of the same law. The default is compared with the alpha
that is best on the test sample, with other classifiers' defaults and with the class
frequencies; on patterns that look like chance, with cross-validation. Twenty minutes on
two cores; goes on where it was interrupted. `--small` and `--groups` do a part of it
and leave the page alone; the small one takes a minute.
"""

import argparse
from pathlib import Path

from joblib import delayed
from report import publish

from quality import stress_tables
from quality.classifiers import available
from quality.stress_fits import ALL, ALPHAS, AUTO, CV, PEERS, attempt, method
from quality.stress_problems import GROUPS, PATTERNS, SMALL
from quality.study import Task, resume

ACCURACY = "accuracy"  # the group that is compared with cross-validation
SLOWEST = "CatBoost"  # half of the small form's time, so that it goes without


def planned(groups, names, n_seeds):
    """Group, problem, seed and network of all that is compared with every alpha."""
    return [
        (group, name, seed, network)
        for group in groups
        for name, problem in GROUPS.get(group, {}).items()
        if name in names
        for seed in range(min(n_seeds, problem.n_seeds))
        for network in problem.networks
    ]


def tasks_of(cases, patterns, peers):
    """All fits, those to the most rows first: nobody waits for them in the end."""
    tasks = [
        Task(name, seed, fit)
        for _, name, seed, network in cases
        for fit in (method(ALPHAS, network), method(AUTO, network), *peers)
    ]
    tasks += [
        Task(name, seed, fit)
        for name, seeds in patterns.items()
        for seed in seeds
        for fit in (CV, AUTO)
    ]
    return sorted(dict.fromkeys(tasks), key=lambda task: -ALL[task.data].n)


def main():
    """Measure and fill the page."""
    groups = [*GROUPS, ACCURACY]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--results", type=Path, default=Path("stress.jsonl"))
    parser.add_argument("--small", action="store_true", help="a minute, and no page")
    parser.add_argument("--groups", nargs="+", choices=groups, default=groups)
    options = parser.parse_args()
    names, n_seeds = (SMALL, 2) if options.small else (ALL, 5)
    cases = planned(options.groups, names, n_seeds)
    patterns = {
        name: range(min(n_seeds, problem.n_seeds))
        for name, problem in PATTERNS.items()
        if name in names and ACCURACY in options.groups
    }
    peers = available(PEERS)
    if options.small:
        peers.pop(SLOWEST, None)
    tasks = tasks_of(cases, patterns, peers)
    results = resume(tasks, delayed(attempt), options.results, options.jobs)
    results = {task: results[task] for task in tasks}
    parts = {}
    if cases:
        parts["stress"] = stress_tables.comparison(results, cases, [*peers])
    if patterns:
        parts["stress_accuracy"] = stress_tables.by_pattern(results, patterns)
    for name, texts in parts.items():
        if options.small or options.groups != groups:
            print("\n" + "\n\n".join(texts))
        else:
            publish(name, *texts, page="quality/README.md")


if __name__ == "__main__":
    main()
