// The workspace: Slack's sidebar, channels, the thread pane and direct messages.

import { html, useState } from "./vendor/htm-preact.js";
import { Block } from "./slack_blocks.js";
import { act } from "./api.js";
import { AgentBar, Home, Tabs } from "./slack_home.js";
import { Composer } from "./composer.js";
import { Controls } from "./controls.js";
import { drawEmoji } from "./emoji.js";
import { File } from "./files.js";
import { Form, Shortcuts } from "./slack_form.js";
import { Mrkdwn } from "./slack_markdown.js";
import { screenOf } from "./state.js";
import { People, useFollowing } from "./telegram.js";

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

const Message = ({ message, room, person, names, titles, replies, openThread, setTarget, shortcuts, t, notify }) => html`<li
  class=${["post", message.is_private && "only-you", message.is_growing && "growing"].filter(Boolean).join(" ")}>
  <b class="author">${message.author}</b> ${message.by_bot && html`<span class="badge">APP</span>`} <time>${clock(message.at)}</time>
  ${titles?.[message.id] && html`<p class="context">🧵 ${titles[message.id]}</p>`}
  ${message.is_private && html`<p class="context">👁 ${t("only_you")}</p>`}
  ${message.blocks.length ? message.blocks.map((block, index) => html`<${Block} key=${index} block=${block} room=${room.id} names=${names} t=${t} />`) : message.text && html`<${Mrkdwn} text=${message.text} />`}
  ${message.files.map((file) => html`<${File} key=${file.id} room=${room.id} file=${file} t=${t} />`)}
  ${message.is_growing && html`<span class="caret" role="status" aria-label=${t("growing")}></span>`}
  <${Controls} room=${room.id} person=${person} message=${message} t=${t} notify=${notify} />
  <footer>
    ${message.reactions.map((reaction) => html`<span class="reaction">${drawEmoji(reaction)}</span>`)}
    ${openThread && !message.is_private && html`<button type="button" onClick=${() => openThread(message.thread)}>${replies ? `${t("replies")}: ${replies}` : t("thread")}</button>`}
    ${message.is_own && html`<button type="button" onClick=${() => setTarget({ id: message.id, text: message.text, changes: true })}>${t("edit")}</button>`}
    ${!message.is_private && html`<${Shortcuts} shortcuts=${shortcuts} room=${room} person=${person} message=${message} t=${t} notify=${notify} />`}
  </footer>
</li>`;

const Posts = ({ posts, title, counts, ...rest }) => {
  const list = useFollowing(posts.at(-1));
  return html`<ol class="messages" role="log" aria-label=${title} ref=${list} tabindex="0">
    ${posts.map((message) => html`<${Message} key=${message.id} message=${message} replies=${counts?.get(message.id)} ...${rest} />`)}
  </ol>`;
};

const countReplies = (messages) => {
  const counts = new Map();
  for (const message of messages) if (message.thread !== message.id) counts.set(message.thread, (counts.get(message.thread) ?? 0) + 1);
  return counts;
};

const Pane = ({ state, room, thread, openThread, t, notify }) => {
  const [person, setPerson] = useState(room.people[0]);
  const [target, setTarget] = useState(null);
  const screen = screenOf(state, room.id, person);
  const messages = [...screen.messages.values()];
  const [tab, setTab] = useState("messages");
  const open = (name) => (setTab(name), act(room.id, "open", { person, text: name }).catch(notify));
  const tabs = screen.tabs;
  const inThread = (message) => message.thread === thread;
  const shared = { room, person, names: state.names, shortcuts: state.shortcuts, setTarget, t, notify };
  const direct = room.kind === "direct";
  const composer = (root) => html`<${Composer} room=${room} person=${person} commands=${state.commands} thread=${root} target=${target} clear=${() => setTarget(null)} t=${t} notify=${notify} />`;
  return html`<div class="panes">
    ${screen.form && html`<${Form} key=${screen.form.id} form=${screen.form} room=${room} person=${person} t=${t} notify=${notify} />`}
    <div class="chat">
      <header><h3>${direct ? room.title : `#${room.title}`}</h3><span class="activity" role="status">${screen.activity}</span>
        <${People} room=${room} person=${person} choose=${setPerson} t=${t} />
        ${tabs && html`<${Tabs} shown=${tab} open=${open} t=${t} />`}</header>
      ${
        tab === "home" && tabs
          ? html`<${Home} parts=${tabs.home} room=${room} person=${person} names=${state.names} t=${t} notify=${notify} />`
          : html`<${Posts} title=${room.title} posts=${messages.filter((message) => direct || message.thread === message.id)}
                counts=${countReplies(messages)} openThread=${direct ? null : openThread} titles=${tabs?.titles} ...${shared} />
              ${tabs && html`<${AgentBar} tabs=${tabs} isEmpty=${!messages.length} room=${room} person=${person} t=${t} notify=${notify} />`}
              ${composer(null)}`
      }
    </div>
    ${thread && html`<div class="chat thread">
      <header><h3>${t("thread_title")}</h3><button type="button" onClick=${() => openThread(null)}>${t("close")}</button></header>
      <${Posts} title=${t("thread_title")} posts=${messages.filter(inThread)} ...${shared} />
      ${composer(thread)}
    </div>`}
  </div>`;
};

const Group = ({ title, rooms, shown, choose }) => html`<h3>${title}</h3>
  ${rooms.map(
    (room) => html`<button type="button" aria-pressed=${room === shown} onClick=${() => choose(room.id)}>
      ${room.kind === "channel" ? `# ${room.title}` : `● ${room.title} (${room.people[0]})`}
    </button>`,
  )}`;

export const Workspace = ({ state, t, notify, room, choose }) => {
  const [threads, setThreads] = useState({});
  const rooms = state.rooms.filter((one) => one.platform === "slack");
  const shown = rooms.find((one) => one.id === room) ?? rooms[0];
  const of = (kind) => rooms.filter((one) => one.kind === kind);
  return html`<section class="workspace" aria-label=${t("slack")}>
    <nav class="sidebar" aria-label=${`${t("slack")}: ${t("conversations")}`}>
      <h2>${t("slack")}</h2>
      <${Group} title=${t("channels")} rooms=${of("channel")} shown=${shown} choose=${choose} />
      <${Group} title=${t("direct")} rooms=${of("direct")} shown=${shown} choose=${choose} />
    </nav>
    ${shown && html`<${Pane} key=${shown.id} state=${state} room=${shown} thread=${threads[shown.id]}
      openThread=${(thread) => setThreads({ ...threads, [shown.id]: thread })} t=${t} notify=${notify} />`}
  </section>`;
};
