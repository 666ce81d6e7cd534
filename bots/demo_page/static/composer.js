// Where one writes: a text with completed commands, files, recordings; also replies to and changes of a message.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { act, upload } from "./api.js";

const useRecorder = (onRecorded, onRefused) => {
  const [recorder, setRecorder] = useState(null);
  const start = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [];
      const next = new MediaRecorder(stream);
      next.ondataavailable = (event) => parts.push(event.data);
      next.onstop = () => {
        stream.getTracks().forEach((track) => track.stop());
        setRecorder(null);
        onRecorded(new Blob(parts, { type: next.mimeType }));
      };
      next.start();
      setRecorder(next);
    } catch {
      onRefused();
    }
  };
  return { recording: recorder !== null, toggle: () => (recorder ? recorder.stop() : start()) };
};

const Completions = ({ commands, text, choose }) => {
  const typed = /^\/(\w*)$/.exec(text);
  const fitting = typed ? commands.filter((command) => command.name.startsWith(typed[1])) : [];
  if (!fitting.length) return null;
  return html`<ul class="completions">
    ${fitting.map(
      ({ name, description }) => html`<li>
        <button type="button" onClick=${() => choose(`/${name} `)}><b>/${name}</b> ${description}</button>
      </li>`,
    )}
  </ul>`;
};

const About = ({ target, cancel, t }) =>
  target &&
  html`<p class="about">
    ${t(target.changes ? "editing" : "replying")}: ${target.text.slice(0, 60)}
    <button type="button" onClick=${cancel}>${t("cancel")}</button>
  </p>`;

export const Composer = ({ room, person, commands, target, thread, clear, t, notify }) => {
  const [text, setText] = useState(room.starter);
  const [attached, setAttached] = useState(null);
  const input = useRef(null);
  const picker = useRef(null);
  const message = target && !target.changes ? target.id : (thread ?? "");

  useEffect(() => setText(thread ? "" : room.starter), [room.id, thread]);
  useEffect(() => {
    if (target?.changes) setText(target.text);
    if (target) input.current.focus();
  }, [target]);

  const sendFile = (blob, name, voice) =>
    upload(room.id, blob, { person, name, message, text: voice ? "" : text, voice: voice ? 1 : 0 });

  const recorder = useRecorder(
    (blob) => sendFile(blob, "voice", true).catch(notify),
    () => notify(new Error(t("no_microphone"))),
  );

  const send = async (event) => {
    event?.preventDefault();
    try {
      if (attached) await sendFile(attached, attached.name, false);
      else if (!text.trim()) return;
      else if (target?.changes) await act(room.id, "edit", { person, message: target.id, text });
      else await act(room.id, "say", { person, message, text });
      setText("");
      setAttached(null);
      clear();
    } catch (error) {
      notify(error);
    }
  };

  const onKey = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
    if (event.key === "Escape" && target) clear();
  };

  return html`<form class="composer" onSubmit=${send}>
    <${Completions} commands=${commands} text=${text} choose=${(chosen) => (setText(chosen), input.current.focus())} />
    <${About} target=${target} cancel=${clear} t=${t} />
    ${attached && html`<p class="about">📎 ${attached.name} <button type="button" onClick=${() => setAttached(null)}>${t("cancel")}</button></p>`}
    <div class="row">
      <button type="button" class="icon" title=${t("attach")} aria-label=${t("attach")} onClick=${() => picker.current.click()}>📎</button>
      <input type="file" hidden ref=${picker} onChange=${(event) => setAttached(event.target.files[0] ?? null)} />
      <textarea rows="1" ref=${input} value=${text} aria-label=${t("write")} placeholder=${t("write")}
        onInput=${(event) => setText(event.target.value)} onKeyDown=${onKey}></textarea>
      <button type="button" class=${recorder.recording ? "icon recording-now" : "icon"} onClick=${recorder.toggle}
        title=${t(recorder.recording ? "stop_recording" : "record")} aria-label=${t(recorder.recording ? "stop_recording" : "record")}>🎙</button>
      <button type="submit" class="icon primary" title=${t("send")} aria-label=${t("send")}>➤</button>
    </div>
  </form>`;
};
