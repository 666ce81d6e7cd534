// A form in front of a conversation: Slack's modal.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { act } from "./api.js";

const Text = ({ field, value, change, describedby }) =>
  field.is_long
    ? html`<textarea rows="3" value=${value} placeholder=${field.placeholder} aria-describedby=${describedby} onInput=${(event) => change(event.target.value)}></textarea>`
    : html`<input value=${value} placeholder=${field.placeholder} aria-describedby=${describedby} onInput=${(event) => change(event.target.value)} />`;

const Menu = ({ field, value, change, describedby }) => html`<select value=${value} aria-describedby=${describedby} onChange=${(event) => change(event.target.value)}>
  ${field.options.map((option) => html`<option value=${option}>${option}</option>`)}
</select>`;

const Boxes = ({ field, value, change }) => {
  const ticked = value.split("\n").filter(Boolean);
  const toggle = (option) => change((ticked.includes(option) ? ticked.filter((one) => one !== option) : [...ticked, option]).join("\n"));
  return field.options.map(
    (option) => html`<label class="box"><input type="checkbox" checked=${ticked.includes(option)} onChange=${() => toggle(option)} /> ${option}</label>`,
  );
};

const INPUTS = { text: Text, menu: Menu, boxes: Boxes };

const Field = (props) => {
  const { field } = props;
  const describedby = `error-${field.id}`;
  const input = html`<${INPUTS[field.kind]} ...${props} describedby=${describedby} />`;
  return html`<div class="field">
    ${field.kind === "boxes" ? html`<fieldset><legend>${field.label}</legend>${input}</fieldset>` : html`<label><span>${field.label}</span>${input}</label>`}
    ${field.hint && html`<p class="context">${field.hint}</p>`}
    <p class="error" id=${describedby} role="alert">${field.error}</p>
  </div>`;
};

export const Form = ({ form, room, person, t, notify }) => {
  const dialog = useRef(null);
  const [typed, setTyped] = useState({});
  useEffect(() => dialog.current.showModal(), []);
  const values = Object.fromEntries(form.fields.map((field) => [field.id, typed[field.id] ?? field.value]));
  const submit = (event) => {
    event.preventDefault();
    act(room.id, "submit", { person, fields: values }).catch(notify);
  };
  const close = (event) => {
    event.preventDefault();
    act(room.id, "close", { person }).catch(notify);
  };
  return html`<dialog ref=${dialog} class="form" aria-label=${form.title} onCancel=${close}>
    <form onSubmit=${submit} noValidate>
      <h3>${form.title}</h3>
      ${form.notes.map((note) => html`<blockquote class="context">${note}</blockquote>`)}
      ${form.fields.map(
        (field) => html`<${Field} key=${field.id} field=${field} value=${values[field.id]} change=${(value) => setTyped((now) => ({ ...now, [field.id]: value }))} />`,
      )}
      <p class="error" role="alert">${form.error}</p>
      <div class="actions"><button type="button" onClick=${close}>${form.cancel}</button>${form.submit && html`<button type="submit" class="primary">${form.submit}</button>`}</div>
    </form>
  </dialog>`;
};

export const Shortcuts = ({ shortcuts, room, person, message, t, notify }) => html`<select class="shortcuts" aria-label=${t("shortcuts")} value=""
  onChange=${(event) => {
    const name = event.target.value;
    event.target.value = "";
    if (name) act(room.id, "shortcut", { person, message: message.id, text: name }).catch(notify);
  }}>
  <option value="">⋯</option>
  ${shortcuts.map((one) => html`<option value=${one.name}>${one.title}</option>`)}
</select>`;
