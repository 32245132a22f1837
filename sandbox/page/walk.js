// Walking through the messages by keyboard. Tab enters at one message only, the one where the
// reader was last, else the newest: hundreds of them are one stop on the way to the composer.

const hovers = matchMedia("(hover: hover)");
const INSIDE = "a[href], button, [tabindex]";

export class Walk {
  /** `on`: leave(), reply(message), remove(message) for the message that has the focus. */
  constructor(list, on) {
    this.list = list;
    this.on = on;
    this.current = null;
    list.addEventListener("focusin", (event) => this.enter(event.target));
    list.addEventListener("keydown", (event) => this.key(event));
  }

  /** After a change of the list: only the current message can be reached with Tab. */
  refresh() {
    if (!this.current?.isConnected) this.current = this.messages.at(-1) ?? null;
    for (const node of this.messages) {
      const index = node === this.current ? 0 : -1;
      if (node.tabIndex !== index) node.tabIndex = index;
      for (const inside of node.querySelectorAll(INSIDE))
        if (inside.tabIndex !== index) inside.tabIndex = index;
    }
  }

  get messages() {
    return [...this.list.querySelectorAll(":scope > .message")];
  }

  enter(target) {
    const node = target.closest(".message");
    if (!node) return;
    // Without a mouse the actions unfold under the message that was tapped.
    if (target === node && !hovers.matches) node.lastElementChild.scrollIntoView({ block: "nearest" });
    if (node === this.current) return;
    this.current = node;
    this.refresh();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const done = this.move(event.key) || this.act(event.key, event.target);
    if (done) event.preventDefault();
  }

  move(key) {
    const { messages } = this;
    const at = messages.indexOf(this.current);
    const last = messages.length - 1;
    const to = { ArrowUp: Math.max(at - 1, 0), ArrowDown: Math.min(at + 1, last), Home: 0, End: last }[key];
    if (to !== undefined) messages[to]?.focus();
    else if (key === "ArrowLeft" || key === "ArrowRight") this.moveInside(key === "ArrowRight" ? 1 : -1);
    else return false;
    return true;
  }

  moveInside(step) {
    const inside = [this.current, ...this.current.querySelectorAll(INSIDE)];
    inside[inside.indexOf(document.activeElement) + step]?.focus();
  }

  act(key, target) {
    if (key === "Escape") this.on.leave();
    else if (target !== this.current) return false;
    else if (key === "Enter") this.on.reply(target.message);
    else if (key === "Delete" && !target.message.by_bot) this.on.remove(target.message);
    else return false;
    return true;
  }
}
