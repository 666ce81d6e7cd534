"""Messages in Block Kit and Slack's Markdown."""
