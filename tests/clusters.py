"""What tests on clusters share."""

import time


def keys_of(client):
    """Of all tasks that the scheduler knows."""
    found = client.run_on_scheduler(lambda dask_scheduler: [*dask_scheduler.tasks])
    return sorted(map(str, found))


def is_left(client, expected=(), seconds=10):
    """What else than that the cluster keeps; it is told to forget, and does so soon."""
    until = time.monotonic() + seconds
    while keys_of(client) != sorted(map(str, expected)) and time.monotonic() < until:
        time.sleep(0.01)
    return [key for key in keys_of(client) if key not in [*map(str, expected)]]
