"""What the site needs beside MkDocs: each page says the language it is written in."""

from __future__ import annotations

from typing import Any


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Return a page with the language that its head names (`lang: fr`); the theme knows one for the whole site."""
    language = page.meta.get("lang", "en")
    return output.replace('lang="en"', f'lang="{language}"', 1)
