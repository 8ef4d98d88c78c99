"""Grading on a Dask cluster: each of its workers is examined and given the course, then it is an executor like others.

A worker that comes later, or again, is given the course before it grades. What a lost worker had not finished is
graded by another; that is Dask's own doing, and each submission has one result.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace

from distributed import Client, WorkerPlugin
from distributed import TimeoutError as TooLateError  # asyncio's own before Python 3.11

from grader.course.classroom.executors import (
    Ground,
    GroundError,
    Order,
    forget,
    kata,
    pack,
    receive,
    refusal,
    sentence_of,
)
from grader.course.grading.grading import Course

CONNECT, APPEAR = 3, 5  # seconds: the scheduler's to answer, a first worker's to be there

ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?P<host>[^\s/:\[\]]+|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})")
LOGGERS = re.compile(r"distributed(\.|$)")


class Delivery(WorkerPlugin):  # type: ignore[misc]
    """Gives the course to every worker that there is and to those to come."""

    def __init__(self, order: Order, packed: bytes) -> None:
        self.name = f"minigrad-{order.course}"
        self.order, self.packed = order, packed

    def setup(self, worker: object) -> None:  # noqa: ARG002 - Dask's interface
        receive(self.order, self.packed)

    def teardown(self, worker: object) -> None:  # noqa: ARG002
        forget(self.order)


@contextmanager
def cluster(course: Course, scheduler: str, *, weak: bool = False) -> Iterator[Ground]:
    """The workers of a scheduler such as tcp://host:8786. Raises GroundError where one of them must not grade."""
    for name in filter(LOGGERS.match, logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said in a sentence
    anywhere, packed = pack(course)
    order = replace(anywhere, kata=kata(), weak=weak)
    with _connected(scheduler) as client:
        _examine(client, order)
        delivery = Delivery(order, packed)
        client.register_plugin(delivery)
        try:
            yield Ground(client.get_executor(pure=False), order)
        finally:
            if client.status == "running":  # it is not where the scheduler was lost
                client.unregister_worker_plugin(delivery.name)


def _connected(scheduler: str) -> Client:
    address = ADDRESS.fullmatch(scheduler)
    if not address:
        raise GroundError(f"SCHEDULER={scheduler} is not an address; write SCHEDULER=tcp://host:8786.")
    try:
        _knock(address["host"].strip("[]"), int(address["port"]))
        client = Client(scheduler, timeout=CONNECT, set_as_default=False)
    except Exception:  # noqa: BLE001 - which of many depends on what answers there, if anything does
        raise GroundError(f"There is no Dask scheduler at {scheduler}; `make scheduler` starts one.") from None
    try:
        client.wait_for_workers(1, timeout=APPEAR)
    except TooLateError:
        client.close()
        raise GroundError(
            f"The scheduler at {scheduler} has no worker; `make worker SCHEDULER={scheduler}` starts some."
        ) from None
    return client


def _knock(host: str, port: int) -> None:
    """Raises OSError or TimeoutError where nobody listens, in time also where the name of the host takes long."""
    knocked: Future[None] = Future()

    def run() -> None:
        try:
            socket.create_connection((host, port), timeout=CONNECT).close()
            knocked.set_result(None)
        except Exception as error:  # noqa: BLE001 - handed on
            knocked.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    knocked.result(timeout=CONNECT)


def _examine(client: Client, order: Order) -> None:
    """Raises GroundError for the first worker that must not grade."""
    for worker, why in client.run(refusal, order, on_error="return").items():
        if isinstance(why, Exception):
            what = sentence_of(why)
            raise GroundError(f"The worker {worker} cannot run this kata ({what}); `make worker` starts one that can.")
        if why:
            raise GroundError(f"The worker {worker} {why}")
