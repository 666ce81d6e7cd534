"""Every failure of the model's service has a sentence."""

from inspect import isclass

import pytest

from core import wanjie
from core.chat.text.error_keys import error_key
from core.chat.text.translations import Translations

ERRORS = [thing for thing in vars(wanjie).values() if isclass(thing) and issubclass(thing, wanjie.WanjieError)]


@pytest.mark.parametrize("error", ERRORS, ids=[error.__name__ for error in ERRORS])
def test_every_error_is_explained_in_every_language(error: type[wanjie.WanjieError]) -> None:
    key = error_key(error.__new__(error))

    assert all(Translations().text(key, language) for language in Translations().languages)


def test_the_nearest_class_decides() -> None:
    assert error_key(wanjie.QuotaExhaustedError("x")) == "error.quota"
    assert error_key(wanjie.KeyRejectedError("x")) == "error.key"
    assert error_key(wanjie.TooSlowError("x")) == "error.slow"
