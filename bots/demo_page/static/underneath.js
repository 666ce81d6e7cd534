// What happens underneath: processes, the model's knobs, calls on a time line, measurements, keys in Redis.

import { html, useEffect, useState } from "./vendor/htm-preact.js";
import { post, read } from "./api.js";

const SIGNS = { alive: "🟢", killed: "💀", stopped: "⏹", ended: "⚫" };

const Processes = ({ processes, t, notify }) => {
  const control = (act, number) => post(`service/${act}`, { number }).catch(notify);
  return html`<div class="panel">
    <h3>${t("processes")}</h3>
    <ul class="processes">
      ${processes.map(
        ({ number, pid, state }) => html`<li key=${number}>
          ${SIGNS[state]} #${number} <small>pid ${pid}, ${t(state)}</small>
          ${state === "alive" && html`<button type="button" onClick=${() => control("kill", number)}>${t("kill")}</button>
            <button type="button" onClick=${() => control("stop", number)}>${t("stop")}</button>`}
        </li>`,
      )}
    </ul>
    <button type="button" onClick=${() => control("start")}>${t("start")}</button>
  </div>`;
};

const Knobs = ({ t, notify }) => {
  const set = (values) => post("service/model", values).catch(notify);
  return html`<div class="panel">
    <h3>${t("model")}</h3>
    <label>${t("speed")} <input type="range" min="5" max="200" value="40" onChange=${(event) => set({ speed: Number(event.target.value) })} /></label>
    <label>${t("delay")} <input type="range" min="0" max="5" step="0.5" value="0.5" onChange=${(event) => set({ delay: Number(event.target.value) })} /></label>
    <label><input type="checkbox" onChange=${(event) => set({ silent: event.target.checked })} /> ${t("silent")}</label>
    <label><input type="checkbox" onChange=${(event) => set({ broken: event.target.checked })} /> ${t("fails")}</label>
  </div>`;
};

const Calls = ({ calls, t }) => html`<div class="panel wide">
  <h3>${t("calls")}</h3>
  <ol class="calls" tabindex="0" aria-label=${t("calls")}>
    ${calls.map(
      ({ platform, at, method, outcome, budget }) => html`<li class=${outcome === "ok" ? platform : `${platform} refused`}>
        <time>${at.toFixed(2)} s</time> <span>${t(platform) === platform ? "Wanjie" : t(platform)}</span> <code>${method}</code> ${budget && html`<small title=${t(`budget_${platform}`)}>${budget}</small>`} ${outcome !== "ok" && html`<b>${outcome}</b>`}
      </li>`,
    )}
  </ol>
</div>`;

const useEvery = (path, seconds, dependency) => {
  const [value, setValue] = useState(null);
  useEffect(() => {
    let alive = true;
    const look = () => read(path).then((found) => alive && setValue(found), () => {});
    look();
    const timer = setInterval(look, seconds * 1000);
    return () => ((alive = false), clearInterval(timer));
  }, [path, dependency]);
  return value;
};

const Measurements = ({ t }) => {
  const measured = useEvery("measurements", 2, 0);
  return html`<dl class="panel measurements">
    ${measured && ["working", "waiting", "requests", "tokens", "cost", "refused"].map((key) => html`<div key=${key}><dt>${t(key)}</dt><dd>${measured[key]}</dd></div>`)}
  </dl>`;
};

const Keys = ({ room, t }) => {
  const keys = useEvery(`keys/${room}`, 3, room) ?? [];
  return html`<div class="panel wide">
    <h3>${t("keys")}</h3>
    <ul class="keys" tabindex="0" aria-label=${t("keys")}>
      ${keys.map(({ name, type, bytes, ttl }) => html`<li key=${name}><code>${name}</code> <small>${type}, ${bytes} B, ${ttl < 0 ? t("never") : `${ttl} s`}</small></li>`)}
    </ul>
  </div>`;
};

export const Underneath = ({ state, room, t, notify }) => html`<details class="underneath" open>
  <summary><h2>${t("underneath")}</h2></summary>
  <div class="panels">
    <${Measurements} t=${t} />
    <${Processes} processes=${state.processes} t=${t} notify=${notify} />
    ${state.simulated && html`<${Knobs} t=${t} notify=${notify} />`}
    <${Calls} calls=${state.calls} t=${t} />
    <${Keys} room=${room} t=${t} />
  </div>
</details>`;
