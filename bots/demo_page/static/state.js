// What the page knows, and how each event of the server changes it.

const MAX_CALLS = 200;

export const empty = {
  rooms: [],
  screens: {}, // room/person → { messages: Map of id → message, activity, tabs, form }
  names: {}, // of people in Slack, by id
  processes: [],
  commands: [],
  shortcuts: [], // of Slack's messages
  calls: [],
  promises: {}, // number → { state, seen }
  simulated: true,
  connected: false,
  lost: false,
};

const place = (data) => `${data.room}/${data.person}`;

const withScreen = (state, data, change) => {
  const key = place(data);
  const screen = state.screens[key] ?? { messages: new Map(), activity: "" };
  return { ...state, screens: { ...state.screens, [key]: change(screen) } };
};

const withMessage = (state, data) =>
  withScreen(state, data, (screen) => ({
    ...screen,
    messages: new Map(screen.messages).set(data.message.id, data.message),
  }));

const withoutMessage = (state, data) =>
  withScreen(state, data, (screen) => {
    const messages = new Map(screen.messages);
    messages.delete(data.message.id);
    return { ...screen, messages };
  });

const withActivity = (state, data) => withScreen(state, data, (screen) => ({ ...screen, activity: data.activity }));

const withTabs = (state, data) => withScreen(state, data, (screen) => ({ ...screen, tabs: data.tabs }));

const withForm = (state, data) => withScreen(state, data, (screen) => ({ ...screen, form: data.form }));

const withAnything = (state, data) => {
  if (data.message) return withMessage(state, data);
  if (data.form) return withForm(state, data);
  return data.tabs ? withTabs(state, data) : withActivity(state, data);
};

const hello = ({ screens, ...known }) =>
  screens.reduce(withAnything, { ...empty, ...known, connected: true });

export const reduce = (state, { kind, data }) => {
  switch (kind) {
    case "hello":
      return hello(data);
    case "message":
      return withMessage(state, data);
    case "gone":
      return withoutMessage(state, data);
    case "tabs":
      return withTabs(state, data);
    case "form":
      return withForm(state, data);
    case "activity":
      return withActivity(state, data);
    case "processes":
      return { ...state, processes: data.processes };
    case "call":
      return { ...state, calls: [data, ...state.calls].slice(0, MAX_CALLS) };
    case "promise":
      return { ...state, promises: { ...state.promises, [data.number]: data } };
    case "lost":
      return { ...state, lost: true };
    default:
      return state;
  }
};

export const KINDS = ["hello", "message", "gone", "activity", "tabs", "form", "processes", "call", "promise"];

export const screenOf = (state, room, person) =>
  state.screens[`${room}/${person}`] ?? { messages: new Map(), activity: "" };
