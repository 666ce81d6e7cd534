"""An app that several workspaces install, with the tokens that each of them gives it."""
