"""Work on text: Markdown, page breaks, typed commands, translations and error sentences."""
