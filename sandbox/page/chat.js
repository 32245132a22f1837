// The messages of the chat that is looked at. The list stays at its end unless the reader has
// scrolled up; then a button says that something came.

import { act } from "./api.js";
import { createBubble, updateBubble } from "./bubble.js";
import { keep } from "./nodes.js";
import { attempt, confirmDelete } from "./notes.js";

const NEAR = 48; // pixels from the end that still count as being there

const byId = (id) => document.getElementById(id);

export class Chat {
  /** `composer`: answers, edits and sends for the person who is looked at. */
  constructor(composer) {
    this.composer = composer;
    this.box = byId("messages");
    this.list = byId("message-list");
    this.newest = byId("to-newest");
    this.atEnd = true;
    this.lastTop = 0;
    this.lastId = 0;
    this.key = null;
    this.box.addEventListener("scroll", () => this.noteScroll());
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.box);
    this.newest.addEventListener("click", () => this.toEnd());
    byId("start").addEventListener("click", () => composer.sendText("/start"));
  }

  /** Shows a chat of the state as the person sees it. */
  update(chat, person) {
    const messages = chat?.messages ?? [];
    const key = `${chat?.id}/${person?.id}`;
    const switched = key !== this.key;
    this.key = key;
    this.messages = messages;
    this.box.setAttribute("aria-busy", String(switched));
    const hadFocus = this.list.contains(document.activeElement);
    const context = this.context(chat, person);
    keep(
      this.list,
      messages,
      (message) => `${key}/${message.id}`,
      (message) => createBubble(message, context),
      (node, message) => updateBubble(node, message, context),
    );
    byId("empty").hidden = messages.length > 0;
    if (hadFocus && !this.list.contains(document.activeElement)) this.box.focus();
    this.followEnd(messages, switched);
    this.box.setAttribute("aria-busy", "false");
  }

  context(chat, person) {
    return {
      chat: chat?.id,
      person: person?.id,
      find: (id) => this.messages.find((message) => message.id === id) ?? null,
      show: (id) => this.show(id),
      command: (text) => this.composer.sendText(text),
      reply: (message) => this.composer.answer(message),
      edit: (message) => this.composer.edit(message),
      remove: (message) => this.remove(message, person),
    };
  }

  async remove(message, person) {
    if (!(await confirmDelete())) return;
    await attempt(() => act("delete", { person: person.id, message: message.id }));
  }

  show(id) {
    const node = this.list.querySelector(`[data-id="${id}"]`);
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.classList.add("shown");
    node.addEventListener("animationend", () => node.classList.remove("shown"), { once: true });
  }

  followEnd(messages, switched) {
    const newest = messages.at(-1);
    const came = newest !== undefined && newest.id > this.lastId && !switched;
    this.lastId = newest?.id ?? 0;
    if (switched || this.atEnd || (came && !newest.by_bot)) this.toEnd();
    else if (came) this.newest.hidden = false;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.lastTop = this.box.scrollTop;
    this.atEnd = true;
    this.newest.hidden = true;
  }

  /** Only a reader scrolls up: a box that grows smaller leaves the place as it is. */
  noteScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    if (clientHeight === 0) return;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.atEnd = true;
    else if (scrollTop < this.lastTop) this.atEnd = false;
    this.lastTop = scrollTop;
    if (this.atEnd) this.newest.hidden = true;
  }
}
