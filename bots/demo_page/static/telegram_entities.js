// Telegram's text with entities as elements. Offsets count UTF-16 code units, as JavaScript's strings do.

import { html } from "./vendor/htm-preact.js";

const safe = (url) => (/^(https?|mailto|tg):/i.test(url) ? url : undefined);

const link = (url, inner) =>
  html`<a href=${safe(url)} target="_blank" rel="noopener noreferrer nofollow">${inner}</a>`;

const WRAPPERS = {
  bold: (inner) => html`<strong>${inner}</strong>`,
  italic: (inner) => html`<em>${inner}</em>`,
  underline: (inner) => html`<u>${inner}</u>`,
  strikethrough: (inner) => html`<s>${inner}</s>`,
  spoiler: (inner) => html`<span class="spoiler" tabindex="0">${inner}</span>`,
  code: (inner) => html`<code>${inner}</code>`,
  pre: (inner, entity) => html`<pre data-language=${entity.language}><code>${inner}</code></pre>`,
  text_link: (inner, entity) => link(entity.url, inner),
  url: (inner, entity, text) => link(/^https?:/i.test(text) ? text : `https://${text}`, inner),
  blockquote: (inner) => html`<blockquote>${inner}</blockquote>`,
};

const wrap = (entity, inner, text, label) => {
  if (entity.type === "expandable_blockquote")
    return html`<details class="fold"><summary>${label}</summary><blockquote>${inner}</blockquote></details>`;
  return (WRAPPERS[entity.type] ?? ((part) => html`<span class="mention">${part}</span>`))(inner, entity, text);
};

const BLOCKS = ["pre", "blockquote", "expandable_blockquote"];

const draw = (text, start, end, entities, label) => {
  const parts = [];
  let at = start;
  const inside = entities.filter((one) => one.offset >= start && one.offset + one.length <= end);
  while (inside.length) {
    const entity = inside.shift();
    if (entity.offset < at) continue;
    const stop = entity.offset + entity.length;
    const nested = inside.filter((one) => one.offset + one.length <= stop);
    parts.push(text.slice(at, entity.offset));
    parts.push(wrap(entity, draw(text, entity.offset, stop, nested, label), text.slice(entity.offset, stop), label));
    at = BLOCKS.includes(entity.type) && text[stop] === "\n" ? stop + 1 : stop; // a block ends its line itself
  }
  parts.push(text.slice(at, end));
  return parts;
};

export const Entities = ({ text, entities, label }) => {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return html`<div class="text">${draw(text, 0, text.length, sorted, label)}</div>`;
};
