"""What every platform shares: the Wanjie client, the work engine, the store, the conversation."""
