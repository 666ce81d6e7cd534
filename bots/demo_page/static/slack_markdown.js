// Slack's two ways to mark text, as elements: Markdown (markdown blocks, streams) and mrkdwn (`*bold*`, `<url|label>`).

import { html } from "./vendor/htm-preact.js";

const safe = (url) => (/^(https?|mailto):/i.test(url) ? url : undefined);

const anchor = (url, label) =>
  html`<a href=${safe(url)} target="_blank" rel="noopener noreferrer nofollow">${label}</a>`;

// Each rule: what it matches, and what becomes of it; the first rule that matches earliest wins.
const MARKDOWN = [
  [/\\([!-/:-@[-`{-~])/, (m) => m[1]],
  [/(`+)(.+?)\1/s, (m) => html`<code>${m[2]}</code>`],
  [/\*\*(?=\S)(.+?)\*\*/s, (m, inner) => html`<strong>${inner(m[1])}</strong>`],
  [/(?<![\w*])\*(?=\S)([^*\n]+?)\*(?!\w)/, (m, inner) => html`<em>${inner(m[1])}</em>`],
  [/(?<!\w)_(?=\S)([^_\n]+?)_(?!\w)/, (m, inner) => html`<em>${inner(m[1])}</em>`],
  [/~~(.+?)~~/, (m, inner) => html`<s>${inner(m[1])}</s>`],
  [/!?\[([^\]\n]*)\]\(([^)\s]+)\)/, (m, inner) => anchor(m[2], inner(m[1] || m[2]))],
  [/https?:\/\/[^\s<>"）)]+/, (m) => anchor(m[0], m[0])],
];

const MRKDWN = [
  [/`([^`\n]+)`/, (m) => html`<code>${unescape(m[1])}</code>`],
  [/<(https?:[^|>]+|mailto:[^|>]+)(?:\|([^>]*))?>/, (m) => anchor(m[1], m[2] ?? m[1])],
  [/<[@#!][^>]*>/, (m) => html`<span class="mention">${m[0].slice(1, -1)}</span>`],
  [/(?<!\w)\*(?=\S)([^*\n]+?)\*(?!\w)/, (m, inner) => html`<strong>${inner(m[1])}</strong>`],
  [/(?<!\w)_(?=\S)([^_\n]+?)_(?!\w)/, (m, inner) => html`<em>${inner(m[1])}</em>`],
  [/(?<!\w)~(?=\S)([^~\n]+?)~(?!\w)/, (m, inner) => html`<s>${inner(m[1])}</s>`],
];

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const inline = (text, rules, plain) => {
  const parts = [];
  let rest = text;
  while (rest) {
    let first = null;
    for (const [pattern, make] of rules) {
      const match = pattern.exec(rest);
      if (match && (first === null || match.index < first.match.index)) first = { match, make };
    }
    if (!first) break;
    parts.push(plain(rest.slice(0, first.match.index)));
    parts.push(first.make(first.match, (part) => inline(part, rules, plain)));
    rest = rest.slice(first.match.index + first.match[0].length);
  }
  return [...parts, plain(rest)];
};

const marked = (text) => inline(text, MARKDOWN, (part) => part);

const STARTS_BLOCK = /^(#{1,6} |\s*>|\s*\||\s*([-*+]|\d+[.)]) )/;
const FENCE = /^ {0,3}(```+|~~~+)\s*(\S*).*$/;

// Lines become blocks: fences, headings, lists, quotes, tables, paragraphs.
const blocksOf = (lines) => {
  const blocks = [];
  let at = 0;
  const take = (test) => {
    const found = [];
    while (at < lines.length && test(lines[at])) found.push(lines[at++]);
    return found;
  };
  while (at < lines.length) {
    const line = lines[at];
    const fence = FENCE.exec(line);
    if (fence) {
      at += 1;
      const code = take((one) => !one.trim().startsWith(fence[1]));
      at += 1;
      blocks.push(html`<pre data-language=${fence[2]}><code>${code.join("\n")}</code></pre>`);
    } else if (/^#{1,6} /.test(line)) {
      at += 1;
      blocks.push(html`<p class="heading"><strong>${marked(line.replace(/^#+ /, ""))}</strong></p>`);
    } else if (/^\s*>/.test(line)) {
      blocks.push(html`<blockquote>${blocksOf(take((one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*> ?/, "")))}</blockquote>`);
    } else if (/^\s*\|.*\|\s*$/.test(line)) {
      blocks.push(table(take((one) => /^\s*\|.*\|\s*$/.test(one))));
    } else if (/^\s*([-*+]|\d+[.)]) /.test(line)) {
      blocks.push(list(take((one) => /^\s*([-*+]|\d+[.)]) /.test(one) || /^\s{2,}\S/.test(one))));
    } else if (!line.trim()) {
      at += 1;
    } else {
      at += 1; // always one line, whatever it looks like
      const more = take((one) => one.trim() && !FENCE.test(one) && !STARTS_BLOCK.test(one));
      blocks.push(html`<p>${marked([line, ...more].join("\n"))}</p>`);
    }
  }
  return blocks;
};

const list = (lines) => {
  const numbered = /^\s*\d/.test(lines[0]);
  const items = [];
  for (const line of lines) {
    const match = /^\s*(?:[-*+]|(\d+)[.)]) (.*)$/.exec(line);
    if (match) items.push({ value: match[1], text: match[2] });
    else items.at(-1).text += `\n${line.trim()}`;
  }
  const entries = items.map(({ value, text }) => html`<li value=${value}>${marked(text)}</li>`);
  return numbered ? html`<ol>${entries}</ol>` : html`<ul>${entries}</ul>`;
};

const table = (lines) => {
  const rows = lines.map((line) => line.trim().slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()));
  const [head, ...rest] = rows;
  const body = rest.filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)));
  return html`<table>
    <thead><tr>${head.map((cell) => html`<th>${marked(cell)}</th>`)}</tr></thead>
    <tbody>${body.map((row) => html`<tr>${row.map((cell) => html`<td>${marked(cell)}</td>`)}</tr>`)}</tbody>
  </table>`;
};

export const Markdown = ({ text }) => html`<div class="text">${blocksOf(text.split("\n"))}</div>`;

export const Mrkdwn = ({ text }) => {
  const parts = text.split(/```\n?([\s\S]*?)```/);
  return html`<div class="text">
    ${parts.map((part, index) => (index % 2 ? html`<pre><code>${unescape(part)}</code></pre>` : inline(part, MRKDWN, unescape)))}
  </div>`;
};
