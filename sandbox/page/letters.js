// The portal's letters: what came, what left, and a form by which somebody outside writes.

import { act } from "./api.js";
import { keep, make, setText, time } from "./nodes.js";
import { attempt, toast } from "./notes.js";

const byId = (id) => document.getElementById(id);

export class Letters {
  constructor() {
    byId("write-form").addEventListener("submit", (event) => this.write(event));
    byId("copy").addEventListener("click", () => this.copy());
  }

  update(state) {
    const { letters, sent, mailboxes } = state.portal;
    const came = letters.filter((letter) => letter.folder === "INBOX").toReversed();
    setText(byId("webhook"), state.webhook);
    setText(byId("in-count"), String(came.length));
    setText(byId("out-count"), sent.length ? String(sent.length) : "");
    byId("out-empty").hidden = sent.length > 0;
    keep(byId("in"), came, (letter) => letter.id, createCame, () => {});
    keep(byId("out"), sent.toReversed(), (letter) => letter.number, createSent, () => {});
    const option = (box) => make("option", { value: box.email, text: box.email });
    const select = byId("write-form").elements.mailbox;
    keep(select, mailboxes, (box) => box.email, option, () => {});
  }

  async write(event) {
    event.preventDefault();
    const form = event.target;
    const made = await attempt(() => act("receive", Object.fromEntries(new FormData(form))));
    if (made === null) return;
    form.elements.subject.value = "";
    form.elements.body.value = "";
    byId("write").open = false;
    toast(`Letter ${made.letter} came in.`);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(byId("webhook").textContent);
      toast("Copied. Now paste it into the chat.");
    } catch {
      getSelection().selectAllChildren(byId("webhook"));
      toast("Copying was not allowed: it is selected, copy it yourself.");
    }
  }
}

function createCame(letter) {
  const title = [
    make("span", { class: "number", text: letter.id }),
    make("span", { class: "who", dir: "auto", text: letter.from }),
    time(letter.date),
    make("span", { class: "subject", dir: "auto", text: letter.subject || "(no subject)" }),
  ];
  const body = make("div", { class: "body", dir: "auto", text: letter.body });
  const fields = facts({
    To: letter.to,
    Cc: letter.cc,
    Mailbox: letter.mailbox,
    Attachments: letter.has_attachments ? "yes" : "",
  });
  const shown = make("details", {}, make("summary", {}, ...title), fields, body);
  return make("li", { "data-testid": "letter", "data-id": letter.id }, shown);
}

function createSent(letter) {
  const fields = facts({
    From: letter.from,
    To: letter.to.join(", "),
    Cc: letter.cc.join(", "),
    Bcc: letter.bcc.join(", "),
    Subject: letter.subject,
    Answers: letter.answers ? `letter ${letter.answers}` : "",
  });
  const source = make("pre", { text: letter.body });
  const raw = make("details", { class: "raw" }, make("summary", { text: "HTML as it left" }), source);
  const body = make("div", { class: "body", dir: "auto", text: letter.text, "data-testid": "sent-text" });
  const attributes = { "data-testid": "sent-letter", "data-id": letter.number, class: "sent" };
  return make("li", attributes, time(letter.date), fields, body, raw);
}

function facts(fields) {
  const list = make("dl", {});
  for (const [name, value] of Object.entries(fields)) {
    if (value) list.append(make("dt", { text: name }), make("dd", { dir: "auto", text: value }));
  }
  return list;
}
