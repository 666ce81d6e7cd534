"""Send answers to Slack."""
