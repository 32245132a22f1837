// Text with Telegram's entities as nodes. Offsets are UTF-16 units, which is what strings here
// are counted in. Entities that overlap are split, as Telegram does.

import { make } from "./nodes.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const OPENED = /^(https?|tg|mailto):/i;
const SHORT_QUOTE = { lines: 3, characters: 110 };
const FOUND = /(?<link>https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])|(?<![\w/])(?<command>\/[a-z0-9_]{1,32})(?![\w/])/giu;

/**
 * Nodes of a text. `context.opened`: a Set of offsets of quotes that the reader opened;
 * `context.command(text)`: called when a command in the text is tapped.
 */
export function richText(text, entities, context) {
  const spans = entities.map((entity) => ({ ...entity, end: entity.offset + entity.length }));
  spans.sort((one, other) => one.offset - other.offset || other.end - one.end || rank(one) - rank(other));
  return pieces(text, spans, 0, text.length, context, true);
}

function rank(entity) {
  return BLOCKS.has(entity.type) ? 0 : 1;
}

function pieces(text, spans, from, to, context, plain) {
  const nodes = [];
  let at = from;
  let waiting = spans;
  while (waiting.length) {
    const [span, ...rest] = waiting;
    const [start, end] = [Math.max(span.offset, at), Math.min(span.end, to)];
    waiting = rest;
    if (start >= end) continue;
    nodes.push(...words(text.slice(at, start), context, plain));
    const inside = rest.filter((other) => other.offset < end);
    const inner = pieces(text, inside, start, end, context, plain && isPlain(span));
    nodes.push(wrap(span, text.slice(start, end), inner, context));
    waiting = rest.filter((other) => other.end > end);
    at = BLOCKS.has(span.type) && text[end] === "\n" ? end + 1 : end;
  }
  nodes.push(...words(text.slice(at, to), context, plain));
  return nodes;
}

/** Whether addresses and commands are looked for inside. */
function isPlain(span) {
  return !["code", "pre", "text_link", "url", "email", "bot_command"].includes(span.type);
}

function wrap(span, text, inner, context) {
  switch (span.type) {
    case "expandable_blockquote":
      return expandable(span, text, inner, context);
    case "text_link":
      return link(span.url, inner);
    case "url":
      return link(OPENED.test(text) ? text : `https://${text}`, inner);
    case "email":
      return link(`mailto:${text}`, inner);
    case "bot_command":
      return command(text, context);
    case "spoiler":
      return make("span", { class: "spoiler", tabindex: 0 }, ...inner);
    default:
      return make(TAGS[span.type] ?? "span", {}, ...inner);
  }
}

function words(text, context, plain) {
  if (!text) return [];
  if (!plain) return [document.createTextNode(text)];
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(FOUND)) {
    nodes.push(document.createTextNode(text.slice(at, found.index)));
    nodes.push(found.groups.link ? link(found[0], [found[0]]) : command(found[0], context));
    at = found.index + found[0].length;
  }
  return [...nodes, document.createTextNode(text.slice(at))];
}

function link(address, inner) {
  if (!OPENED.test(address)) return make("span", { class: "link" }, ...inner);
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...inner);
}

function command(text, context) {
  const click = () => context.command(text);
  return make("button", { type: "button", class: "link", text, on: { click } });
}

function expandable(span, text, inner, context) {
  const quote = make("blockquote", {}, ...inner);
  const lines = text.split("\n").length;
  if (lines <= SHORT_QUOTE.lines && text.length <= SHORT_QUOTE.characters) return quote;
  const toggle = make("button", { type: "button", class: "link more" });
  const show = () => {
    const open = context.opened.has(span.offset);
    quote.classList.toggle("closed", !open);
    toggle.textContent = open ? "Show less" : "Show more";
    toggle.setAttribute("aria-expanded", String(open));
  };
  toggle.addEventListener("click", () => {
    if (!context.opened.delete(span.offset)) context.opened.add(span.offset);
    show();
  });
  show();
  return make("div", { class: "expandable" }, quote, toggle);
}
