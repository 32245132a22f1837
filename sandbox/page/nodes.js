// Makes nodes and keeps them: a list is brought up to date without touching what has not changed,
// so that focus, selection and opened parts survive every event. Text only ever enters as text.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  reply: "M10 8V4l-7 7 7 7v-4c5 0 8 1.5 11 5-1-6-4-10-11-11z",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  delete: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  send: "M4 4l17 8-17 8 3-8zM7 12h14",
  cross: "M6 6l12 12M18 6L6 18",
  menu: "M14 4l-4 16",
  plus: "M12 5v14M5 12h14",
  more: "M12 5v.01M12 12v.01M12 19v.01",
};

/** `make("p", {class: "quiet", text: "…", on: {click}}, child, …)`; other names are attributes. */
export function make(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "text") node.textContent = value;
    else if (name === "on") listen(node, value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function listen(node, listeners) {
  for (const [event, listener] of Object.entries(listeners)) node.addEventListener(event, listener);
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Gives a button of the document its icon, and its name for whoever hears it. */
export function dress(button, iconName, label) {
  button.replaceChildren(icon(iconName));
  button.setAttribute("aria-label", label);
  button.title = label;
  return button;
}

/** A button that shows an icon alone. */
export function iconButton(iconName, label, click) {
  return dress(make("button", { type: "button", class: "icon", on: { click } }), iconName, label);
}

/**
 * Makes the children of `parent` follow `items`: a node stays for as long as its key is there.
 * `create(item)` makes it, `update(node, item)` is called each time, new ones included.
 */
export function keep(parent, items, keyOf, create, update) {
  const wanted = new Set(items.map((item) => String(keyOf(item))));
  const there = new Map();
  for (const node of [...parent.children]) {
    if (wanted.has(node.dataset.key)) there.set(node.dataset.key, node);
    else node.remove();
  }
  items.forEach((item, index) => {
    const key = String(keyOf(item));
    const node = there.get(key) ?? create(item);
    node.dataset.key = key;
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
    update(node, item);
  });
}

/** Sets a text only if it differs, so that a selection in it is not lost. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const HOURS = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAYS = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const LONG_DAYS = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const YEARS = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A `<time>`: hours and minutes, with the day if it is not today. `seconds` since 1970. */
export function time(seconds) {
  const date = new Date(seconds * 1000);
  const text = daysAgo(date) === 0 ? HOURS.format(date) : `${DAYS.format(date)}, ${HOURS.format(date)}`;
  return timeNode(date, text);
}

/** A `<time>`: hours and minutes alone, for where the day stands above. */
export function clock(seconds) {
  const date = new Date(seconds * 1000);
  return timeNode(date, HOURS.format(date));
}

/** "Today", "Yesterday", "3 March", "3 March 2025". */
export function dayName(seconds) {
  const date = new Date(seconds * 1000);
  const ago = daysAgo(date);
  if (ago === 0 || ago === 1) return ago ? "Yesterday" : "Today";
  return (date.getFullYear() === new Date().getFullYear() ? LONG_DAYS : YEARS).format(date);
}

function daysAgo(date) {
  const now = new Date();
  const [one, other] = [now, date].map((each) => Date.UTC(each.getFullYear(), each.getMonth(), each.getDate()));
  return (one - other) / 86_400_000;
}

function timeNode(date, text) {
  return make("time", { datetime: date.toISOString(), title: WHOLE.format(date), text });
}
