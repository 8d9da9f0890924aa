"""The hot path of the service: one task owns the queue, one thread the model.

There is no timer: while the thread scores, statements of other requests gather, and the next batch
takes what is there.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from labels.statement import Statement
from models.predictor import Predictor, Result
from serving.errors import QueueFullError, WorkerStoppedError

# A large request goes in by slices, so that a small one waits for a slice and not for all of it.
SLICE = 64
BATCH = 256


@dataclass(frozen=True)
class _Job:
    statements: Sequence[Statement]
    thresholds: Mapping[str, float] | None
    done: asyncio.Future[list[Result]]


class Engine:
    """Scores statements of many requests with one predictor."""

    def __init__(self, predictor: Predictor, capacity: int) -> None:
        self.predictor = predictor
        self._capacity = capacity
        self._admitted = 0
        self._jobs: deque[_Job] = deque()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "score")
        self._running: list[_Job] = []
        self._task = asyncio.create_task(self._work())
        self._task.add_done_callback(self._fail_waiting)

    @property
    def alive(self) -> bool:
        """Whether statements are being scored."""
        return not self._task.done()

    async def score(
        self,
        statements: Sequence[Statement],
        thresholds: Mapping[str, float] | None = None,
        *,
        wait: bool = False,
    ) -> list[Result]:
        """Results in order. With ``wait`` a full queue is waited for: a stream already begun.

        Raises:
            ThresholdError: a threshold is for no label or not in [0, 1].
            QueueFullError: the statements that wait and these are more than the queue holds.
            WorkerStoppedError: the service is stopping.
        """
        self.predictor.check_thresholds(thresholds)
        if not wait:
            self.check_room(len(statements))
        self._admitted += len(statements)
        try:
            found: list[Result] = []
            for start in range(0, len(statements), SLICE):
                found += await self._submit(statements[start : start + SLICE], thresholds)
            return found
        finally:
            self._admitted -= len(statements)

    def check_room(self, statements: int = 1) -> None:
        """Raises:
        QueueFullError: that many more statements do not fit into the queue.
        """
        if self._admitted + statements > self._capacity:
            raise QueueFullError(
                f"{self._admitted} statements wait; the queue holds {self._capacity}"
            )

    async def stop(self) -> None:
        """End the task and fail what still waits."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _fail_waiting(self, _task: asyncio.Task[None]) -> None:
        """Nobody waits for a task that has ended, whatever ended it."""
        for job in (*self._running, *self._jobs):
            if not job.done.done():
                job.done.set_exception(WorkerStoppedError("scoring has stopped"))
        self._jobs.clear()

    async def _submit(
        self, statements: Sequence[Statement], thresholds: Mapping[str, float] | None
    ) -> list[Result]:
        if not self.alive:
            raise WorkerStoppedError("scoring has stopped")
        job = _Job(statements, thresholds, asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self._wake.set()
        return await job.done

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while jobs := self._take():
                self._running = jobs
                await self._run(jobs)

    def _take(self) -> list[_Job]:
        """Jobs of up to ``BATCH`` statements with equal thresholds; abandoned ones are dropped."""
        taken: list[_Job] = []
        size = 0
        while self._jobs and size < BATCH:
            job = self._jobs[0]
            if taken and job.thresholds != taken[0].thresholds:
                break
            self._jobs.popleft()
            if not job.done.done():
                taken.append(job)
                size += len(job.statements)
        return taken

    async def _run(self, jobs: list[_Job]) -> None:
        loop = asyncio.get_running_loop()
        statements = [statement for job in jobs for statement in job.statements]
        score = self.predictor.score
        try:
            found = await loop.run_in_executor(self._thread, score, statements, jobs[0].thresholds)
        except Exception as error:  # noqa: BLE001  (whatever it is, it belongs to its callers alone)
            if len(jobs) > 1:
                for job in jobs:
                    await self._run([job])
            elif not jobs[0].done.done():
                jobs[0].done.set_exception(error)
            return
        results = iter(found)
        for job in jobs:
            own = [next(results) for _ in job.statements]
            if not job.done.done():
                job.done.set_result(own)
