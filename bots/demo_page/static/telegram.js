// The phone: Telegram's private chats, groups and topics.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { act } from "./api.js";
import { Composer } from "./composer.js";
import { Controls } from "./controls.js";
import { Entities } from "./telegram_entities.js";
import { File } from "./files.js";
import { screenOf } from "./state.js";

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

// Pictures of one album stand in one bubble.
const bubbles = (messages) => {
  const found = [];
  for (const message of messages) {
    const last = found.at(-1)?.at(-1);
    if (message.album && last?.album === message.album) found.at(-1).push(message);
    else found.push([message]);
  }
  return found;
};

const Bubble = ({ parts, room, person, setTarget, t, notify }) => {
  const [message] = parts;
  const captioned = parts.find((part) => part.text) ?? message;
  if (message.is_notice) return html`<li class="notice">${message.text}</li>`;
  const classes = ["bubble", message.is_own && "own", message.is_growing && "growing"].filter(Boolean).join(" ");
  return html`<li class=${classes}>
    ${room.kind !== "private" && !message.is_own && html`<b class="author">${message.author}</b>`}
    ${message.quoted && html`<div class="quoted">${message.quoted}</div>`}
    <div class=${parts.length > 1 ? "album" : ""}>
      ${parts.flatMap((part) => part.files.map((file) => html`<${File} key=${file.id} room=${room.id} file=${file} alt=${captioned.text} t=${t} />`))}
    </div>
    ${captioned.text && html`<${Entities} text=${captioned.text} entities=${captioned.entities} label=${t("thinking")} />`}
    <footer>
      ${message.reactions.map((reaction) => html`<span class="reaction">${reaction}</span>`)}
      ${message.is_edited && html`<span>${t("edited")} </span>`}<time>${clock(message.at)}</time>
      <span class="acts">
        <button type="button" onClick=${() => setTarget({ id: message.id, text: message.text })}>${t("reply")}</button>
        ${message.by_bot && !message.is_growing && ["👍", "👎"].map((emoji) => html`<button type="button" key=${emoji} aria-label=${`${t("react")} ${emoji}`} onClick=${() => act(room.id, "react", { person, message: parts.at(-1).id, text: emoji }).catch(notify)}>${emoji}</button>`)}
        ${message.is_own && !message.files.length && html`<button type="button" onClick=${() => setTarget({ id: message.id, text: message.text, changes: true })}>${t("edit")}</button>`}
      </span>
    </footer>
    ${parts.map((part) => html`<${Controls} key=${part.id} room=${room.id} person=${person} message=${part} t=${t} notify=${notify} />`)}
  </li>`;
};

const followWithin = (element, pixels) => {
  if (element.scrollHeight - element.scrollTop - element.clientHeight < pixels) element.scrollTop = element.scrollHeight;
};

export const useFollowing = (dependency) => {
  const list = useRef(null);
  const isOpened = useRef(false);
  useEffect(() => {
    const element = list.current;
    followWithin(element, isOpened.current ? 400 : Infinity);
    isOpened.current ||= element.childElementCount > 0;
  }, [dependency]);
  useEffect(() => {
    const element = list.current;
    const follow = () => followWithin(element, 800); // a picture has no height before it is loaded
    element.addEventListener("load", follow, true);
    return () => element.removeEventListener("load", follow, true);
  }, []);
  return list;
};

export const People = ({ room, person, choose, t }) =>
  room.people.length > 1 &&
  html`<label class="people">${t("write_as")}
    <select value=${person} onChange=${(event) => choose(event.target.value)}>
      ${room.people.map((name) => html`<option value=${name}>${name}</option>`)}
    </select>
  </label>`;

const Chat = ({ state, room, t, notify }) => {
  const [person, setPerson] = useState(room.people[0]);
  const [target, setTarget] = useState(null);
  const screen = screenOf(state, room.id, person);
  const list = useFollowing(screen);
  return html`<div class="chat">
    <header><h3>${room.title}</h3><span class="activity" role="status">${screen.activity}</span>
      <${People} room=${room} person=${person} choose=${setPerson} t=${t} /></header>
    <ol class="messages" role="log" aria-label=${room.title} ref=${list} tabindex="0">
      ${bubbles([...screen.messages.values()]).map(
        (parts) => html`<${Bubble} key=${parts[0].id} parts=${parts} room=${room} person=${person} setTarget=${setTarget} t=${t} notify=${notify} />`,
      )}
    </ol>
    <${Composer} room=${room} person=${person} commands=${state.commands} target=${target} clear=${() => setTarget(null)} t=${t} notify=${notify} />
  </div>`;
};

const LABELS = { private: "👤", group: "👥", topic: "#" };

export const Phone = ({ state, t, notify, room, choose }) => {
  const rooms = state.rooms.filter((one) => one.platform === "telegram");
  const shown = rooms.find((one) => one.id === room) ?? rooms[0];
  return html`<section class="phone" aria-label=${t("telegram")}>
    <h2>${t("telegram")}</h2>
    <nav aria-label=${`${t("telegram")}: ${t("conversations")}`}>
      ${rooms.map(
        (one) => html`<button type="button" aria-pressed=${one === shown} onClick=${() => choose(one.id)}>
          ${LABELS[one.kind]} ${one.language === "zh" ? "中文" : one.title}
        </button>`,
      )}
    </nav>
    ${shown && html`<${Chat} key=${shown.id} state=${state} room=${shown} t=${t} notify=${notify} />`}
  </section>`;
};
