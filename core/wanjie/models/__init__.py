"""The models of the key: their list, and the kind, features and voices that follow from their ids."""
