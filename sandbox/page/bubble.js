// One message of the chat: quote of what it answers, text, time, actions, inline buttons.

import { clock, iconButton, make, setText } from "./nodes.js";
import { toast } from "./notes.js";
import { press } from "./presses.js";
import { richText } from "./rich_text.js";

const KINDS = {
  photo: ["🖼️", "Photo"],
  document: ["📄", "File scan.pdf"],
  sticker: ["👍", "Sticker"],
  voice: ["🎤", "Voice message, 0:03"],
  location: ["📍", "Location"],
  contact: ["👤", "Contact Sam"],
  dice: ["🎲", "Dice"],
};

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/; // then the time has a line of its own

/** The first words of a message, for a quote of it. */
export function snippet(message) {
  return message.text.replace(/\s+/g, " ").slice(0, 120) || KINDS[message.kind]?.[1] || "Message";
}

/** `context`: chat, person, find(id), command(text), reply(message), edit(message), remove(message). */
export function createBubble(message, context) {
  const side = message.by_bot ? "theirs" : "mine";
  const parts = {
    text: make("div", { class: "text", dir: "auto", "data-testid": "text" }),
    meta: make("p", { class: "meta" }),
    keyboard: make("div", { class: "keyboard", "data-testid": "keyboard" }),
    head: make("div", { class: "head" }),
  };
  const bubble = make("div", { class: "bubble" }, parts.head, parts.text, parts.meta);
  const card = make("div", { class: "card" }, bubble, parts.keyboard);
  const node = make(
    "li",
    { class: `message ${side}`, "data-testid": "message", "data-id": message.id, tabindex: -1 },
    card,
    actions(message, context, side),
  );
  node.dataset.by = message.by_bot ? "bot" : "person";
  node.parts = parts;
  node.opened = new Set();
  return node;
}

/** `place`: whether it is the first and the last of those that one side said in a row. */
export function updateBubble(node, message, context, place) {
  const { text, meta, head, keyboard } = node.parts;
  node.message = message;
  node.classList.toggle("first", place.first);
  node.classList.toggle("last", place.last);
  const shown = JSON.stringify([message.text, message.entities, message.edited]);
  if (node.shown !== shown) {
    node.shown = shown;
    const opened = { opened: node.opened, command: context.command };
    text.replaceChildren(...richText(message.text, message.entities, opened));
    text.hidden = !message.text;
    meta.replaceChildren(...(message.edited ? ["edited "] : []), clock(message.date));
    text.dataset.time = meta.textContent;
    text.parentNode.classList.toggle("beside", Boolean(message.text) && !RIGHT_TO_LEFT.test(message.text));
    node.setAttribute("aria-label", `${message.from.name}, ${meta.textContent}: ${snippet(message)}`);
  }
  updateHead(head, message, context);
  updateKeyboard(node, keyboard, message, context);
}

function actions(message, context, side) {
  const current = (action) => (event) => action(event.currentTarget.closest(".message").message);
  const box = make("div", { class: "actions" });
  box.append(iconButton("reply", "Reply to this message", current(context.reply)));
  if (side === "mine" && message.kind === "text" && !message.forwarded)
    box.append(iconButton("edit", "Edit this message", current(context.edit)));
  if (side === "mine") box.append(iconButton("delete", "Delete this message", current(context.remove)));
  return box;
}

function updateHead(head, message, context) {
  const target = message.reply_to === null ? null : context.find(message.reply_to);
  const who = target ? target.from.name : "Deleted message";
  const shown = JSON.stringify([message.reply_to, target && snippet(target), message.kind]);
  if (head.shown === shown) return;
  head.shown = shown;
  head.replaceChildren();
  if (message.forwarded) head.append(make("p", { class: "forwarded", text: "Forwarded message" }));
  if (message.reply_to !== null) head.append(quoteOf(message.reply_to, who, target, context));
  if (message.kind !== "text") head.append(contentOf(message.kind));
}

function contentOf(kind) {
  const [sign, name] = KINDS[kind];
  return make("p", { class: `kind ${kind}` }, make("span", { text: sign, "aria-hidden": "true" }), make("span", { text: name }));
}

function quoteOf(id, who, target, context) {
  const words = make("span", { dir: "auto", text: target ? snippet(target) : "" });
  const lines = [make("strong", { dir: "auto", text: who }), words];
  const label = `Answers ${who}. Show that message`;
  const click = () => context.show(id);
  const button = { type: "button", class: "quote", "aria-label": label, on: { click } };
  return make("button", button, ...lines);
}

/** Buttons keep their nodes by place, so that focus stays where it was after an edit. */
function updateKeyboard(node, keyboard, message, context) {
  const shown = JSON.stringify(message.keyboard);
  if (keyboard.shown === shown) return;
  keyboard.shown = shown;
  const focused = keyboard.contains(document.activeElement);
  while (keyboard.children.length > message.keyboard.length) keyboard.lastChild.remove();
  message.keyboard.forEach((buttons, index) => {
    const row = keyboard.children[index] ?? keyboard.appendChild(make("div", { class: "row" }));
    updateRow(row, buttons, { person: context.person, chat: context.chat, message: message.id });
  });
  if (focused && !keyboard.contains(document.activeElement)) node.focus({ preventScroll: true });
}

function updateRow(row, buttons, place) {
  while (row.children.length > buttons.length) row.lastChild.remove();
  buttons.forEach((button, index) => {
    let node = row.children[index];
    const tag = button.url ? "A" : "BUTTON";
    if (node?.tagName !== tag) {
      const made = tag === "A" ? linkButton() : pressButton();
      if (node) node.replaceWith(made);
      else row.append(made);
      node = made;
    }
    if (node.button && JSON.stringify(node.button) !== JSON.stringify(button)) node.ariaBusy = null;
    node.button = button;
    node.place = place;
    setText(node, button.text);
    if (button.url) node.href = button.url;
  });
}

function linkButton() {
  return make("a", { target: "_blank", rel: "noopener noreferrer" });
}

function pressButton() {
  const node = make("button", { type: "button" });
  node.addEventListener("click", () => choose(node));
  return node;
}

async function choose(node) {
  const { button, place } = node;
  if (button.callback_data) await press(node, button, place);
  else if (button.copy_text) {
    await navigator.clipboard.writeText(button.copy_text.text);
    toast("Copied.");
  } else toast("This kind of button does nothing in the sandbox.");
}
