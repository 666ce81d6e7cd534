"""Importing this reads what a service reads once: each process that is forked after it has it already."""

from core.chat.text.translations import Translations
from core.wanjie.certificates import load_certificates

load_certificates()
Translations()
