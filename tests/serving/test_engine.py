"""The hot path: order, isolation, the full queue, the stop."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest

from labels.statement import Statement
from serving.engine import SLICE, Engine
from serving.errors import QueueFullError, WorkerStoppedError


class FakePredictor:
    """Gives each statement its text back; fails on ``poison``; may be held."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.go = threading.Event()
        self.go.set()

    def check_thresholds(self, thresholds: Mapping[str, float] | None) -> None:
        pass

    def score(
        self, statements: Sequence[Statement], thresholds: Mapping[str, float] | None
    ) -> list[str]:
        self.go.wait(10)
        self.batches.append(len(statements))
        if any(s.text == "poison" for s in statements):
            raise RuntimeError("poison")
        return [s.text for s in statements]


def texts(*values: str) -> list[Statement]:
    return [Statement(text=value) for value in values]


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def engine_of(predictor: FakePredictor, capacity: int = 1000) -> Engine:
    return Engine(predictor, capacity)  # type: ignore[arg-type]


def test_each_caller_gets_its_own_in_order() -> None:
    async def scenario() -> None:
        engine = engine_of(FakePredictor())
        wanted = [[f"{caller}-{n}" for n in range(caller * 7)] for caller in range(12)]
        found = await asyncio.gather(*(engine.score(texts(*w)) for w in wanted))
        assert found == wanted
        await engine.stop()

    run(scenario())


def test_what_waits_is_scored_together() -> None:
    async def scenario() -> None:
        predictor = FakePredictor()
        engine = engine_of(predictor)
        predictor.go.clear()
        calls = [asyncio.create_task(engine.score(texts(str(n)))) for n in range(20)]
        await asyncio.sleep(0.05)
        predictor.go.set()
        await asyncio.gather(*calls)
        assert len(predictor.batches) <= 3
        await engine.stop()

    run(scenario())


def test_a_failed_batch_fails_alone() -> None:
    async def scenario() -> None:
        predictor = FakePredictor()
        engine = engine_of(predictor)
        predictor.go.clear()
        calls = [asyncio.create_task(engine.score(texts(t))) for t in ("a", "b", "poison", "c")]
        await asyncio.sleep(0.05)
        predictor.go.set()
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [f for f in found if not isinstance(f, Exception)] == [["a"], ["b"], ["c"]]
        assert isinstance(found[2], RuntimeError)
        assert engine.alive
        assert await engine.score(texts("d")) == ["d"]
        await engine.stop()

    run(scenario())


def test_a_full_queue_refuses_at_once_and_recovers() -> None:
    async def scenario() -> None:
        predictor = FakePredictor()
        engine = engine_of(predictor, capacity=10)
        predictor.go.clear()
        first = asyncio.create_task(engine.score(texts(*"abcdefgh")))
        await asyncio.sleep(0.05)
        with pytest.raises(QueueFullError, match="8 statements wait; the queue holds 10"):
            await engine.score(texts(*"abc"))
        predictor.go.set()
        await first
        assert await engine.score(texts(*"abc")) == ["a", "b", "c"]
        await engine.stop()

    run(scenario())


def test_a_large_request_lets_a_small_one_between_its_slices() -> None:
    async def scenario() -> None:
        engine = engine_of(FakePredictor(), capacity=10_000)
        done: list[str] = []

        async def call(name: str, count: int) -> None:
            await engine.score(texts(*[name] * count))
            done.append(name)

        large = asyncio.create_task(call("large", SLICE * 20))
        await asyncio.sleep(0)
        await asyncio.gather(large, call("small", 1))
        assert done == ["small", "large"]
        await engine.stop()

    run(scenario())


def test_a_caller_that_left_is_not_scored() -> None:
    async def scenario() -> None:
        predictor = FakePredictor()
        engine = engine_of(predictor)
        predictor.go.clear()
        first = asyncio.create_task(engine.score(texts("first")))
        await asyncio.sleep(0.05)
        left = asyncio.create_task(engine.score(texts(*["left"] * 9)))
        await asyncio.sleep(0.05)
        left.cancel()
        predictor.go.set()
        await first
        await engine.score(texts("last"))
        assert sum(predictor.batches) == 2
        await engine.stop()

    run(scenario())


def test_stopping_fails_those_who_wait_and_those_who_come() -> None:
    async def scenario() -> None:
        predictor = FakePredictor()
        engine = engine_of(predictor)
        predictor.go.clear()
        calls = [asyncio.create_task(engine.score(texts(str(n)))) for n in range(3)]
        await asyncio.sleep(0.05)
        late = asyncio.create_task(engine.score(texts("late")))
        await asyncio.sleep(0.05)
        await engine.stop()
        predictor.go.set()
        assert not engine.alive
        for call in (*calls, late):
            with pytest.raises(WorkerStoppedError):
                await asyncio.wait_for(call, 1)
        with pytest.raises(WorkerStoppedError):
            await engine.score(texts("x"))

    run(scenario())
