"""`python -m bots`."""

import sys

from .hidden_modules import hide_modules

with hide_modules("rich"):  # structlog would load it to print errors, where a development tool has brought it along
    from .cli import main

sys.exit(main())
