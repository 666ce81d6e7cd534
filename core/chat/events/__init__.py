"""From the platform's hand into the queue, and what belongs together out of it."""
