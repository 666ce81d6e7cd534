# ruff: noqa: RUF001 - the colon of Chinese text is meant
"""The code of an answer becomes files with the names that people expect."""

import pytest

from core.chat.text.code_files import CodeFile, find_code_files, has_long_code

LINES = "".join(f"line {number}\n" for number in range(6))


def fence(info: str, code: str = LINES) -> str:
    return f"```{info}\n{code}```"


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (fence("python"), "code.py"),
        (fence("C++ title"), "code.cpp"),
        (fence("c#"), "code.cs"),
        (fence("tsx"), "code.tsx"),
        (fence(""), "code.txt"),
        (fence("klingon"), "code.txt"),
        (fence("python:src/app.py"), "app.py"),
        (fence('js title="vite.config.js"'), "vite.config.js"),
        ("Put this into `src/main.rs`:\n\n" + fence("rust"), "main.rs"),
        ("**`index.html`**\n" + fence("html"), "index.html"),
        ("### Dockerfile\n" + fence("dockerfile"), "Dockerfile"),
        ("新建 `app.py`：\n" + fence("python"), "app.py"),
        (fence("py", "# tools/fib.py\n" + LINES), "fib.py"),
        (fence("html", "<!-- page.html -->\n" + LINES), "page.html"),
        ("As on `example.com`:\n" + fence("sh"), "code.sh"),
        ("Use `../../etc/passwd.py`:\n" + fence("sh"), "passwd.py"),
        ("- in a list\n\n  " + fence("go", LINES).replace("\n", "\n  "), "code.go"),
    ],
)
def test_a_file_is_named_after_what_the_answer_says_or_after_its_language(answer: str, name: str) -> None:
    (file,) = find_code_files(answer)

    assert file.name == name
    assert file.text.endswith(LINES)


def test_each_file_has_a_name_of_its_own_and_short_examples_are_left_out() -> None:
    answer = "\n\n".join([fence("sh", "pip install x\n"), fence("py"), fence("py", "  \n" + LINES), fence("js")])

    assert [file.name for file in find_code_files(answer)] == ["code.py", "code-2.py", "code.js"]
    assert find_code_files(fence("sh", "pip install x\n")) == (CodeFile("code.sh", "pip install x\n"),)
    assert find_code_files("No `code` here.\n\n```py\n```") == ()


def test_code_is_long_by_its_lines_or_its_characters() -> None:
    assert has_long_code(fence("py", "x\n" * 15))
    assert has_long_code(fence("json", "1" * 800 + "\n"))
    assert not has_long_code(fence("py", "x\n" * 14))
    assert not has_long_code("word " * 1000)


def test_each_file_has_a_name_of_its_own() -> None:
    answer = "\n\n".join(f"`{name}`\n{fence('py')}" for name in ("a.py", "A.py", "a-2.py", "a.py"))

    assert [file.name for file in find_code_files(answer)] == ["a.py", "A-2.py", "a-2-2.py", "a-3.py"]
