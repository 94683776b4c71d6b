"""Clusters in this process, where what runs on them is covered, too."""

import pytest

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="session")
def local_cluster():
    """Two workers of one thread each."""
    options = {"processes": False, "dashboard_address": ":0"}
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, **options
    ) as cluster:
        yield cluster


@pytest.fixture
def client(local_cluster):
    """The current client, of which nothing is left on the cluster afterwards."""
    with distributed.Client(local_cluster) as client:
        yield client
