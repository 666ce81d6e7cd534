"""The platforms, the simulators, and the program that runs them."""

__version__ = "0.1.0"
