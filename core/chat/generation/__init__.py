"""What models make besides words: voice notes and pictures."""
