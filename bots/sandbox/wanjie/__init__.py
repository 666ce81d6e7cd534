"""A simulated Wanjie Ark."""
