"""Faults that only tests of a Bot API's caller need, besides those that every server has."""

from aiohttp import web

from sandbox.faults import Fault, Faults, Run


class TelegramFaults(Faults):
    """The switchboard of the Bot API server."""

    def answer_withheld(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs, so a message is in the chat; no answer comes until this is off."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            answer = await run()
            await fault.over.wait()
            if request.transport is not None:
                request.transport.abort()
            return answer

        return self.add("answer_withheld", act, method, times)

    def broken_json(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs; its answer is a whole HTTP answer with half of the JSON."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            answer = await run()
            whole = answer.text or ""
            half = whole[: len(whole) // 2]
            return web.Response(status=answer.status, text=half, content_type="application/json")

        return self.add("broken_json", act, method, times)
