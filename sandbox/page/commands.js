// The menu of commands that the bot has registered: opened by its button or by typing a slash.

import { dress, keep, make } from "./nodes.js";

const byId = (id) => document.getElementById(id);

export class CommandsMenu {
  constructor(composer) {
    this.composer = composer;
    this.commands = [];
    this.prefix = "";
    this.box = byId("commands");
    this.button = dress(byId("commands-button"), "menu", "Commands");
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("click", () => (this.isOpen ? this.close() : this.open("")));
    this.box.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => {
      if (!event.target.closest(".composer")) this.close();
    });
  }

  get isOpen() {
    return !this.box.hidden;
  }

  update(commands) {
    this.commands = commands;
    this.button.hidden = commands.length === 0;
    this.refresh();
  }

  /** Shows the commands that begin with what is typed, as long as it is one word after a slash. */
  suggest(typed) {
    if (/^\/\w*$/.test(typed)) this.open(typed.slice(1));
    else this.close();
  }

  open(prefix) {
    this.prefix = prefix.toLowerCase();
    this.show(true);
    this.refresh();
  }

  close() {
    this.show(false);
  }

  /** Moves the focus into the menu, to the command nearest to the field. */
  enter(event) {
    event.preventDefault();
    this.box.lastElementChild?.focus();
  }

  show(open) {
    this.box.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  refresh() {
    const fitting = this.commands.filter(({ command }) => command.startsWith(this.prefix));
    if (!fitting.length) this.show(false);
    const create = ({ command }) =>
      make("button", { type: "button", on: { click: () => this.choose(command) } });
    keep(this.box, fitting, ({ command }) => command, create, (node, { command, description }) => {
      if (node.dataset.shown === description) return;
      node.dataset.shown = description;
      node.replaceChildren(make("b", { text: `/${command}` }), make("span", { text: description }));
    });
  }

  choose(command) {
    this.close();
    if (this.composer.field.value.startsWith("/")) this.composer.fill("");
    this.composer.sendText(`/${command}`);
  }

  key(event) {
    const near = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (near) (document.activeElement[near] ?? this.composer.field).focus();
    else if (event.key === "Escape") this.composer.field.focus();
    if (event.key === "Escape") this.close();
    if (near) event.preventDefault();
  }
}
