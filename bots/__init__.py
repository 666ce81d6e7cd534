"""The service's faces: one package a platform, the simulators, and the program that runs them."""
