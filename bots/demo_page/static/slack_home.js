// What an app has beside its messages: the Home tab, and an agent's questions and stop button.

import { html } from "./vendor/htm-preact.js";
import { act } from "./api.js";
import { Block } from "./slack_blocks.js";
import { Controls } from "./controls.js";

export const Tabs = ({ shown, open, t }) => html`<nav class="tabs" aria-label=${t("tabs")}>
  ${["home", "messages"].map((name) => html`<button type="button" aria-pressed=${name === shown} onClick=${() => open(name)}>${t(`tab_${name}`)}</button>`)}
</nav>`;

export const Home = ({ parts, room, person, names, t, notify }) => html`<div class="messages home" role="region" aria-label=${t("tab_home")} tabindex="0">
  ${parts.length ? null : html`<p class="context">${t("home_empty")}</p>`}
  ${parts.map((part, index) =>
    part.block
      ? html`<${Block} key=${index} block=${part.block} room=${room.id} names=${names} t=${t} />`
      : html`<${Controls} key=${index} room=${room.id} person=${person} message=${{ id: "home", controls: part.controls }} t=${t} notify=${notify} />`,
  )}
</div>`;

export const AgentBar = ({ tabs, isEmpty, room, person, t, notify }) => html`<div class="agent">
  ${isEmpty && tabs.prompts.map((prompt) => html`<button type="button" onClick=${() => act(room.id, "say", { person, text: prompt }).catch(notify)}>${prompt}</button>`)}
  ${tabs.working.map((thread) => html`<button type="button" class="primary" onClick=${() => act(room.id, "stop", { person, message: thread }).catch(notify)}>⏹ ${t("stop_agent")}</button>`)}
</div>`;
