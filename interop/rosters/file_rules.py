"""Rules 规则 by which a roster or workbook is refused as a whole; apart from its readers, so that telling loads none. plan P1."""

from domain.kernel import Rule

FILE_TYPE = Rule(
    "FILE_TYPE", "plan P1", "只接受 .xlsx 和 .csv 文件", "Only .xlsx and .csv files are accepted"
)
FILE_EMPTY = Rule("FILE_EMPTY", "plan P1", "文件为空", "The file is empty")
FILE_TOO_LARGE = Rule(
    "FILE_TOO_LARGE",
    "plan P1",
    "文件（或解压后内容）超过 {limit} MiB；表格下方若有大量带格式的空白行，请选中删除后另存再导入",
    "The file, or what it unpacks to, exceeds {limit} MiB; if formatted blank rows stand below the table, delete them and save it",
)
FILE_NOT_XLSX = Rule(
    "FILE_NOT_XLSX",
    "plan P1",
    "内容不是 .xlsx 工作簿（旧版 .xls 或加密文件请另存为未加密的 .xlsx）",
    "The content is no .xlsx workbook (save an old .xls or an encrypted file as a plain .xlsx)",
)
FILE_NOT_CSV = Rule(
    "FILE_NOT_CSV",
    "plan P1",
    "内容不是文本，扩展名与内容不符",
    "The content is not text; the name's extension does not fit it",
)
FILE_DAMAGED = Rule(
    "FILE_DAMAGED",
    "plan P1",
    "文件已损坏，第 {after} 行之后无法读取",
    "The file is damaged and cannot be read beyond row {after}",
)
FILE_ENCODING = Rule(
    "FILE_ENCODING",
    "plan P1",
    "第 {row} 行起的文字编码既不是 UTF-8 也不是 GB18030，请另存为“CSV UTF-8”后重试",
    "From row {row} on the text is encoded neither in UTF-8 nor in GB18030; save it as “CSV UTF-8” and try again",
)
FILE_ENCODINGS_MIXED = Rule(
    "FILE_ENCODINGS_MIXED",
    "plan P1",
    "文件由两种编码拼接而成：第 {row} 行与前面的行编码不同，请用同一种编码重新合并",
    "The file was joined from two encodings: row {row} is encoded otherwise than the rows before it; join them anew in one",
)
