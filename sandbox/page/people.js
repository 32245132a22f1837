// Who the visitor is at the moment. The choice stands in the address, so that two windows can be
// two people. A number says what a person has not seen yet.

import { act } from "./api.js";
import { dress, keep, make, setText } from "./nodes.js";
import { attempt } from "./notes.js";

const byId = (id) => document.getElementById(id);

export class People {
  /** `changed()` is called when another person was chosen. */
  constructor(changed) {
    this.box = byId("people");
    this.list = make("div", { class: "list" });
    this.seen = new Map(); // chat id -> the newest message that was looked at
    this.box.append(this.list, dress(make("button", { type: "button", class: "icon" }), "plus", "Add a person"));
    this.box.lastChild.addEventListener("click", () => byId("join").showModal());
    byId("join-cancel").addEventListener("click", () => byId("join").close());
    byId("join-form").addEventListener("submit", (event) => this.join(event));
    window.addEventListener("hashchange", changed);
  }

  /** The person whose id stands in the address, else the first. */
  current(state) {
    const id = Number(location.hash.slice(1));
    return state.people.find((person) => person.id === id) ?? state.people[0];
  }

  /** `looking`: whether the chat is what the visitor sees now. Gives what is unread here. */
  update(state, looking) {
    const current = this.current(state);
    const chats = new Map(state.chats.map((chat) => [chat.id, chat]));
    if (looking && current) this.seen.set(current.chat, newestOf(chats.get(current.chat)));
    const unread = (person) => unreadIn(chats.get(person.chat), this.seen.get(person.chat) ?? 0);
    keep(
      this.list,
      state.people,
      (person) => person.id,
      (person) => createPerson(person),
      (node, person) => updatePerson(node, person, person.id === current.id, unread(person)),
    );
    return current ? unread(current) : 0;
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

function newestOf(chat) {
  return chat?.messages.at(-1)?.id ?? 0;
}

function unreadIn(chat, seen) {
  return chat?.messages.filter((message) => message.by_bot && message.id > seen).length ?? 0;
}

function createPerson(person) {
  const avatar = make("span", { class: "avatar", "aria-hidden": "true", text: person.name[0] });
  avatar.style.setProperty("--hue", String((person.id * 137) % 360));
  const name = make("span", { class: "name" });
  const badge = make("span", { class: "badge" });
  const click = () => (location.hash = person.id);
  return make("button", { type: "button", class: "person", on: { click } }, avatar, name, badge);
}

function updatePerson(node, person, isCurrent, unread) {
  const [, name, badge] = node.children;
  setText(name, person.name);
  setText(badge, unread ? String(unread) : "");
  badge.hidden = !unread;
  node.setAttribute("aria-pressed", String(isCurrent));
  node.setAttribute("aria-label", unread ? `${person.name}, ${unread} unread` : person.name);
}
