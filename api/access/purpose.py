"""What a key is for: a sentence, kept with it and with every read; some purposes are refused."""

from __future__ import annotations

import re
import unicodedata

from data.errors import BadInput

LEAST_LETTERS, MOST_LETTERS = 8, 200

#: Beginnings of words, without accents: pursuit of people on the move in English, French, Arabic.
_REFUSED = re.compile(
    r"\b(enforc|law.?enforc|polic|gendarm|border.?(control|guard|polic|patrol|secur|manag)|frontex|intercept|pushback"
    r"|push.?back|deport|expuls|expel|return.?operation|refoul|arrest|detain|detention|apprehen|prosecut|surveill"
    r"|survey.?migrant|counter.?smuggl|anti.?smuggl|smuggl|traffick|militar|armee|armed.?force|intelligence|immigration.?(control|polic)"
    r"|controle.?(des.?)?(frontier|migra)|garde.?front|repress|poursuit|traque|track(ing)?.?(down.?)?(of.?)?(migrant|people|person|group)"
    r"|hunt|target|combat|lutte.?contre|expulser|reconduite|prevent.{0,20}(cross|departure|migra))"
)
_REFUSED_AR = re.compile("شرطة|الشرطة|درك|حرس الحدود|ترحيل|اعتقال|اعتراض|إنفاذ|انفاذ|مراقبة الحدود|الجيش|عسكري")


def checked_purpose(text: str) -> str:
    """Return a purpose as it is kept.

    Words are all this looks at: it keeps honest askers honest and makes a lie a written one.

    Raises
    ------
    BadInput
        If it says nothing, or is enforcement by any of its names.
    """
    said = " ".join(text.split())
    if not LEAST_LETTERS <= len(said) <= MOST_LETTERS or not any(letter.isalpha() for letter in said):
        raise BadInput(f"purpose: a sentence of {LEAST_LETTERS} to {MOST_LETTERS} characters that says what it is for")
    plain = unicodedata.normalize("NFKD", said).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if _REFUSED.search(plain) or _REFUSED_AR.search(unicodedata.normalize("NFKC", said)):
        raise BadInput("purpose: Guelta is for finding people in time; it is not given for enforcement of any kind")
    return said
