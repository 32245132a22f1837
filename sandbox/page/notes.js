// What the page says for a moment (toasts), and what has to be answered first (dialogs).

import { make } from "./nodes.js";

const SHOWN_FOR = 5000; // milliseconds

const byId = (id) => document.getElementById(id);

export function toast(text) {
  const note = make("p", { class: "toast", text, "data-testid": "toast" });
  byId("toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_FOR);
}

/** A window that waits for OK. */
export function alertBox(text) {
  byId("alert-text").textContent = text;
  if (!byId("alert").open) byId("alert").showModal();
}

/** True if the visitor wants the message deleted. */
export function confirmDelete() {
  const dialog = byId("confirm");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "delete"), { once: true });
  });
}

/** Runs an action of the visitor; a failure is said, and gives null. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message);
    return null;
  }
}
