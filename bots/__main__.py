"""`python -m bots`."""

import sys

from .cli import main

sys.exit(main())
