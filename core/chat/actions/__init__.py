"""What commands, buttons and messages set going."""
