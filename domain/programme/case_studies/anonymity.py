"""Anonymity 匿名: where a text names the firm that it is about, by its names, its code, or where it is. Pure. plan R5.

A trade name of two characters is a word of every day as often as not; whether such a one tells the firm is for the reviewer and the
firm itself, who read the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from unicodedata import normalize

from domain.participants.enterprises import Enterprise, Firm, organisation_code

NO_SIGN = re.compile(r"[\W_]+")
PLACES = ("上海市", "上海", "中国")
FORMS = ("有限责任公司", "股份有限公司", "集团有限公司", "有限公司", "分公司", "总公司", "集团", "公司", "总厂")
TRADES = (
    "医疗器械", "新材料", "零部件", "自动化", "信息", "智能", "科技", "技术", "精密", "机械", "机电", "电子", "电气", "设备",
    "装备", "材料", "制造", "实业", "工业", "化工", "化学", "医药", "药业", "汽车", "仪器", "仪表", "食品",
    "纺织", "服饰", "塑料", "橡胶", "金属", "模具", "包装", "印刷", "能源", "生物", "发展",
)  # fmt: skip
"""Words by which a name says its trade, between the trade name and the legal form 行业用语."""
SHORTEST = 3
ADDRESS = re.compile(r"[\u4e00-\u9fff]{1,10}(?:路|街|大道|巷|弄|村)[0-9一二三四五六七八九十百]+(?:号|弄|幢|栋)")


def bare(text: str) -> str:
    """A text as it is compared 比对文字: without signs, blanks, width and case, so that nothing hides between letters."""
    return NO_SIGN.sub("", normalize("NFKC", text)).casefold()


def _without(text: str, ends: tuple[str, ...]) -> str:
    """A name without some of its last words."""
    while found := next((end for end in ends if text.endswith(end) and text != end), None):
        text = text.removesuffix(found)
    return text


def names_of(firm: Firm) -> Iterator[str]:
    """What a firm is known by 企业名称与代码: its names of all years, whole, without place and form, without its trade; codes."""
    told = [one.name for one in firm.stated.values()] if isinstance(firm, Enterprise) else []
    for name in dict.fromkeys(bare(one) for one in (firm.name, *told)):
        yield name
        short = _without(name, FORMS)
        for place in PLACES:
            short = short.removeprefix(place)
        yield from (one for one in (short, _without(short, TRADES)) if len(one) >= SHORTEST)
    yield from (bare(firm.uscc), bare(organisation_code(firm.uscc)))


def named_in(texts: Mapping[str, str], firm: Firm, units: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(path, what was found) of each text that names the firm, or the street or unit that it lies in 写明企业之处.

    units: names of its subdistrict, park, reporting unit and group.
    """
    words = [one for one in dict.fromkeys((*names_of(firm), *map(bare, units))) if one]
    for path, text in texts.items():
        plain = bare(text)
        address = ADDRESS.search(plain)
        found = next((word for word in words if word in plain), address[0] if address is not None else None)
        if found is not None:
            yield path, found
