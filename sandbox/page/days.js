// What stands between messages (a new day, the first unread one), and which of them are one run:
// messages of one side that follow each other soon are drawn close together.

import { dayName, make, setText } from "./nodes.js";

const ONE_RUN = 300; // seconds between messages that still belong together

/** `{key, message, first, last}` for messages, `{key, line, text}` for what stands between. */
export function arrange(messages, unreadFrom) {
  const shown = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const newDay = !before || dayOf(before) !== dayOf(message);
    const isUnread = message.id === unreadFrom;
    if (newDay) shown.push({ key: `day ${dayOf(message)}`, line: "day", text: dayName(message.date) });
    if (isUnread) shown.push({ key: "unread", line: "unread", text: "Unread messages" });
    const first = newDay || isUnread || !together(before, message);
    shown.push({ key: message.id, message, first });
  });
  shown.forEach((each, index) => {
    if (each.message) each.last = !shown[index + 1]?.message || shown[index + 1].first;
  });
  return shown;
}

export function createLine({ line }) {
  return make("li", { class: `line ${line}`, "data-testid": `${line}-line` }, make("span"));
}

export function updateLine(node, { text }) {
  setText(node.firstChild, text);
}

function together(one, next) {
  return one.by_bot === next.by_bot && next.date - one.date < ONE_RUN;
}

function dayOf(message) {
  return new Date(message.date * 1000).toDateString();
}
