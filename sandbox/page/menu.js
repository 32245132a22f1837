// A menu that a button opens. Arrows, Home and End move in it; Escape, Tab and a click elsewhere
// close it.

import { keep, make, setText } from "./nodes.js";

export class Menu {
  /** `button` opens `box`, an element whose role is menu. */
  constructor(button, box) {
    this.button = button;
    this.box = box;
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-controls", box.id);
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => this.show(box.hidden));
    box.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => {
      if (!button.contains(event.target) && !box.contains(event.target)) this.show(false);
    });
  }

  /** `items`: `{label, sign, click}`; the labels differ. */
  update(items) {
    const create = () => make("button", { type: "button", role: "menuitem", tabindex: -1 });
    keep(this.box, items, ({ label }) => label, create, (node, { label, sign, click }) => {
      node.onclick = () => this.choose(click);
      if (node.children.length) return setText(node.lastChild, label);
      node.append(make("span", { "aria-hidden": "true", text: sign }), make("span", { text: label }));
    });
  }

  show(open) {
    if (this.box.hidden !== open) return;
    this.box.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.box.firstElementChild?.focus();
  }

  choose(click) {
    this.show(false);
    this.button.focus();
    click();
  }

  key(event) {
    const items = [...this.box.children];
    const at = items.indexOf(document.activeElement);
    const near = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (near !== undefined) {
      event.preventDefault();
      items.at(near % items.length).focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      this.button.focus();
      this.show(false);
      if (event.key === "Escape") event.preventDefault();
    }
  }
}
