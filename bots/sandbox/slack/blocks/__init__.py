"""Block Kit and message texts, as Slack validates and shows them."""
