// Files under a message: pictures, recordings that play, and everything else to download.

import { html } from "./vendor/htm-preact.js";
import { fileUrl } from "./api.js";

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${(bytes / 1024).toFixed(0)} kB` : `${(bytes / (1 << 20)).toFixed(1)} MB`);

export const File = ({ room, file, alt, t }) => {
  const url = fileUrl(room, file.id);
  switch (file.kind) {
    case "picture":
      return html`<a href=${url} target="_blank" class="picture"><img src=${url} alt=${alt || file.name} loading="lazy" /></a>`;
    case "voice":
    case "audio":
      return html`<figure class="recording">
        <figcaption>🎙 ${t("play")}</figcaption>
        <audio controls preload="metadata" src=${url} aria-label=${t("play")}></audio>
      </figure>`;
    case "video":
      return html`<video controls preload="metadata" src=${url} aria-label=${file.name}></video>`;
    default:
      return html`<a class="attachment" href=${url} download=${file.name}>📎 ${file.name} <small>${size(file.size)}</small></a>`;
  }
};
