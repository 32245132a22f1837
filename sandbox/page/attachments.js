// What a person sends besides text. The bot answers letters with text alone: here a visitor sees
// what it says to anything else.

import { act } from "./api.js";
import { Menu } from "./menu.js";
import { dress } from "./nodes.js";
import { attempt } from "./notes.js";

const CONTENTS = [
  ["photo", "📷", "Photo"],
  ["document", "📄", "File"],
  ["forwarded", "↪️", "Forwarded message"],
  ["sticker", "👍", "Sticker"],
  ["voice", "🎤", "Voice message"],
  ["location", "📍", "Location"],
  ["contact", "👤", "Contact"],
  ["dice", "🎲", "Dice"],
];
const WITH_TEXT = new Set(["photo", "document", "forwarded"]); // what was typed goes with these

const byId = (id) => document.getElementById(id);

export class Attachments {
  constructor(composer) {
    this.composer = composer;
    const menu = new Menu(dress(byId("attach-button"), "plus", "Send something else"), byId("attach"));
    const item = ([kind, sign, label]) => ({ label, sign, click: () => this.send(kind) });
    menu.update(CONTENTS.map(item));
  }

  async send(kind) {
    const { composer } = this;
    const { person } = composer;
    const takesText = WITH_TEXT.has(kind) && composer.draft.about?.kind !== "edit";
    const { text, about } = takesText ? composer.take() : { text: "", about: null };
    const caption = text ? { caption: text } : {};
    const values = { person, kind, reply_to: about?.message.id ?? null, ...caption };
    if ((await attempt(() => act("send", values))) === null) composer.bringBack(person, text, about);
  }
}
