"""`make bench`: how fast and how lean the service is on this machine, among simulated platforms."""
