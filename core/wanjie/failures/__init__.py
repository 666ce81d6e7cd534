"""What a refusal means, whatever words a gateway uses for it."""
