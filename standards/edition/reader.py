"""Reader 读取器 of editions: one folder a plain edition, in it one file an industry; strict where YAML is lax. plan S1–S3."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from standards.edition.composition import (
    Composition,
    CompositionRefused,
    CompositionRule,
    Overlay,
    compose,
    plain_origins,
)
from standards.edition.edition import Edition
from standards.edition.mapping import EditionMappings
from standards.edition.terms_en import EnglishTerms
from standards.external.comparison import ComparisonRule, ComparisonRules
from standards.external.model import ExternalEdition, edition_in_force
from standards.improvement.costs import CostTables
from standards.time_limits import TimeLimits
from standards.training.text import TrainingText

try:
    from yaml import CSafeLoader as SafeLoader  # libyaml reads an edition in an eighth of the processor time
except ImportError:  # built without it
    from yaml import SafeLoader  # type: ignore[assignment]

HERE = Path(__file__).parents[1]
HEAD = "edition.yaml"
RULE = "composition.yaml"
INDUSTRIES = "industries"
MAPPINGS = "industries.yaml"
COSTS = "improvement.yaml"
TIME_LIMITS = "time_limits.yaml"
RULES = "rules"
WORKING_CALENDAR = "working_calendar.yaml"
TRAINING = "training"
TRAINING_HEAD = "training.yaml"
QUESTIONS = "questions"
GOLD_CASES = "gold_cases.yaml"
EXTERNAL = "external"
COMPARISONS = "comparisons.yaml"
TERMS_EN = "terms_en.yaml"

M = TypeVar("M", bound=BaseModel)


class EditionMalformed(ValueError):  # noqa: N818 - what is wrong, with file and line or field
    """An edition's files cannot be taken 标准文件有误; says file, line or field, and what is wrong."""


class _StrictLoader(SafeLoader):
    """SafeLoader, except that a repeated key is an error, not a silent overwrite, and a float does not exist."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - signature of the library
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"repeated key {key!r}", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _refuse_float(_loader: SafeLoader, node: yaml.ScalarNode) -> Any:  # noqa: ANN401 - never returns
    raise yaml.constructor.ConstructorError(
        None, None, f"write {node.value} in quotes: a bare number with a point loses digits", node.start_mark
    )


_StrictLoader.add_constructor("tag:yaml.org,2002:float", _refuse_float)


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds 严格读取.

    Raises:
        EditionMalformed: not YAML, a repeated key, a bare number with a point, or not a mapping; with file and line.
    """
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 - a SafeLoader, made stricter
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise EditionMalformed(f"{path.name}:{line}: {error.problem}") from error
    if not isinstance(found, dict):
        raise EditionMalformed(f"{path.name}: not a mapping")
    return found


def read_edition(folder: Path) -> Edition:
    """The plain edition of a folder 读取标准版本: `edition.yaml`, and the indicators of the other files beside it.

    Raises:
        EditionMalformed: with file, line or field, and the rule that is broken.
    """
    head = read_mapping(folder / HEAD)
    if "indicators" in head:
        raise EditionMalformed(f"{HEAD}: indicators live in files of their own")
    indicators: list[Any] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name in (HEAD, RULE):
            continue
        part = read_mapping(path)
        if set(part) != {"indicators"}:
            raise EditionMalformed(f"{path.name}: holds `indicators` and nothing else")
        indicators += part["indicators"]
    try:
        return Edition.model_validate({**head, "indicators": indicators})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or folder.name
        raise EditionMalformed(f"{folder.name}: {where}: {first['msg']}") from error


def read_model(path: Path, model: type[M]) -> M:
    """What a YAML file holds, as a model 读取数据.

    Raises:
        EditionMalformed: with file, line or field, and the rule that is broken.
    """
    try:
        return model.model_validate(read_mapping(path))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise EditionMalformed(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def read_industry_edition(folder: Path, industry: str, plain: Edition | None = None) -> Composition:
    """The edition of an industry 读取行业版本: the plain one of a folder, changed as `industries/INDUSTRY.yaml` says.

    plain: that one, where it was read already.

    Raises:
        EditionMalformed: with file, line or field, and the rule that is broken.
    """
    path = folder / INDUSTRIES / f"{industry}.yaml"
    overlay = read_model(path, Overlay)
    if overlay.industry != industry:
        raise EditionMalformed(f"{path.name}: industry: {overlay.industry} is not the name of the file")
    try:
        return compose(plain or read_edition(folder), overlay, read_model(folder / RULE, CompositionRule))
    except CompositionRefused as refused:
        raise EditionMalformed(f"{path.name}: {refused}") from refused


@cache
def load_composition(key: str) -> Composition:
    """The edition authored under a key, with the origin of each indicator 标准版本及来历."""
    plain, _, industry = key.partition("-")
    if industry:
        return read_industry_edition(HERE / plain, industry, load_composition(plain).edition)
    edition = read_edition(HERE / plain)
    return Composition(edition=edition, origins=plain_origins(edition))


def load(key: str) -> Edition:
    """The edition authored under a key 标准版本, such as 2023 or 2023-automotive."""
    return load_composition(key).edition


def published_editions() -> tuple[str, ...]:
    """Keys of the editions that have files: each plain one, oldest first, followed by those of its industries."""
    return tuple(
        key
        for folder in sorted(path.parent for path in HERE.glob(f"*/{HEAD}"))
        for key in (
            folder.name,
            *(f"{folder.name}-{path.stem}" for path in sorted((folder / INDUSTRIES).glob("*.yaml"))),
        )
    )


@cache
def authored_dimensions() -> Mapping[str, str]:
    """Id -> name of every dimension of an authored edition 维度; a revision changes a dimension's weight, never which there are."""
    return {one.id: one.name for key in published_editions() for one in load(key).dimensions}


@cache
def composition_rule(key: str) -> CompositionRule:
    """How far an overlay may go, as authored for a plain edition 组合规则; of one without files, that of the year before it."""
    folders = sorted(path.parent for path in HERE.glob(f"*/{RULE}"))
    before = [folder for folder in folders if folder.name <= key]
    return read_model((before or folders)[-1] / RULE, CompositionRule)


@cache
def edition_mappings() -> EditionMappings:
    """Which edition and form apply, as authored 标准适用表. plan S3."""
    return read_model(HERE / MAPPINGS, EditionMappings)


@cache
def english_terms() -> EnglishTerms:
    """What the editions' terms are called in English, as translated by the project 英文名称表. plan S1."""
    return read_model(HERE / TERMS_EN, EnglishTerms)


@cache
def cost_tables() -> CostTables:
    """What steps of improvement cost by default, as authored 默认改进成本. plan R2."""
    return read_model(HERE / COSTS, CostTables)


@cache
def time_limits() -> TimeLimits:
    """How long the programme's procedures take, as authored 各项期限. plan S5."""
    return read_model(HERE / TIME_LIMITS, TimeLimits)


@cache
def default_rules(kind: str) -> dict[str, Any]:
    """The rules of a kind that hold where none was set, as authored 默认规则: `rules`, each with since, source, body. plan V4.

    Raises:
        EditionMalformed: with file and line.
    """
    return read_mapping(HERE / RULES / f"{kind}.yaml")


@cache
def working_years() -> dict[str, Any]:
    """The holidays and make-up workdays of each announced year, as authored 工作日历: `years`. plan P5.

    Raises:
        EditionMalformed: with file and line.
    """
    return read_mapping(HERE / WORKING_CALENDAR)
def trainings_on_file() -> tuple[str, ...]:
    """Keys of the editions whose training has files 已有教材的标准版本."""
    return tuple(sorted(path.parent.name for path in (HERE / TRAINING).glob(f"*/{TRAINING_HEAD}")))


@cache
def training_text(key: str) -> TrainingText:
    """The training authored for an edition 培训教材: its head, questions by module, and gold cases.

    Raises:
        EditionMalformed: with file, line or field, and the rule that is broken.
    """
    folder = HERE / TRAINING / key
    parts = [read_mapping(path)["questions"] for path in sorted((folder / QUESTIONS).glob("*.yaml"))]
    questions = [question for part in parts for question in part]
    found = {**read_mapping(folder / TRAINING_HEAD), "questions": questions, **read_mapping(folder / GOLD_CASES)}
    try:
        return TrainingText.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise EditionMalformed(f"{TRAINING}/{key}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


@cache
def external_editions() -> tuple[ExternalEdition, ...]:
    """Every edition of every external model on file 外部模型, by model and the day it begins; a draft last. plan P8.

    Raises:
        EditionMalformed: with file, line or field, and the rule that is broken.
    """
    found = [(path, read_model(path, ExternalEdition)) for path in (HERE / EXTERNAL).glob("*.yaml")]
    for path, edition in found:
        if path.stem != edition.key:
            raise EditionMalformed(f"{path.name}: {edition.key} is not the name of the file")
    return tuple(sorted((one for _, one in found), key=lambda one: (one.model, one.since or date.max)))


def external_edition(key: str) -> ExternalEdition | None:
    """The edition of an external model under a key, such as dcmm-2025 外部模型版本; None = there is none."""
    return next((one for one in external_editions() if one.key == key), None)


def model_in_force(model: str, day: date) -> ExternalEdition | None:
    """The edition of an external model that an assessment of a day is read by 当日外部模型版本; None = none."""
    return edition_in_force(external_editions(), model, day)


@cache
def comparison_rules() -> ComparisonRules:
    """How results are compared with external models, as authored 对照测算规则. plan P8."""
    return read_model(HERE / COMPARISONS, ComparisonRules)


def comparison_on(day: date) -> ComparisonRule:
    """The rule by which results are compared on a day 当日对照测算规则."""
    return comparison_rules().on(day)
