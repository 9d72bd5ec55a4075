"""Rules 校验规则 of files with others' assessments, besides those of any office file: the code and both sentences. plan P8."""

from domain.kernel import Rule


def _rule(code: str, says: str, says_in_english: str) -> Rule:
    return Rule(code, "plan P8", says, says_in_english)


RESULT_FILE_TYPE = _rule(
    "RESULT_FILE_TYPE", "只接受 .xlsx、.csv 和 .json 文件", "Only .xlsx, .csv and .json files are accepted"
)
RESULT_FILE_NAME = _rule(
    "RESULT_FILE_NAME",
    "文件名须为“批次.口径日.扩展名”，如 2024-03.2024-03-31.json",
    "The file is to be named batch.day.ending, such as 2024-03.2024-03-31.json",
)
RESULT_COLUMNS_MISSING = _rule(
    "RESULT_COLUMNS_MISSING",
    "前 {rows} 个非空行内未找到含以下必填列的表头：{columns}；请补上",
    "No header within the first {rows} rows that hold anything has all required columns; it lacks: {columns}",
)
RESULT_COLUMN_REPEATED = _rule(
    "RESULT_COLUMN_REPEATED",
    "“{column}”与“{first}”含义相同，请只保留一列",
    "“{column}” and “{first}” mean the same; keep one of them",
)
RESULT_COLUMNS_IGNORED = _rule(
    "RESULT_COLUMNS_IGNORED", "以下列未读取：{columns}", "These columns were not read: {columns}"
)
RESULT_SHEETS_SEVERAL = _rule(
    "RESULT_SHEETS_SEVERAL",
    "有多张可见的工作表含评估结果：{sheets}；请合并为一张，或分别另存后逐个报送",
    "Several visible worksheets hold results: {sheets}; join them in one, or send each as a file",
)
RESULT_ROWS_TOO_MANY = _rule(
    "RESULT_ROWS_TOO_MANY", "数据行超过 {most} 行，请分批报送", "More than {most} rows; send them in several batches"
)
RESULT_PACKAGE_MALFORMED = _rule(
    "RESULT_PACKAGE_MALFORMED",
    "不是有效的 JSON 数据包：{says}",
    "It is no JSON package: {what}",
)
RESULT_PACKAGE_MODEL = _rule(
    "RESULT_PACKAGE_MODEL",
    "数据包注明的模型是“{stated}”，报送时所选的是“{model}”，请改成一致",
    "The package is of the model “{stated}”, and was sent as “{model}”; make them agree",
)
RESULT_PACKAGE_COUNT = _rule(
    "RESULT_PACKAGE_COUNT",
    "数据包注明有 {stated} 条结果，实有 {count} 条，可能不完整；请核对后整份重新报送",
    "The package says that it holds {stated} results and holds {count}; check it, and send it again as a whole",
)
RESULT_VALUE_NOT_PLAIN = _rule(
    "RESULT_VALUE_NOT_PLAIN", "“{column}”须是文本或数字", "“{column}” is to be a text or a number"
)
RESULT_DAY_MALFORMED = _rule(
    "RESULT_DAY_MALFORMED",
    "“{column}”的“{value}”不是日期，请写成 2026-03-05",
    "“{value}” in “{column}” is no day; write it like 2026-03-05",
)
RESULT_SCORE_MALFORMED = _rule(
    "RESULT_SCORE_MALFORMED",
    "“{column}”的“{value}”不是 0 至 {most} 之间、至多 3 位小数的数",
    "“{value}” in “{column}” is no number from 0 to {most} with at most 3 decimals",
)
