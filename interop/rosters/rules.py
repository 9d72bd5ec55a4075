"""Rules 校验规则 of a roster's rows: the published code, the clause, and the sentence in both languages. plan P1."""

from domain.kernel import Rule


def _rule(code: str, says: str, says_in_english: str) -> Rule:
    return Rule(code, "plan P1", says, says_in_english)


# The file as a whole

ROWS_MISSING = _rule("ROWS_MISSING", "表头之下没有数据行", "There is no row below the header")
ROWS_TOO_MANY = _rule(
    "ROWS_TOO_MANY", "数据行超过 {most} 行，请分批导入", "More than {most} rows; import them in several files"
)
FINDINGS_CUT = _rule(
    "FINDINGS_CUT", "校验结果过多，另有 {count} 条未列出", "Too many findings; {count} more are not listed"
)

# Any cell

ROW_SKIPPED = _rule(
    "ROW_SKIPPED", "本行是{kind}，未作为企业读取", "The row is {kind_in_english} and was not read as an enterprise"
)
ROW_HIDDEN = _rule(
    "ROW_HIDDEN",
    "本行被筛选或隐藏，仍已读取；不应导入的请删除",
    "A filter or a hand hides the row; it was read all the same: delete it if it is not meant",
)
CELL_MISSING = _rule("CELL_MISSING", "“{column}”为空，请填写", "“{column}” is empty; fill it in")
CELL_FORMULA = _rule(
    "CELL_FORMULA",
    "“{column}”是没有保存计算结果的公式，无法读取，已登记的保持不变；请用表格软件打开、计算并保存，或改填数值",
    "“{column}” is a formula without a saved value, and what is on record stays; open the file in a spreadsheet program, let it "
    "calculate and save, or enter the value",
)
CELL_IS_DATE = _rule(
    "CELL_IS_DATE",
    "“{column}”的单元格是日期格式（读到“{value}”），请改为常规或数值格式后核对",
    "The cell of “{column}” is formatted as a date (“{value}”); format it as a number and check it",
)
CELL_MERGED = _rule(
    "CELL_MERGED",
    "“{column}”是合并单元格的一部分，无法判断“{value}”属于哪一行；请取消合并并逐行填写",
    "“{column}” is part of a merged cell, and it is not clear whose “{value}” is; unmerge it and fill in each row",
)
CELL_QUOTE = _rule(
    "CELL_QUOTE",
    "“{column}”中有多余的英文双引号：{value}；请删去，或改用中文引号",
    "“{column}” holds a stray quotation mark: {value}; delete it, or write Chinese ones",
)
TEXT_LOST = _rule(
    "TEXT_LOST",
    "“{column}”第 {place} 个字已损坏（U+{code}），请按营业执照重新填写",
    "Sign {place} of “{column}” is damaged (U+{code}); enter it again as on the business licence",
)
TEXT_PRIVATE = _rule(
    "TEXT_PRIVATE",
    "“{column}”第 {place} 个字是专用区字符（U+{code}），别的电脑可能显示为其他字：请确认或改用标准汉字",
    "Sign {place} of “{column}” is of the private use area (U+{code}), which other machines show otherwise: confirm it, or use "
    "the standard character",
)
CELL_ERROR = _rule(
    "CELL_ERROR", "“{column}”是公式错误值 {value}", "“{column}” holds the error {value} of a formula"
)
CELL_NOT_TEXT = _rule(
    "CELL_NOT_TEXT",
    "“{column}”不是文本（日期或逻辑值），请改为文本格式",
    "“{column}” is a date or a truth value; format it as text",
)
CELL_TOO_LONG = _rule(
    "CELL_TOO_LONG", "“{column}”超过 {most} 个字符", "“{column}” is longer than {most} characters"
)
CELL_NORMALISED = _rule(
    "CELL_NORMALISED",
    "已将“{given}”规范为“{taken}”（全角、空格、大小写或不可见字符）",
    "“{given}” was read as “{taken}” (full-width, spaces, case or invisible characters)",
)
CELLS_SURPLUS = _rule(
    "CELLS_SURPLUS",
    "该行比表头多 {count} 个单元格，可能是内容中含有分隔符而未加引号",
    "The row has {count} cells more than the header; a delimiter may stand unquoted inside a value",
)

# Unified social credit code

USCC_AS_NUMBER = _rule(
    "USCC_AS_NUMBER",
    "统一社会信用代码被存为数字，末几位已丢失，请将该列设为文本后重新填写",
    "The code was kept as a number and lost its last digits; format the column as text and enter it again",
)
USCC_LENGTH = _rule(
    "USCC_LENGTH",
    "统一社会信用代码应为 18 位，实为 {length} 位，请按营业执照填写",
    "A code has 18 signs, this one has {length}; enter it as on the business licence",
)
USCC_ALPHABET = _rule(
    "USCC_ALPHABET",
    "统一社会信用代码第 {place} 位不能是“{sign}”（不使用 I、O、S、V、Z，多为 1、0、5 之误），请按营业执照更正",
    "Sign {place} of the code cannot be “{sign}” (I, O, S, V, Z are not used, mostly 1, 0, 5 are meant); correct it",
)
USCC_ORGANISATION_CODE = _rule(
    "USCC_ORGANISATION_CODE",
    "组织机构代码“{organisation}”校验不通过，代码可能有误",
    "The organisation code “{organisation}” fails its check digit; the code is mistyped",
)
USCC_CHECK_DIGIT = _rule(
    "USCC_CHECK_DIGIT",
    "校验码应为“{expected}”而非“{found}”；个别合法代码如此，请与登记机关核实",
    "The check digit should be “{expected}”, not “{found}”; some registered codes are so, confirm it with the registry",
)
USCC_REPEATED = _rule("USCC_REPEATED", "与第 {first} 行的企业重复", "The same enterprise as row {first}")

# Where it lies

DISTRICT_UNKNOWN = _rule(
    "DISTRICT_UNKNOWN",
    "“{value}”不是本市的区名或区代码，请填区名（如“松江区”）或六位代码（如 310117）",
    "“{value}” is no name or code of a district of the city; enter its name, or its six-digit code such as 310117",
)
DISTRICT_RETIRED = _rule(
    "DISTRICT_RETIRED",
    "“{value}”已撤并，按“{now}”（{code}）登记",
    "“{value}” was merged or renamed; {code} “{now}” is taken",
)

SUBDISTRICT_ELSEWHERE = _rule(
    "SUBDISTRICT_ELSEWHERE", "街镇“{value}”不在“{district}”", "The subdistrict “{value}” is not in “{district}”"
)
SUBDISTRICT_UNLISTED = _rule(
    "SUBDISTRICT_UNLISTED",
    "街镇代码“{value}”不在代码表中，请核实",
    "The subdistrict code “{value}” is not in the code list; confirm it",
)
SUBDISTRICT_UNKNOWN = _rule(
    "SUBDISTRICT_UNKNOWN",
    "“{value}”不是“{district}”的街镇，本行的街镇未采用；已登记的保持不变，未登记的街镇用户看不到此企业",
    "“{value}” is no subdistrict of “{district}” and was not taken; what is on record stays, without it no "
    "subdistrict sees the enterprise",
)

ORGANISATION_UNKNOWN = _rule(
    "ORGANISATION_UNKNOWN",
    "“{value}”不是平台登记的“{column}”的名称或标识，本格未采用：请按组织清单更正，或由市级先登记该组织后重新导入；已登记的归属保持不变，"
    "未登记的其用户看不到此企业",
    "“{value}” is no registered name or id for “{column}” and was not taken: correct it by the list of organisations, or have "
    "the city register it and import again; what is on record stays, without it no such organisation sees the enterprise",
)

# What it makes

INDUSTRY_MALFORMED = _rule(
    "INDUSTRY_MALFORMED",
    "“{value}”不是行业代码（GB/T 4754，两至四位，可带 C）",
    "“{value}” is no industry code (GB/T 4754, two to four digits, with or without C)",
)
INDUSTRY_NOT_MANUFACTURING = _rule(
    "INDUSTRY_NOT_MANUFACTURING",
    "“{value}”不属于制造业（C13–C43）：请更正行业代码，确非制造业的请删除本行",
    "“{value}” is not manufacturing (C13–C43): correct the code, or delete the row if the firm is in another industry",
)

# How large it is

NUMBER_MALFORMED = _rule(
    "NUMBER_MALFORMED",
    "“{column}”不是数字：{value}；请只填数字，单位写在表头",
    "“{column}” is no number: {value}; enter digits alone, the unit belongs in the header",
)
EMPLOYEES_NONE = _rule(
    "EMPLOYEES_NONE",
    "从业人员为 0：确实没有从业人员的请确认，否则请填写年末人数",
    "The number of employees is 0: confirm it, or enter the head count at the end of the year",
)
REVENUE_IMPLAUSIBLE = _rule(
    "REVENUE_IMPLAUSIBLE",
    "营业收入 {value} 万元高于 {largest} 万元，本市没有这样的企业，多为单位有误：请核对后确认或更正",
    "A revenue of {value} (ten thousand yuan) is above {largest}, which no firm of the city has; mostly the unit is wrong: check "
    "it, then confirm or correct it",
)
USCC_OTHER_DIVISION = _rule(
    "USCC_OTHER_DIVISION",
    "该组织机构已以另一统一社会信用代码（{known}）登记，登记机关行政区划码不同：请按营业执照更正代码",
    "The organisation is on record under another code ({known}), which differs in the registrar's division: correct the code",
)
NUMBER_NEGATIVE = _rule(
    "NUMBER_NEGATIVE",
    "“{column}”为负数：{value}；请填写不小于 0 的数",
    "“{column}” is negative: {value}; enter a number of 0 or more",
)
NUMBER_NOT_WHOLE = _rule(
    "NUMBER_NOT_WHOLE", "“{column}”应为整数：{value}", "“{column}” must be a whole number: {value}"
)
NUMBER_TOO_LONG = _rule(
    "NUMBER_TOO_LONG", "“{column}”超过 {most} 位：{value}", "“{column}” has more than {most} digits: {value}"
)
SIZE_UNKNOWN = _rule(
    "SIZE_UNKNOWN",
    "“{value}”不是企业规模类型，按统计标准计为“{computed}”",
    "“{value}” is no size class; by the statistical rule it is “{computed}”",
)
SIZE_DIFFERS = _rule(
    "SIZE_DIFFERS",
    "填报规模“{value}”与按从业人员和营业收入计算的“{computed}”不一致，以计算为准",
    "The stated size “{value}” differs from “{computed}”, computed from employees and revenue, which is taken",
)
BELOW_SCALE = _rule(
    "BELOW_SCALE",
    "营业收入 {revenue} 万元未达到 {year} 年规模以上标准 {threshold} 万元，请确认其在统计名录内",
    "A revenue of {revenue} is below the above-scale threshold of {year}, {threshold} (ten thousand yuan); "
    "confirm that the statistical register lists it",
)
