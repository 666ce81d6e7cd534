"""What a platform must offer, and what it may."""
