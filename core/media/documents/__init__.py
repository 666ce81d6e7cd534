"""Extract the text of documents."""
