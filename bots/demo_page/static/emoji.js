// Slack's names of emoji as pictures: those that the bot sets, and some that people use most.

const PICTURES = {
  "+1": "👍",
  "-1": "👎",
  eyes: "👀",
  heart: "❤️",
  joy: "😂",
  pray: "🙏",
  raised_hands: "🙌",
  rocket: "🚀",
  slightly_smiling_face: "🙂",
  smile: "😄",
  tada: "🎉",
  thinking_face: "🤔",
  thumbsdown: "👎",
  thumbsup: "👍",
  warning: "⚠️",
  wave: "👋",
  white_check_mark: "✅",
};

/** The picture of an emoji; its name between colons where it is not known, as that of a workspace's own. */
export const drawEmoji = (name) => PICTURES[name] ?? `:${name}:`;
