"""Several reads as one call (the batch page of REST 3.0). Writes have no type that fits in here:
the first error is the whole answer, and would hide what had happened before it."""

from collections.abc import Sequence

from bitrix24.client import LIST_SIZE, Client
from bitrix24.envelope import Answer
from bitrix24.learned import NOTHING, Learned
from bitrix24.reading import Got, Read, Value, bad
from bitrix24.webhook import Webhook

MOST = 50


async def read_batch(
    client: Client, webhook: Webhook, reads: Sequence[Read[Value]]
) -> Got[tuple[Value, ...]]:
    """The results in the order of the reads, by 50 in a call. Raises the first PortalError."""
    values: list[Value] = []
    learned: Learned = NOTHING
    for start in range(0, len(reads), MOST):
        part = reads[start : start + MOST]
        commands = [{"method": read.method, "query": read.given} for read in part]
        answer = await client.call(webhook, "batch", commands, size=LIST_SIZE)
        learned = answer.learned
        values += [
            read.result_of(Answer(result, learned))
            for read, result in zip(part, _results(answer, len(part)), strict=True)
        ]
    return Got(tuple(values), learned)


def _results(answer: Answer, number: int) -> list[object]:
    results = answer.result
    if isinstance(results, dict):
        results = list(results.values())
    if not isinstance(results, list) or len(results) != number:
        raise bad(answer)
    return results
