// Brings the page's parts together: each state of the sandbox goes to every part.

import { follow } from "./api.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { Faults } from "./faults.js";
import { Letters } from "./letters.js";
import { setText } from "./nodes.js";
import { People } from "./people.js";
import { updatePresses } from "./presses.js";

const TITLE = document.title;
const byId = (id) => document.getElementById(id);
const wide = matchMedia("(min-width: 900px)");
const views = [...document.querySelectorAll(".views button")];

const composer = new Composer();
const chat = new Chat(composer, refresh);
const letters = new Letters();
const faults = new Faults();
const people = new People(refresh);

let state = null;
let sentSeen = 0;

function refresh() {
  if (state === null) return;
  const person = people.current(state);
  const own = state.chats.find((each) => each.id === person?.chat);
  updateBot();
  updatePresses(state.presses);
  const looking = isLooking("chat");
  chat.update(own, person, people.seenIn(person?.chat, state), looking);
  composer.update(person, own, state.webhook);
  letters.update(state);
  faults.update(state.faults.portal, state.portal.refusing);
  const unread = people.update(state, looking && chat.atEnd);
  chat.showUnread(unread.get(person?.id));
  markViews(unread.get(person?.id));
  const all = [...unread.values()].reduce((sum, each) => sum + each, 0);
  document.title = all ? `(${all}) ${TITLE}` : TITLE;
}

function updateBot() {
  setText(byId("bot-name"), state.bot.name);
  setText(byId("bot-username"), `@${state.bot.username}`);
  setText(document.querySelector(".bot .avatar"), state.bot.name[0]);
}

function isLooking(view) {
  return !document.hidden && (wide.matches || document.body.dataset.view === view);
}

/** On a phone one view is hidden: a dot says that something happened there. */
function markViews(unread) {
  const { sent } = state.portal;
  if (isLooking("portal")) sentSeen = sent.length;
  for (const button of views) {
    const news = button.dataset.view === "chat" ? unread > 0 : sent.length > sentSeen;
    button.querySelector(".dot").hidden = !news;
    const current = button.dataset.view === document.body.dataset.view;
    button.setAttribute("aria-current", String(current));
  }
}

function take(next) {
  // Another address means that the sandbox was started anew: nothing shown is there any more.
  if (state !== null && state.webhook !== next.webhook) location.reload();
  if (state === null) sentSeen = next.portal.sent.length;
  state = next;
  refresh();
}

function showConnection(isUp) {
  setText(byId("connection"), isUp ? "" : "The connection to the sandbox is lost. Reconnecting…");
}

for (const button of views) {
  button.addEventListener("click", () => {
    document.body.dataset.view = button.dataset.view;
    refresh();
    if (button.dataset.view === "chat" && chat.atEnd) chat.toEnd();
  });
}
document.addEventListener("visibilitychange", refresh);
wide.addEventListener("change", refresh);
follow(take, showConnection);
