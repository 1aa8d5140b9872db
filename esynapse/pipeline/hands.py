"""Threads that write what another thread makes, so that neither waits long for the other."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

Job = Callable[[], object]


class Hands:
    """A few threads and a short queue; the caller that finds the queue full does the job itself.

    So memory is bounded, and on two cores both work all the time, whatever the share of each job.

    Args:
        threads: how many; fewer than 1 count as 1.
    """

    def __init__(self, threads: int) -> None:
        self._most = max(threads, 1) + 1
        self._pool = ThreadPoolExecutor(self._most - 1)
        self._pending: list[tuple[Future[object], Job]] = []

    def do(self, job: Job) -> None:
        """Have ``job`` done, now or soon.

        Raises:
            Exception: what an earlier job raised.
        """
        waiting = []
        for future, given in self._pending:
            if future.done():
                future.result()
            else:
                waiting.append((future, given))
        self._pending = waiting
        if len(self._pending) < self._most:
            self._pending.append((self._pool.submit(job), job))
        else:
            job()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Help to finish the jobs, or drop those not begun if there was an error."""
        try:
            while self._pending and error is None:
                future, job = self._pending.pop()
                if future.cancel():
                    job()
                else:
                    future.result()
        finally:
            self._pool.shutdown(cancel_futures=True)
