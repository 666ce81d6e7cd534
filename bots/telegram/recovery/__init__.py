"""Finding messages whose sending had an unknown end."""
