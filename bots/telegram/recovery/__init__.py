"""Finding messages of which it is unknown whether they were sent."""
