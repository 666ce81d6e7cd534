// The calls of the page to its server.

const check = async (response) => {
  if (!response.ok) throw new Error((await response.json()).error ?? response.statusText);
  return response.json();
};

export const post = (path, body = {}) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }).then(check);

export const act = (room, name, body) => post(`rooms/${room}/${name}`, body);

export const upload = (room, blob, parameters) =>
  fetch(`rooms/${room}/send?${new URLSearchParams(parameters)}`, {
    method: "POST",
    headers: { "Content-Type": blob.type || "application/octet-stream" },
    body: blob,
  }).then(check);

export const read = (path) => fetch(path).then(check);

export const fileUrl = (room, id) => `file/${room}/${encodeURIComponent(id)}`;
