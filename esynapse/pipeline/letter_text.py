"""Bytes of any kind as text for a terminal, which they must not be able to command."""

import json

MOST_CHARACTERS = 10_000
MOST_HEX_BYTES = 512
HEX_LINE = 16


def readable(data: bytes) -> tuple[str, str]:
    """What ``data`` is, and its text: JSON indented, other text as it is, the rest in hex."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "not UTF-8", _hex(data)
    try:
        return "JSON", _cut(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return "text, not JSON", _cut(text)


def one_line(text: str) -> str:
    """``text`` with everything escaped that does not print, line breaks too."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def preview(data: bytes, characters: int) -> str:
    """The first ``characters`` or fewer of ``data`` on one line, with … if that is not all."""
    shown = one_line(data[: characters * 4].decode(errors="backslashreplace"))
    return shown if len(shown) <= characters else f"{shown[: characters - 1]}…"


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "surrogatepass").decode()


def _cut(text: str) -> str:
    shown = "\n".join(one_line(line) for line in text[:MOST_CHARACTERS].split("\n"))
    left = len(text) - MOST_CHARACTERS
    return f"{shown}\n… and {left:,} more characters: --raw writes all" if left > 0 else shown


def _hex(data: bytes) -> str:
    lines = []
    for start in range(0, min(len(data), MOST_HEX_BYTES), HEX_LINE):
        part = data[start : start + HEX_LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<{HEX_LINE * 3 - 1}}  {text}")
    left = len(data) - MOST_HEX_BYTES
    return "\n".join(
        [*lines, *([f"… and {left:,} more bytes: --raw writes all"] if left > 0 else [])]
    )
