// Inline buttons that were pressed: they wait until the bot answers, whose words are then shown.

import { act } from "./api.js";
import { alertBox, attempt, toast } from "./notes.js";

const PATIENCE = 15000; // milliseconds: Telegram's own apps stop waiting too

const waiting = new Map(); // press id -> the button's node
const said = new Set();
let presses = null;

/** Presses a callback button as `person`; `place` is `{person, chat, message}`. */
export async function press(node, button, place) {
  if (node.ariaBusy === "true") return;
  node.ariaBusy = "true";
  const values = { ...place, data: button.callback_data, label: button.text };
  const made = await attempt(() => act("press", values));
  if (made === null) {
    node.ariaBusy = null;
    return;
  }
  waiting.set(made.press, node);
  setTimeout(() => release(made.press), PATIENCE);
  settle();
}

/** Takes the presses of a new state. Those answered before the page was opened stay silent. */
export function updatePresses(now) {
  if (presses === null) now.filter((each) => each.answered).forEach((each) => said.add(each.id));
  presses = now;
  settle();
}

function settle() {
  for (const each of presses ?? []) {
    if (!each.answered || !waiting.has(each.id)) continue;
    release(each.id);
    if (said.has(each.id) || !each.toast) continue;
    said.add(each.id);
    if (each.alert) alertBox(each.toast);
    else toast(each.toast);
  }
}

function release(id) {
  const node = waiting.get(id);
  waiting.delete(id);
  if (node && ![...waiting.values()].includes(node)) node.ariaBusy = null;
}
