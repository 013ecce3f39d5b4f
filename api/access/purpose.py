"""What a key is for: a sentence, kept with it and with every read; some purposes are refused."""

from __future__ import annotations

import re
import unicodedata

from data.errors import BadInput

LEAST_LETTERS, MOST_LETTERS = 8, 200

_PEOPLE = (
    r"(?:of |the |des? |les |aux? |irregular |illegal |undocumented |irreguliere?s? )*"
    r"(?:migra|immigra|refugee|refugie|smuggl|passeur)"
)
#: Without accents: what is done to people on the move, and those whose work it is, in English and French. Helping after
#: an expulsion, research on smuggling or on policies is none of it.
_REFUSED = re.compile(
    r"\b(?:enforc\w*|police|policing|policiere?s?|policem[ae]n|gendarm\w*|frontex|push.?backs?|refoul\w*"
    r"|interceptions?|intercept(?:ing|er|s)?|interdiction|deportations?|deporting|expulser|reconduites?|repression"
    r"|militar(?:y|ia)|militaires?|armee|armed forces?|surveillance|counter.?smuggling|anti.?smuggling"
    r"|anti.?traffick\w*|anti.?migra\w*|manhunt\w*|intelligence (?:service|agency|gathering)\w*|garde.?frontieres?)\b"
    r"|\bborder.{0,3}(?:control|guard|patrol|secur|manage|agen)|\bcontroles?.{0,5}(?:frontier|migra)"
    r"|\bimmigration (?:control|officer)"
    r"|\b(?:prevent|stop|block|reduc|curb|empecher|arreter|bloquer|reduire).{0,20}"
    r"\b(?:crossing|departure|migration|depart|passage|flows?|flux)"
    r"|\b(?:track\w*|hunt\w*|target\w*|trac\w*|pursu\w*|poursui\w*|arrest\w*|detain\w*|apprehen\w*|prosecut\w*"
    r"|monitor\w*|combat\w*|fight\w*|lutter? contre|survei\w*|catch\w*|find and stop)(?: down)? (?:la |l.)?" + _PEOPLE
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
