// The page: a phone on the left, a workspace on the right, the promises above, what happens underneath below.

import { html, render, useEffect, useReducer, useState } from "./vendor/htm-preact.js";
import { Promises, ROOMS } from "./promises.js";
import { Workspace } from "./slack.js";
import { empty, KINDS, reduce } from "./state.js";
import { Phone } from "./telegram.js";
import { Underneath } from "./underneath.js";
import { preferredLanguage, words } from "./translations.js";

const NOTICE_MILLISECONDS = 6000;

const useServer = () => {
  const [state, dispatch] = useReducer(reduce, empty);
  useEffect(() => {
    const source = new EventSource("events");
    for (const kind of KINDS) source.addEventListener(kind, (event) => dispatch({ kind, data: JSON.parse(event.data) }));
    source.onerror = () => dispatch({ kind: "lost" });
    return () => source.close();
  }, []);
  return state;
};

const useNotice = (t) => {
  const [notice, setNotice] = useState("");
  const notify = (error) => {
    setNotice(`${t("failed")}: ${error.message}`);
    setTimeout(() => setNotice(""), NOTICE_MILLISECONDS);
  };
  return [notice, notify];
};

const Head = ({ language, setLanguage, t }) => {
  const turn = () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  };
  return html`<header class="head">
    <a class="skip" href="#conversations">${t("skip")}</a>
    <h1>${t("title")}</h1><p>${t("subtitle")}</p>
    <button type="button" onClick=${turn} aria-label=${t("theme")} title=${t("theme")}>◐</button>
    <button type="button" onClick=${() => setLanguage(language === "en" ? "zh" : "en")}>${t("language")}</button>
  </header>`;
};

const Page = () => {
  const [language, setLanguage] = useState(preferredLanguage());
  const [places, setPlaces] = useState({ telegram: "private", slack: "channel", last: "private" });
  const state = useServer();
  const t = words(language);
  const [notice, notify] = useNotice(t);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);

  const choose = (platform) => (room) => setPlaces((now) => ({ ...now, [platform]: room, last: room }));
  const play = (number) => {
    for (const room of ROOMS[number]) choose(state.rooms.find((one) => one.id === room).platform)(room);
  };

  return html`
    <${Head} language=${language} setLanguage=${setLanguage} t=${t} />
    ${state.lost && html`<p class="lost" role="alert">${t("lost")}</p>`}
    <${Promises} promises=${state.promises} simulated=${state.simulated} play=${play} t=${t} notify=${notify} />
    <main id="conversations">
      <${Phone} state=${state} room=${places.telegram} choose=${choose("telegram")} t=${t} notify=${notify} />
      <${Workspace} state=${state} room=${places.slack} choose=${choose("slack")} t=${t} notify=${notify} />
    </main>
    <${Underneath} state=${state} room=${places.last} t=${t} notify=${notify} />
    <div class="notice-bar" role="alert">${notice}</div>
  `;
};

render(html`<${Page} />`, document.getElementById("page"));
