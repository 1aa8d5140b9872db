"""Files of figures: a TOML file for each name, in a folder of this package, and their models."""

import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from esynapse.errors import EsynapseError

Content = dict[str, Any]


class Section(BaseModel):
    """Figures that belong together; a misspelt one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Section)


def names_in(folder: str) -> list[str]:
    """The names that have a file in ``folder`` of esynapse/shop."""
    found = (files("esynapse.shop") / folder).iterdir()
    return sorted(file.name[:-5] for file in found if file.name.endswith(".toml"))


def load_figures(
    model: type[Model],
    folder: str,
    name: str,
    shape: Callable[[Content], Content],
    *,
    noun: str,
    missing: str = "is unknown",
) -> Model:
    """The figures called ``name``; ``shape`` makes of the file's content what ``model`` takes.

    Raises:
        EsynapseError: there is none of this name (those known are listed), or its file is wrong.
    """
    known = names_in(folder)
    if name not in known:
        raise EsynapseError(f"{noun}: {name!r} {missing}, use one of: {', '.join(known)}")
    file = files("esynapse.shop") / folder / f"{name}.toml"
    text = file.read_text(encoding="utf-8")
    return parse_figures(model, text, shape, noun=noun, source=str(file))


def parse_figures(
    model: type[Model], text: str, shape: Callable[[Content], Content], *, noun: str, source: str
) -> Model:
    """The figures that the TOML ``text``, read from ``source``, gives.

    Raises:
        EsynapseError: the text is no TOML, lacks something or holds something wrong.
    """
    try:
        return model.model_validate(shape(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise EsynapseError(f"{noun}: {source} is no TOML, mend it: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "as a whole"
        what = first["msg"].removeprefix("Value error, ")
        raise EsynapseError(f"{noun}: {source} is wrong, mend it: {place}: {what}") from None
