// The bar of promises: one button plays each with real processes, and a sign says whether it held.

import { html } from "./vendor/htm-preact.js";
import { post } from "./api.js";

const SIGNS = { running: "⏳", held: "✅", broken: "❌" };

export const ROOMS = { 1: ["private"], 2: ["private", "direct"], 3: ["group"], 4: ["private"], 5: ["private"] };

export const Promises = ({ promises, simulated, play, t, notify }) => html`<section class="promises" aria-label=${t("promises")}>
  <h2>${t("promises")}</h2>
  ${simulated
    ? [1, 2, 3, 4, 5].map((number) => {
        const { state, seen } = promises[number] ?? {};
        return html`<button type="button" key=${number} data-state=${state} disabled=${state === "running"} title=${t(`promise${number}_how`)}
          onClick=${() => (play(number), post(`promises/${number}`).catch(notify))}>
          <span>${SIGNS[state] ?? "▶"} ${t(`promise${number}`)}</span>
          <small role="status">${state ? `${t(state)}${seen ? `: ${seen}` : ""}` : t(`promise${number}_how`)}</small>
        </button>`;
      })
    : html`<p>${t("real_model")}</p>`}
</section>`;
