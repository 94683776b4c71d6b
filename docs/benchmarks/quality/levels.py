"""Tables with columns of many levels, all by default: log-loss and seconds.

    cd docs/benchmarks
    python -m quality.levels [--jobs 2] [--results FILE] [--only NAME ...]

Generated frames of 8,000 rows, half of them for training: one to four columns of 60 to
1,000 levels, as frequent as each other or as Zipf has it, and five of numbers, three of
which tell of the label by what is no line. Trees that take such columns, and a linear
model, as in `quality.raw`. Three splits; ten minutes on two cores. Goes on where it was
interrupted. `--only` measures some classifiers and leaves the page alone.
"""

import numpy as np
import pandas as pd

from quality.peers import PLAIN
from quality.raw import ENTRIES
from quality.study import command_line
from quality.trees import contest

N_ROWS, N_NUMBERS = 8000, 5
COMPARED = (PLAIN, "CatBoost", "LightGBM", "XGBoost", "LogisticRegression")


def table(n_columns, n_levels, *, strength=1.0, is_zipf=True, is_slope=False):
    """A frame and labels of two classes, to which each level adds by a normal number.

    Or a normal number times a column of numbers, if it `is_slope`.
    """
    random = np.random.default_rng([n_columns, n_levels, is_zipf, is_slope])
    numbers = random.normal(size=(N_ROWS, N_NUMBERS))
    logits = np.sin(2 * numbers[:, 0]) + numbers[:, 1] * numbers[:, 2]
    shares = 1 / np.arange(1, n_levels + 1) if is_zipf else np.ones(n_levels)
    columns = {}
    for i in range(n_columns):
        levels = random.choice(n_levels, size=N_ROWS, p=shares / shares.sum())
        effects = strength * random.normal(size=n_levels)[levels]
        logits += effects * numbers[:, 3] if is_slope else effects
        columns[f"levels {i}"] = pd.Categorical(levels.astype(str))
    columns |= {f"number {j}": values for j, values in enumerate(numbers.T)}
    return pd.DataFrame(columns), random.random(N_ROWS) < 1 / (1 + np.exp(-logits))


def with_identifier():
    """A column of 60 levels, and one with a level for each row."""
    X, y = table(1, 60)
    return X.assign(identifier=pd.Categorical(X.index.astype(str))), y


TABLES = {
    "3 x 60, as frequent": lambda: table(3, 60, is_zipf=False),
    "3 x 200": lambda: table(3, 200),
    "4 x 200, weak": lambda: table(4, 200, strength=0.3),
    "2 x 1,000": lambda: table(2, 1000),
    "2 x 1,000, as frequent": lambda: table(2, 1000, is_zipf=False),
    "2 x 1,000 of noise": lambda: table(2, 1000, strength=0.0),
    "2 x 100, slopes": lambda: table(2, 100, is_slope=True),
    "60, and an identifier": with_identifier,
}


def load(name, folder):
    """One of these tables."""
    X, y = TABLES[name]()
    return X, y.astype(int)


def main():
    """Against who takes such tables, or does behind an encoder."""
    contest(
        command_line(__doc__, "levels.jsonl", "that are not read"),
        {name: ENTRIES[name] for name in COMPARED},
        load,
        {"levels": [*TABLES]},
    )


if __name__ == "__main__":
    main()
