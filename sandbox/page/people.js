// Who the visitor is at the moment. The choice stands in the address, so that two windows can be
// two people. A number says what a person has not seen yet.

import { act } from "./api.js";
import { Menu } from "./menu.js";
import { dress, keep, make, setText } from "./nodes.js";
import { attempt } from "./notes.js";

const STORED = "seen"; // survives a reload of this window

const byId = (id) => document.getElementById(id);

export class People {
  /** `changed()` is called when another person was chosen. */
  constructor(changed) {
    this.list = byId("people-list");
    this.seen = null; // chat id -> the newest message that was looked at
    this.menu = new Menu(dress(byId("person-button"), "more", "More"), byId("person-menu"));
    dress(byId("join-button"), "plus", "Add a person");
    byId("join-button").addEventListener("click", () => byId("join").showModal());
    byId("join-cancel").addEventListener("click", () => byId("join").close());
    byId("join-form").addEventListener("submit", (event) => this.join(event));
    byId("unblock").addEventListener("click", () => this.block(false));
    window.addEventListener("hashchange", changed);
  }

  /** The person whose id stands in the address, else the first. */
  current(state) {
    const id = Number(location.hash.slice(1));
    return state.people.find((person) => person.id === id) ?? state.people[0];
  }

  /** The newest message that was looked at in the chat with this id. What was there before the page counts. */
  seenIn(chat, state) {
    if (this.seen === null) {
      this.seen = restored(state) ?? new Map(state.chats.map((each) => [each.id, newestOf(each)]));
      this.store(state);
    }
    return this.seen.get(chat) ?? 0;
  }

  /** `looking`: whether the end of the chat is what the visitor sees now. Gives who has how much unread. */
  update(state, looking) {
    const current = this.current(state);
    const chats = new Map(state.chats.map((chat) => [chat.id, chat]));
    if (looking && current) this.note(current.chat, newestOf(chats.get(current.chat)), state);
    const unread = new Map(
      state.people.map((person) => [person.id, unreadIn(chats.get(person.chat), this.seenIn(person.chat, state))]),
    );
    keep(
      this.list,
      state.people,
      (person) => person.id,
      (person) => createPerson(person),
      (node, person) => updatePerson(node, person, person.id === current?.id, unread.get(person.id)),
    );
    if (current) this.updateMenu(current);
    this.reveal(current?.id);
    return unread;
  }

  /** Of many people the chosen one is scrolled to, once. */
  reveal(id) {
    if (id === this.revealed) return;
    this.revealed = id;
    this.list.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  note(chat, newest, state) {
    if (this.seenIn(chat, state) === newest) return;
    this.seen.set(chat, newest);
    this.store(state);
  }

  store(state) {
    sessionStorage.setItem(STORED, JSON.stringify({ webhook: state.webhook, seen: [...this.seen] }));
  }

  updateMenu(person) {
    const label = `More about ${person.name}`;
    if (byId("person-button").title !== label) dress(byId("person-button"), "more", label);
    byId("person-menu").setAttribute("aria-label", label);
    this.person = person.id;
    const blocked = person.blocks_bot;
    const words = blocked ? "Unblock the bot" : "Block the bot";
    this.menu.update([{ label: words, sign: blocked ? "✅" : "🚫", click: () => this.block(!blocked) }]);
    setText(byId("blocked-by"), `${person.name} has blocked the bot.`);
    byId("blocked").hidden = !blocked;
  }

  async block(blocked) {
    await attempt(() => act("block", { person: this.person, blocked }));
  }

  async join(event) {
    event.preventDefault();
    const form = event.target;
    const values = Object.fromEntries(new FormData(form));
    const made = await attempt(() => act("join", values));
    if (made === null) return;
    byId("join").close();
    form.reset();
    location.hash = made.person;
  }
}

function restored(state) {
  const { webhook, seen } = JSON.parse(sessionStorage.getItem(STORED)) ?? {};
  return webhook === state.webhook ? new Map(seen) : null;
}

function newestOf(chat) {
  return chat?.messages.at(-1)?.id ?? 0;
}

function unreadIn(chat, seen) {
  return chat?.messages.filter((message) => message.by_bot && message.id > seen).length ?? 0;
}

function createPerson(person) {
  const avatar = make("span", { class: "avatar", "aria-hidden": "true", text: person.name[0] });
  avatar.style.setProperty("--hue", String((person.id * 137) % 360));
  const name = make("span", { class: "name", dir: "auto" });
  const badge = make("span", { class: "badge" });
  const click = () => (location.hash = person.id);
  return make("button", { type: "button", class: "person", on: { click } }, avatar, name, badge);
}

function updatePerson(node, person, isCurrent, unread) {
  const [, name, badge] = node.children;
  setText(name, person.name);
  node.title = person.name;
  setText(badge, unread ? String(unread) : "");
  badge.hidden = !unread;
  node.classList.toggle("blocking", person.blocks_bot);
  const words = [person.name, unread && `${unread} unread`, person.blocks_bot && "has blocked the bot"];
  node.setAttribute("aria-pressed", String(isCurrent));
  node.setAttribute("aria-label", words.filter(Boolean).join(", "));
}
