// Block Kit as elements: what the service uses of it, and what people's own messages consist of.

import { html } from "./vendor/htm-preact.js";
import { drawEmoji } from "./emoji.js";
import { File } from "./files.js";
import { Markdown, Mrkdwn } from "./slack_markdown.js";

const textOf = (object) => (object?.type === "mrkdwn" ? html`<${Mrkdwn} text=${object.text} />` : html`<div class="text">${object?.text}</div>`);

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code" };

const element = (one, names) => {
  switch (one.type) {
    case "text":
      return Object.keys(one.style ?? {}).reduce((inner, style) => (STYLES[style] ? html`<${STYLES[style]}>${inner}</${STYLES[style]}>` : inner), one.text);
    case "link":
      return html`<a href=${one.url} target="_blank" rel="noopener noreferrer nofollow">${one.text ?? one.url}</a>`;
    case "user":
      return html`<span class="mention">@${names[one.user_id] ?? one.user_id}</span>`;
    case "emoji":
      return drawEmoji(one.name);
    default:
      return (one.elements ?? []).map((inner) => element(inner, names));
  }
};

const rich = (part, names) => {
  const inner = (part.elements ?? []).map((one) => element(one, names));
  switch (part.type) {
    case "rich_text_list":
      return part.style === "ordered" ? html`<ol>${inner.map((one) => html`<li>${one}</li>`)}</ol>` : html`<ul>${inner.map((one) => html`<li>${one}</li>`)}</ul>`;
    case "rich_text_preformatted":
      return html`<pre><code>${inner}</code></pre>`;
    case "rich_text_quote":
      return html`<blockquote>${inner}</blockquote>`;
    default:
      return html`<p>${inner}</p>`;
  }
};

const plainOf = (node) =>
  typeof node === "string" ? node : Array.isArray(node) ? node.map(plainOf).join("") : node ? plainOf(node.text ?? node.elements ?? "") : "";

const Card = ({ block, t }) => html`<details class="fold">
  <summary>${block.title || t("thinking")}</summary>
  <blockquote>${typeof block.details === "string" ? block.details : plainOf(block.details)}</blockquote>
</details>`;

const Image = ({ block, room, t }) =>
  block.slack_file
    ? html`<${File} room=${room} alt=${block.alt_text} file=${{ id: block.slack_file.id, kind: "picture", name: block.alt_text }} t=${t} />`
    : html`<p>🖼 ${block.alt_text}</p>`;

const cell = (one) => (one.type === "rich_text" ? plainOf(one) : one.text);

export const Block = ({ block, room, names, t }) => {
  switch (block.type) {
    case "markdown":
      return html`<${Markdown} text=${block.text} />`;
    case "section":
      return html`<div>${block.text && textOf(block.text)}${(block.fields ?? []).map(textOf)}</div>`;
    case "header":
      return html`<h4>${block.text.text}</h4>`;
    case "context":
      return html`<div class="context">${block.elements.map(textOf)}</div>`;
    case "divider":
      return html`<hr />`;
    case "image":
      return html`<${Image} block=${block} room=${room} t=${t} />`;
    case "task_card":
      return html`<${Card} block=${block} t=${t} />`;
    case "rich_text":
      return html`<div class="text">${block.elements.map((part) => rich(part, names))}</div>`;
    case "table":
      return html`<table><tbody>${block.rows.map((row) => html`<tr>${row.map((one) => html`<td>${cell(one)}</td>`)}</tr>`)}</tbody></table>`;
    default:
      return null;
  }
};
