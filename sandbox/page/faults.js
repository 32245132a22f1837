// Switches for what can go wrong on the portal: off, for one call, or until switched off.

import { act } from "./api.js";
import { make, setText } from "./nodes.js";
import { attempt } from "./notes.js";

const SENDING = "mail.message.reply";
const KINDS = [
  ["slow", "Slow", "Each answer takes 5 seconds."],
  ["hang", "Hangs", "Calls are never answered."],
  ["answer_lost", "Answer lost", "The letter leaves, but the bot never hears of it. Acts on sending only.", SENDING],
  ["html", "HTML page", "A proxy's error page (502) instead of JSON."],
  ["unauthorized", "401", "The webhook is refused as if it were revoked."],
  ["unavailable", "503", "The portal has too much to do."],
];
const CHOICES = [["off", "Off"], ["once", "Once"], ["on", "On"]];

export class Faults {
  constructor() {
    this.rows = new Map(KINDS.map(([kind, ...words]) => [kind, createRow(kind, ...words)]));
    document.getElementById("faults").append(...this.rows.values());
    for (const button of document.querySelectorAll(".refuse button")) {
      const { reason } = button.dataset;
      button.addEventListener("click", () => attempt(() => act("refuse", { reason })));
    }
  }

  /** `active`: the faults; `refusing`: how many of the next letters are refused. */
  update(active, refusing) {
    setText(document.getElementById("refusing"), refusing ? `Waiting: ${refusing}.` : "");
    for (const [kind, row] of this.rows) {
      const fault = active.find((each) => each.kind === kind);
      const choice = !fault ? "off" : fault.left === null ? "on" : "once";
      const chosen = row.querySelector(`[value="${choice}"]`);
      if (!chosen.checked) chosen.checked = true;
      row.classList.toggle("active", choice !== "off");
      const scope = fault?.method && kind !== "answer_lost" ? "sending only" : "";
      const used = fault?.used ? `used ${fault.used} ×` : "";
      setText(row.querySelector(".used"), [scope, used].filter(Boolean).join(", "));
    }
  }
}

function createRow(kind, name, description, fixedMethod) {
  const legend = make("legend", { text: name });
  const words = make("p", { class: "quiet" }, description, " ", make("span", { class: "used" }));
  const choices = make("div", { class: "switch" });
  for (const [value, text] of CHOICES) {
    const change = () => switchFault(kind, value, fixedMethod);
    const input = make("input", { type: "radio", name: `fault-${kind}`, value, on: { change } });
    choices.append(make("label", {}, input, make("span", { text })));
  }
  return make("fieldset", { "data-testid": `fault-${kind}` }, legend, words, choices);
}

async function switchFault(kind, value, fixedMethod) {
  const method = fixedMethod ?? document.getElementById("fault-method").value;
  const times = value === "once" ? 1 : null;
  await attempt(() => act("fault", { server: "portal", kind, on: value !== "off", times, method }));
}
