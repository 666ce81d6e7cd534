// Buttons and lists under a message.

import { html, useState } from "./vendor/htm-preact.js";
import { act } from "./api.js";

const Search = ({ control, press, search, t }) => {
  const [found, setFound] = useState(null);
  const [typed, setTyped] = useState("");
  const find = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    setFound(await search(control.action, typed));
  };
  return html`<form class="search" onSubmit=${find}>
    <input type="search" value=${typed} placeholder=${control.label || t("search")} aria-label=${control.label || t("search")}
      onInput=${(event) => setTyped(event.target.value)} />
    <button type="submit">${t("find")}</button>
    ${found && html`<ul>${found.map(([value, label]) => html`<li><button type="button" onClick=${() => press(control.action, value)}>${label}</button></li>`)}</ul>`}
  </form>`;
};

const Menu = ({ control, press, t }) => html`<select aria-label=${control.label || t("choose")} value=${control.value}
  onChange=${(event) => event.target.value && press(control.action, event.target.value)}>
  <option value="">${control.label || t("choose")}</option>
  ${control.options.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
</select>`;

const Control = (props) => {
  const { control, press } = props;
  if (control.kind === "search") return html`<${Search} ...${props} />`;
  if (control.kind === "menu") return html`<${Menu} ...${props} />`;
  return html`<button type="button" onClick=${() => press(control.action, control.value)}>${control.label}</button>`;
};

export const Controls = ({ room, person, message, t, notify }) => {
  const press = (action, value) => act(room, "press", { person, message: message.id, action, value }).catch(notify);
  const search = (action, text) =>
    act(room, "search", { person, message: message.id, action, text }).catch((error) => (notify(error), []));
  return message.controls.map(
    (row) => html`<div class="controls">
      ${row.map((control) => html`<${Control} key=${control.action + control.value} control=${control} press=${press} search=${search} t=${t} />`)}
    </div>`,
  );
};
