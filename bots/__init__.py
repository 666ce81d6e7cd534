"""The service's faces: one package a platform, the simulators, and the program that runs them."""

__version__ = "0.1.0"
