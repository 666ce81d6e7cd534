"""Slack: events in over Socket Mode, answers out as native streams."""
