"""The recipe: every choice of a training in one file."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.bundle import InputRule
from training.errors import RecipeError

DEFAULT_PATH = Path(__file__).parent / "recipe.toml"

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, lt=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fit(_Part):
    epochs: int = Field(gt=0)
    patience: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    encoder_learning_rate: Rate
    head_learning_rate: Rate
    weight_decay: Share
    warmup_share: Share
    dropout: Share
    positive_weight_power: Share
    drop_prefix: Share
    freeze_embeddings: bool
    bfloat16: bool


class Decide(_Part):
    objective: str = Field(pattern=r"^(f1|(precision|recall)>=(0?\.\d+|1(\.0*)?))$")
    review_error: float = Field(gt=0, lt=0.5)


class Recipe(_Part):
    backbone: str
    seed: int
    input: InputRule
    fit: Fit
    decide: Decide


def load_recipe(path: Path = DEFAULT_PATH) -> Recipe:
    """Read and check a recipe.

    Raises:
        RecipeError: unreadable, not TOML, or a value is missing, unknown or out of range.
    """
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecipeError(f"{path}: {where}: {first['msg']}") from error
