"""The platforms, the simulators, and the program that runs them."""

__version__ = "1.0.0"
