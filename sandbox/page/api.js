// The page's two lines to the sandbox: what a visitor does goes out, every change comes in.

const AGAIN_AFTER = 1000; // milliseconds: the browser's own waits grow longer than a restart takes

/** Does one action. Throws an Error whose message is for the visitor. */
export async function act(action, values) {
  let answer;
  try {
    answer = await fetch(`/sandbox/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(values),
    });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? `The sandbox answered ${answer.status}.`);
  return body;
}

/** Calls `onState` with the whole state at once and after every change, for ever. */
export function follow(onState, onConnection) {
  const source = new EventSource("/sandbox/events");
  source.addEventListener("open", () => onConnection(true));
  source.addEventListener("state", (event) => onState(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    onConnection(false);
    source.close();
    setTimeout(() => follow(onState, onConnection), AGAIN_AFTER);
  });
}
