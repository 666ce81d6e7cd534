"""Pure work on words: Markdown, page breaks, typed commands, sentences of the service's own."""
