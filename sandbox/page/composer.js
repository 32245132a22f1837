// Where a person writes: a new text, an answer to a message, or a change of one's own message.
// Each person has their own unsent text. A text that could not be sent comes back.

import { act } from "./api.js";
import { Attachments } from "./attachments.js";
import { snippet } from "./bubble.js";
import { CommandsMenu } from "./commands.js";
import { Drafts } from "./drafts.js";
import { dress } from "./nodes.js";
import { attempt, toast } from "./notes.js";

const LONGEST = 4096; // UTF-16 units of one message: apps split what is longer
const TALLEST = 160; // pixels

const hovers = matchMedia("(hover: hover)"); // elsewhere focus would call up the keyboard
const byId = (id) => document.getElementById(id);

export class Composer {
  constructor() {
    this.field = byId("text");
    this.drafts = new Drafts();
    this.person = null;
    this.queue = Promise.resolve();
    this.menu = new CommandsMenu(this);
    this.attachments = new Attachments(this);
    dress(byId("send"), "send", "Send message");
    dress(byId("about-cancel"), "cross", "Never mind");
    byId("composer").addEventListener("submit", (event) => this.submit(event));
    byId("about-cancel").addEventListener("click", () => this.drop());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("input", () => this.typed());
    if (hovers.matches) this.field.focus();
  }

  /** Shows the person's own draft; `chat` is the chat that they see. */
  update(person, chat, webhook) {
    this.messages = chat?.messages ?? [];
    this.menu.update(person?.commands ?? []);
    this.allow(!person?.blocks_bot);
    if (person && person.id !== this.person) {
      this.drafts.open(webhook, person.id);
      this.person = person.id;
      this.fill(this.draft.text);
    }
    this.refreshAbout();
  }

  /** Nobody writes to a bot that they have blocked. */
  allow(isOpen) {
    const form = byId("composer");
    if (form.hidden === !isOpen) return;
    const hadFocus = form.contains(document.activeElement) || document.activeElement === document.body;
    form.hidden = !isOpen;
    if (hadFocus) (isOpen ? this.field : byId("unblock")).focus();
  }

  get draft() {
    return this.drafts.of(this.person);
  }

  answer(message) {
    if (this.draft.about?.kind === "edit") this.drop();
    this.draft.about = { kind: "reply", message };
    this.refreshAbout();
    this.field.focus();
  }

  edit(message) {
    if (this.draft.about?.kind !== "edit") this.draft.kept = this.field.value;
    this.draft.about = { kind: "edit", message };
    this.fill(message.text);
    this.refreshAbout();
    this.field.focus();
  }

  /** Forgets what is answered or edited; what was typed before an edit comes back. */
  drop() {
    if (this.draft.about?.kind === "edit") this.fill(this.draft.kept);
    this.draft.about = null;
    this.draft.kept = "";
    this.refreshAbout();
    this.field.focus();
  }

  submit(event) {
    event.preventDefault();
    if (!this.field.value.trim() || this.person === null) return;
    this.field.focus();
    this.menu.close();
    const { about } = this.draft;
    if (about?.kind === "edit") return this.sendEdit(this.field.value.trim(), about.message);
    const taken = this.take();
    this.sendText(taken.text, taken.about);
  }

  /** Empties the field: `{text, about}` is what stood there. */
  take() {
    const taken = { text: this.field.value.trim(), about: this.draft.about };
    this.fill("");
    this.draft.about = null;
    this.refreshAbout();
    return taken;
  }

  /** Sends a text at once, such as a command that was tapped. Texts leave in their order. */
  sendText(text, about = null) {
    if (byId("composer").hidden) return toast("Unblock the bot first.");
    const person = this.person;
    if (hovers.matches) this.field.focus();
    this.queue = this.queue.then(async () => {
      for (const [index, piece] of split(text).entries()) {
        const reply = index === 0 ? (about?.message.id ?? null) : null;
        const values = { person, text: piece, reply_to: reply };
        if ((await attempt(() => act("say", values))) === null) return this.bringBack(person, text, about);
      }
    });
  }

  async sendEdit(text, message) {
    const values = { person: this.person, message: message.id, text };
    if (text !== message.text && (await attempt(() => act("edit", values))) === null) return;
    this.drop();
  }

  bringBack(person, text, about) {
    const draft = this.drafts.of(person);
    draft.text = [text, draft.text].filter(Boolean).join("\n");
    draft.about ??= about;
    this.drafts.store();
    if (person !== this.person) return;
    this.fill(draft.text);
    this.refreshAbout();
  }

  fill(text) {
    this.field.value = text;
    this.typed();
  }

  typed() {
    this.draft.text = this.field.value;
    this.drafts.store();
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, TALLEST)}px`;
    this.menu.suggest(this.field.value);
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) this.submit(event);
    else if (event.key === "Escape") this.menu.isOpen ? this.menu.close() : this.drop();
    else if (event.key === "ArrowUp" && this.menu.isOpen) this.menu.enter(event);
    else if (event.key === "ArrowUp" && !this.field.value) this.editLast(event);
  }

  editLast(event) {
    const own = this.messages.filter((message) => !message.by_bot && message.kind === "text");
    if (!own.length) return;
    event.preventDefault();
    this.edit(own.at(-1));
  }

  refreshAbout() {
    this.drafts.store();
    const { about } = this.draft;
    const box = byId("about");
    box.hidden = about === null;
    if (about === null) return;
    const current = this.messages.find((message) => message.id === about.message.id);
    const [title, words] = box.firstElementChild.children;
    title.textContent = about.kind === "edit" ? "Edit" : `Reply to ${about.message.from.name}`;
    words.textContent = current ? snippet(current) : "This message was deleted.";
  }
}

/** Pieces that fit into one message; no character is cut in two. */
function split(text) {
  const pieces = [];
  let rest = text;
  while (rest.length > LONGEST) {
    const last = rest.charCodeAt(LONGEST - 1);
    const cut = last >= 0xd800 && last < 0xdc00 ? LONGEST - 1 : LONGEST;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...pieces, rest].filter((piece) => piece.trim());
}
