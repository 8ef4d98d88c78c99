"""A wrong Dask address, or one without workers, is one sentence within a few seconds."""

import socket

import pytest

from grader.course.classroom.executors import GroundError
from tests.kata.lazily import Lazily

LocalCluster = Lazily("distributed", "LocalCluster")
cluster = Lazily("grader.course.classroom.cluster", "cluster")


def free_port():
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        return there.getsockname()[1]


@pytest.mark.parametrize(
    "address", ["nonsense", "tcp://127.0.0.1", "http://127.0.0.1:8786", "tcp://a b:1", "tcp://x:y"]
)
def test_what_is_no_address_is_said_to_be_none(address):
    with pytest.raises(GroundError, match="is not an address; write SCHEDULER=tcp://host:8786"), cluster(None, address):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid", "[::1]"])
@pytest.mark.timeout(60)
def test_where_nobody_listens_there_is_no_scheduler(host):
    address = f"tcp://{host}:{free_port()}"
    with pytest.raises(GroundError, match=r"There is no Dask scheduler at .*; `make scheduler` starts one"):
        cluster(None, address).__enter__()


@pytest.mark.timeout(90)
def test_a_scheduler_without_workers_is_told_within_seconds():
    with (
        LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address=":0") as empty,
        pytest.raises(GroundError, match=r"has no worker; `make worker SCHEDULER=tcp://"),
        cluster(None, empty.scheduler_address),
    ):
        pass
