"""`python -m bots`."""

import sys

from .hidden_modules import UNUSED_MODULES, hide_modules

with hide_modules(*UNUSED_MODULES):
    from .cli import main

sys.exit(main())
