"""Block Kit and texts, as Slack checks and shows them."""
