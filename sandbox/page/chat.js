// The messages of the chat that is looked at. The list stays at its end unless the reader has
// scrolled up; then a button says what came.

import { act } from "./api.js";
import { createBubble, updateBubble } from "./bubble.js";
import { arrange, createLine, updateLine } from "./days.js";
import { keep, setText } from "./nodes.js";
import { attempt, confirmDelete } from "./notes.js";
import { Walk } from "./walk.js";

const NEAR = 48; // pixels from the end that still count as being there

const byId = (id) => document.getElementById(id);

export class Chat {
  /** `composer`: answers, edits and sends for the person; `reachedEnd()`: the reader came there. */
  constructor(composer, reachedEnd) {
    this.composer = composer;
    this.reachedEnd = reachedEnd;
    this.box = byId("messages");
    this.list = byId("message-list");
    this.newest = byId("to-newest");
    this.messages = [];
    this.atEnd = true;
    this.lastTop = 0;
    this.lastId = 0;
    this.key = null;
    this.looking = false;
    this.walk = new Walk(this.list, {
      leave: () => composer.field.focus(),
      reply: (message) => composer.answer(message),
      remove: (message) => this.remove(message),
    });
    this.box.addEventListener("scroll", () => this.noteScroll());
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.box);
    this.newest.addEventListener("click", () => {
      this.toEnd();
      reachedEnd();
    });
    byId("start").addEventListener("click", () => composer.sendText("/start"));
  }

  /** Shows a chat as the person sees it. `seen`: the newest message that they had looked at. */
  update(chat, person, seen, looking) {
    const messages = chat?.messages ?? [];
    const key = `${chat?.id}/${person?.id}`;
    const switched = key !== this.key;
    this.key = key;
    this.person = person;
    this.messages = messages;
    this.markUnread(switched, seen, looking);
    this.box.setAttribute("aria-busy", String(switched));
    const hadFocus = this.list.contains(document.activeElement);
    this.show(key, this.context(chat, person));
    byId("empty").hidden = messages.length > 0;
    if (hadFocus && !this.list.contains(document.activeElement)) this.composer.field.focus();
    this.followEnd(messages, switched);
    this.box.setAttribute("aria-busy", "false");
  }

  show(key, context) {
    keep(
      this.list,
      arrange(this.messages, this.unreadFrom),
      (each) => `${key}/${each.key}`,
      (each) => (each.message ? createBubble(each.message, context) : createLine(each)),
      (node, each) => (each.message ? updateBubble(node, each.message, context, each) : updateLine(node, each)),
    );
    this.walk.refresh();
  }

  /** The line above unread messages is drawn when the visitor comes to them, and then stays. */
  markUnread(switched, seen, looking) {
    const newest = this.messages.at(-1);
    if (switched || (newest && !newest.by_bot)) this.unreadFrom = null;
    if (looking && (switched || !this.looking))
      this.unreadFrom = this.messages.find((each) => each.by_bot && each.id > seen)?.id ?? null;
    this.looking = looking;
  }

  context(chat, person) {
    return {
      chat: chat?.id,
      person: person?.id,
      find: (id) => this.messages.find((message) => message.id === id) ?? null,
      show: (id) => this.point(id),
      command: (text) => this.composer.sendText(text),
      reply: (message) => this.composer.answer(message),
      edit: (message) => this.composer.edit(message),
      remove: (message) => this.remove(message),
    };
  }

  async remove(message) {
    const { person } = this;
    if (!(await confirmDelete())) return;
    await attempt(() => act("delete", { person: person.id, message: message.id }));
  }

  point(id) {
    const node = this.list.querySelector(`[data-id="${id}"]`);
    if (!node) return;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "center" });
    node.classList.add("shown");
    node.addEventListener("animationend", () => node.classList.remove("shown"), { once: true });
  }

  followEnd(messages, switched) {
    const newest = messages.at(-1);
    const came = newest !== undefined && newest.id > this.lastId && !switched;
    this.lastId = newest?.id ?? 0;
    if (switched || this.atEnd || (came && !newest.by_bot)) this.toEnd();
    if (switched) this.toUnread();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.lastTop = this.box.scrollTop;
    this.atEnd = true;
    this.newest.hidden = true;
  }

  /** Those who come to more than fits begin reading where they stopped. */
  toUnread() {
    const line = this.list.querySelector(".unread");
    if (!line || line.getBoundingClientRect().top >= this.box.getBoundingClientRect().top) return;
    line.scrollIntoView({ block: "start" });
    this.lastTop = this.box.scrollTop;
    this.atEnd = false;
  }

  /** What came below while the reader was further up. */
  showUnread(count) {
    this.newest.hidden = this.atEnd;
    setText(this.newest, count ? `New messages: ${count}` : "To the newest");
  }

  /** Only a reader scrolls up: a box that grows smaller leaves the place as it is. */
  noteScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    if (clientHeight === 0) return;
    const before = this.atEnd;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.atEnd = true;
    else if (scrollTop < this.lastTop) this.atEnd = false;
    this.lastTop = scrollTop;
    if (before !== this.atEnd) this.reachedEnd();
  }
}
