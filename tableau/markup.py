"""Small helpers over the standard library's XML."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

USER = "http://www.tableausoftware.com/xml/user"
"""Namespace of what Tableau's own editor keeps in a workbook."""

ElementTree.register_namespace("user", USER)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def element(
    tag: str, /, *children: Element | None, text: str | None = None, **given: object
) -> Element:
    """An element; attributes named ``from_`` or ``type_v2`` become ``from`` and ``type-v2``.

    Attributes and children that are None are left out; ``user_`` stands for Tableau's namespace.
    """
    made = with_attributes(tag, given, *children)
    made.text = None if text is None else _CONTROL.sub(" ", text)
    return made


def with_attributes(tag: str, given: Mapping[str, object], *children: Element | None) -> Element:
    """An element whose attributes are given by name."""
    present = {_name(key): _value(value) for key, value in given.items() if value is not None}
    made = Element(tag, present)
    made.extend(child for child in children if child is not None)
    return made


def document(root: Element) -> bytes:
    """The root as a file: indented, one element a line, UTF-8."""
    ElementTree.indent(root)
    for run in root.iter("formatted-text"):
        _as_written(run)
    body = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return f"<?xml version='1.0' encoding='utf-8' ?>\n\n{body}\n".encode()


def _as_written(text: Element) -> None:
    """Nothing between runs but what they say."""
    text.text = None
    for run in text:
        run.tail = None


def _name(key: str) -> str:
    if key.startswith("user_"):
        return f"{{{USER}}}{key.removeprefix('user_').replace('_', '-')}"
    return key.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _CONTROL.sub(" ", str(value))
