# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Text files of every age and country."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media.documents.plain_text import NotTextError, read_text

SIMPLIFIED = (
    "你好",
    "我的",
    "中文",
    "测试数据",
    "你好，世界",
    "姓名,年龄\n王小明,12\n",
    "今天天气很好，我们去公园玩吧。",
    *("模型", "视频", "链接", "默认", "关闭", "停止", "图片", "一只猫"),
)
TRADITIONAL = (
    "你好",
    "中文",
    "人",
    "說明",
    "我的資料",
    "你好，世界",
    "商品,價格\n蘋果,30\n香蕉,15\n",
    "台北市信義區市府路1號",
)
JAPANESE = ("こんにちは", "東京", "テスト", "名前,年齢\n田中,30\n", "日本語のテキストです。")
HALF_WIDTH = ("ｱｲｳｴｵ", "ｺｰﾋｰ", "ﾃｽﾄﾃﾞｰﾀ,100\nｻﾝﾌﾟﾙ,200\n", "ﾊﾝｶｸ ｶﾅ", "ﾔﾏﾀﾞ ﾀﾛｳ,東京都\nｽｽﾞｷ,大阪府\n")
KOREAN = ("안녕", "한국어", "안녕하세요", "이름,나이\n김철수,30\n")
WESTERN = ("café", "déjà vu", "Grüße", "20°C", "Größe über alles: 5 €", "L'été à la plage, c'est génial.")


@pytest.mark.parametrize(
    ("codec", "texts"),
    [
        ("gb18030", SIMPLIFIED),
        ("big5", TRADITIONAL),
        ("cp932", JAPANESE),
        ("cp932", HALF_WIDTH),
        ("euc_jp", ("こんにちは", "テスト", "日本語のテキストです。", "会議は月曜日の午後に行います。\n")),
        ("euc_kr", KOREAN),
        ("cp1252", WESTERN),
        ("cp1251", ("Привет", "Привет, мир! Как дела?")),
        ("koi8-r", ("Привет, мир! Как дела?",)),
        ("koi8-u", ("Привіт, світе! Це її файл, будь ласка.",)),
        ("cp866", ("Привет, мир! Как дела?", "Цена: сто рублей.\n")),
        ("cp1250", ("Zażółć gęślą jaźń, proszę bardzo.\n", "Příliš žluťoučký kůň úpěl ďábelské ódy.\n")),
        ("cp1253", ("Γειά σου κόσμε, αυτό είναι ένα αρχείο.\n",)),
        ("cp1254", ("Şişli'de güneşli bir gün, çok ığdır.\n",)),
        ("cp1255", ("שלום עולם", "שלום עולם, זה קובץ בדיקה.\n")),
        ("cp1256", ("مرحبا", "مرحبا بالعالم، هذا ملف اختبار.\n")),
        ("tis-620", ("สวัสดีชาวโลก นี่คือไฟล์ทดสอบ\n",)),
        ("iso2022_jp", ("こんにちは", "x = 1  # テスト\n")),
        ("iso2022_kr", ("안녕하세요\n",)),
        ("hz", ("你好", "姓名,年龄\n王小明,12\n")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_texts_from_before_utf_8_are_read_however_short(codec: str, texts: tuple[str, ...]) -> None:
    assert [read_text(text.encode(codec), max_length=100)[0] for text in texts] == list(texts)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        *("Hello", "café au lait", "你好，世界", "今天天气很好，我们去公园玩吧。", "姓名,年龄\n王小明,12\n"),
        *("日本語のテキストです。", "안녕하세요", "Привет, мир!", "id;name\n1;Ann\n"),
        *("שלום עולם, זה קובץ", "مرحبا بالعالم، هذا ملف اختبار", "สวัสดีชาวโลก นี่คือไฟล์"),
    ],
)
def test_utf_16_needs_no_mark(text: str, codec: str) -> None:
    assert read_text(text.encode(codec), max_length=100)[0] == text


@pytest.mark.parametrize("text", ["1º año", "µ é", "«да»", "αβγ é", "éé", "Ünï", "да é", "ελ"])
def test_utf_8_is_not_taken_for_a_chinese_encoding(text: str) -> None:
    assert read_text(text.encode(), max_length=100)[0] == text


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("mac_roman", "café"),
        ("mac_roman", "“Hello” – he said"),
        ("mac_roman", "Über uns: schöne Grüße"),
        ("mac_roman", "señor García está aquí\rLa niña también"),
        ("mac_cyrillic", "Отчёт за март готовится, пожалуйста, проверьте для меня"),
        ("cp1252", "rock–n–roll, “so it’s said”—L’Île d’Yeu, Paris–Nice\n•item\n€5 für Öl"),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
        ("cp1251", "Здравствуйте, коллеги! Я пишу вам. ІНН и КПП"),
    ],
)
def test_texts_of_old_macs_are_told_from_those_of_windows(codec: str, text: str) -> None:
    assert read_text(text.encode(codec), max_length=1000)[0].splitlines() == text.splitlines()


@pytest.mark.parametrize("codec", ["utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["hi", "你好", "Grüße 😀", "id;name\n1;Ann\n"])
def test_utf_32_needs_no_mark(text: str, codec: str) -> None:
    assert read_text(text.encode(codec), max_length=100)[0] == text


@pytest.mark.parametrize("codec", ["utf-16", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("text", ["", " \n"])
def test_a_byte_order_mark_alone_is_not_text(text: str, codec: str) -> None:
    with pytest.raises(NotTextError):
        read_text(text.encode(codec), max_length=100)


def test_a_dos_file_may_end_with_its_end_mark() -> None:
    assert read_text(b"dir\r\n\x1a", max_length=100)[0] == "dir\n\x1a"


@pytest.mark.parametrize("codec", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    assert read_text("你好 é".encode(codec), max_length=100)[0] == "你好 é"


@pytest.mark.parametrize("text", ["你好世界", "naïve café, déjà vu", "表格：一、二、三\n"])
def test_a_stray_byte_in_utf_8_loses_only_itself(text: str) -> None:
    data = text.encode()
    begin, _ = read_text(data[:6] + b"\xff" + data[6:], max_length=100)

    assert begin == data[:6].decode() + "\ufffd" + data[6:].decode()
    assert read_text(data + "表".encode()[:2], max_length=100)[0] == text + "\ufffd"


def test_a_stray_byte_in_another_encoding_loses_little() -> None:
    text = "今天天气很好，我们去公园玩吧。\n" * 20
    data = text.encode("gb18030")
    begin, _ = read_text(data[:300] + b"\xff" + data[300:], max_length=1000)

    assert begin.replace("\ufffd", "")[:140] == text[:140]
    assert begin.count("\ufffd") <= 3
    assert begin.endswith(text[-100:])


def test_an_encoding_recognisable_only_late_is_found() -> None:
    assert read_text(b"x = 1\n" * 30_000 + "# 你好，世界\n".encode("gb18030"), max_length=10**6)[0].endswith(
        "# 你好，世界\n"
    )


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_not_text(seed: int) -> None:
    with pytest.raises(NotTextError):
        read_text(random.Random(seed).randbytes(3000), max_length=100)  # noqa: S311 - any bytes will do


@settings(max_examples=300)
@given(st.binary(max_size=80))
def test_any_bytes_give_a_text_or_none(data: bytes) -> None:
    try:
        begin, length = read_text(data, max_length=20)
    except NotTextError:
        return

    assert begin.strip()
    assert len(begin) == min(20, length)
