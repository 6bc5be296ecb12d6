"""The words of a speech world: parsed from its name, each with the language whose voices can read its script."""

import unicodedata
from dataclasses import dataclass

from ganbaru.errors import UserError
from ganbaru.sources.naming import printable

_DIGITS = "zero one two three four five six seven eight nine"
LISTS = {"digits": _DIGITS.split()}
"""Lists of words that have a name."""

MOST_WORDS, LONGEST_WORD = 1_000, 100

_ENGLISH = ("en-us", "en", "en-gb-scotland", "en-029", "en-gb-x-rp", "en-us-nyc")
_VARIANTS_OF_ENGLISH = ("", "+m3", "+f2", "+f4")
_NUMBERED = ("", *(f"+m{number}" for number in range(1, 9)), *(f"+f{number}" for number in range(1, 6)))
_NAMED = ("adam", "anika", "caleb", "david", "edward", "linda", "michael", "steph", "travis", "victor")

_LANGUAGES = {
    "LATIN": "en",
    "DIGIT": "en",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KATAKANA-HIRAGANA": "ja",
    "HALFWIDTH": "ja",
    "CJK": "cmn",
    "HANGUL": "ko",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "MYANMAR": "my",
}


@dataclass(frozen=True)
class Vocabulary:
    """What is said: ``words``, the ``language`` of each, and the name they were asked for by."""

    name: str
    words: tuple[str, ...]
    languages: tuple[str, ...]


def voices(language: str) -> tuple[str, ...]:
    """24 voices that speak a language: six Englishes by four speakers, or one language by 24."""
    if language == "en":
        return tuple(base + variant for base in _ENGLISH for variant in _VARIANTS_OF_ENGLISH)
    return tuple(language + variant for variant in (*_NUMBERED, *(f"+{name}" for name in _NAMED)))


def vocabulary(text: str, language: str | None = None) -> Vocabulary:
    """The words behind ``"digits"``, or ``"cat,dog,bird"`` in any script that the synthesiser reads.

    Args:
        language: whose voices speak all of them, such as ``"de"``; None: judged by each word's script.

    Raises:
        UserError: if there is no word, one stands twice, or one cannot be read.
    """
    if text in LISTS:
        words, name = list(LISTS[text]), text
    else:
        words = [unicodedata.normalize("NFC", word).strip() for word in text.split(",")]
        name = ",".join(words)
    _check(words)
    return Vocabulary(name, tuple(words), tuple(language or _language(word) for word in words))


def _check(words: list[str]) -> None:
    hint = "write speech:digits, or words with commas between: speech:cat,dog,bird"
    if not any(words):
        raise UserError("speech: names no word", hint=hint)
    for number, word in enumerate(words):
        if not word or len(word) > LONGEST_WORD or not word.isprintable():
            raise UserError(f"speech: word {number + 1} is {printable(word)[:40]!r}", hint=hint)
        if word in words[:number]:
            raise UserError(f"speech: {printable(word)!r} stands twice", hint=hint)
    if len(words) > MOST_WORDS:
        raise UserError(f"speech: {len(words):,} words", hint=f"{MOST_WORDS:,} at most")


def _language(word: str) -> str:
    """The language whose voices read this script; English for Latin letters."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalnum()}
    spoken = sorted({_LANGUAGES[script] for script in scripts if script in _LANGUAGES})
    if not spoken:
        raise UserError(f"speech: nothing in {printable(word)!r} can be spoken", hint="write words in letters")
    if spoken == ["cmn", "ja"]:
        raise UserError(f"speech: the Japanese voice reads no kanji, as in {word!r}", hint="write it in kana")
    without_english = [language for language in spoken if language != "en"]
    if len(without_english) > 1:
        raise UserError(f"speech: {printable(word)!r} mixes scripts", hint="one script a word")
    return (without_english or ["en"])[0]
