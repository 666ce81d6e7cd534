"""Images: recognise, check and shrink them."""
