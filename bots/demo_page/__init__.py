"""`make demo` in a browser: the real service among simulated platforms, as the people who write to it see it."""
