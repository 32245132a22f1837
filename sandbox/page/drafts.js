// What each person has typed and not sent. It survives a reload of this window, also when the
// sandbox was started anew: then only the text, as the message that it was about is gone.

const STORED = "drafts";
const nothing = () => ({ text: "", about: null, kept: "" });

export class Drafts {
  constructor() {
    this.drafts = new Map(); // person id -> {text, about: null | {kind, message}, kept}
    this.webhook = null; // tells one start of the sandbox from another
  }

  /** Brings back what was stored. What was typed before this was called is the person's too. */
  open(webhook, person) {
    if (this.webhook !== null) return;
    this.webhook = webhook;
    const early = this.of(null).text;
    this.drafts = restored(webhook);
    const draft = this.of(person);
    draft.text = [draft.text, early].filter(Boolean).join("\n");
  }

  of(person) {
    if (!this.drafts.has(person)) this.drafts.set(person, nothing());
    return this.drafts.get(person);
  }

  store() {
    if (this.webhook === null) return;
    const drafts = [...this.drafts];
    sessionStorage.setItem(STORED, JSON.stringify({ webhook: this.webhook, drafts }));
  }
}

function restored(webhook) {
  const stored = JSON.parse(sessionStorage.getItem(STORED)) ?? { drafts: [] };
  const drafts = new Map(stored.drafts);
  if (stored.webhook === webhook) return drafts;
  for (const [person, { text, kept }] of drafts)
    drafts.set(person, { ...nothing(), text: [kept, text].filter(Boolean).join("\n") });
  return drafts;
}
