"""Terms of packages 数据包用语: for whom, how they are kept, how far they have come, what sending and receipts say. plan P8."""

from collections.abc import Mapping

from standards.described import DescribedEnum
from standards.edition.text import SourceMark


class Counterpart(DescribedEnum):
    """Platform of another body that packages go to and whose assessments come in · 对接平台."""

    MIIT_PILOT = (
        "miit_pilot",
        "Pilot platform of the Ministry of Industry and Information Technology · 工信部转型试点平台",
    )
    STATE_ASSETS = "state_assets", "Supervision of state-owned assets · 国资监管平台"
    SMALL_FIRMS = "small_firms", "Service platform for small and medium-sized firms · 中小企业服务平台"
    INTEGRATION = "integration", "Assessment of integration of informatization and industrialization · 两化融合评估平台"
    SMART_MANUFACTURING = "smart_manufacturing", "Assessment of smart manufacturing capability · 智能制造评估评价平台"
    DATA_MANAGEMENT = "data_management", "Certificates of data management capability · 数据管理能力成熟度评估平台"
    INTERNET_SECURITY = "internet_security", "Security grading of the industrial internet · 工业互联网安全分类分级平台"


MODELS: Mapping[Counterpart, str] = {
    Counterpart.MIIT_PILOT: "transformation",
    Counterpart.STATE_ASSETS: "state-owned-firms",
    Counterpart.SMALL_FIRMS: "sme",
    Counterpart.INTEGRATION: "integration",
    Counterpart.SMART_MANUFACTURING: "cmmm",
    Counterpart.DATA_MANAGEMENT: "dcmm",
    Counterpart.INTERNET_SECURITY: "internet-security",
}
"""Counterpart -> external model whose results come from it 各平台所报送的外部模型."""
FORM_MARK = SourceMark.I
"""Of the forms in which packages, receipts and results go to and fro: ours, invented, until a counterpart's own is known."""


class PackageClassification(DescribedEnum):
    """How whoever holds a package has to keep it · 数据分级."""

    INTERNAL = "internal", "For the recipient's office alone · 内部"
    CONFIDENTIAL = "confidential", "For named people of the recipient alone · 敏感"


class PackageGranularity(DescribedEnum):
    """How far into single firms a package goes · 数据粒度."""

    COUNTS = "counts", "Counts alone, small ones withheld · 仅汇总"
    FIRMS = "firms", "The issued result of each firm, and the counts · 逐企业"


class PackageStatus(DescribedEnum):
    """How far a package has come · 数据包状态."""

    REQUESTED = "requested", "Asked for; the program makes it · 制作中"
    MADE = "made", "Made; it can be downloaded and sent · 已制作"
    HANDED_OVER = "handed_over", "Handed over to its recipient · 已移交"
    WITHDRAWN = "withdrawn", "Withdrawn; it goes to nobody any more · 已撤回"


class TransportKind(DescribedEnum):
    """How the program reaches a counterpart · 传送方式."""

    FOLDER = "folder", "A folder that both sides see · 共享目录"
    SFTP = "sftp", "A folder on the counterpart's server, over SSH · 安全文件传送"
    HTTP = "http", "Requests to an address that the operator set · 网络接口"


class SendingStatus(DescribedEnum):
    """How far the sending of a package by the program has come · 传送状态."""

    ORDERED = "ordered", "Ordered; the program sends it · 待传送"
    UNDERWAY = "underway", "The program has begun to send it · 传送中"
    FAILED = "failed", "It surely did not arrive; the program tries again · 传送失败，将重试"
    GIVEN_UP = "given_up", "It surely did not arrive, and the program tries no more · 已停止重试"
    UNKNOWN = "unknown", "It is unknown whether it arrived; a person decides · 到达情况不明"
    SENT = "sent", "It arrived; there is no receipt yet · 已送达，待回执"
    TAKEN = "taken", "The counterpart's receipt says that it was taken · 对方已接收"
    REFUSED = "refused", "The counterpart's receipt says that it was refused · 对方已拒收"
    DIFFERS = "differs", "The receipt's counts are not the package's; that is no acceptance · 回执数量不符"


class SendingFault(DescribedEnum):
    """Why a package surely did not arrive · 传送失败原因."""

    UNREACHABLE = "unreachable", "The counterpart could not be reached · 无法连接对方"
    NOT_TAKEN = "not_taken", "The counterpart answered that it takes no such request · 对方不予接收该请求"
    FOLDER_UNUSABLE = "folder_unusable", "The folder cannot be written to · 目录不可写"
    FILE_MISSING = "file_missing", "The package's file is missing or damaged here · 数据包文件缺失或损坏"
    NO_TRANSPORT = "no_transport", "No transport to the counterpart is set any more · 传送方式已取消"


class ReceiptOutcome(DescribedEnum):
    """What a counterpart's receipt comes to · 回执结果."""

    TAKEN = "taken", "It was taken · 已接收"
    REFUSED = "refused", "It was refused, with reasons · 已拒收"
    DIFFERS = "differs", "Taken by its words, but its counts are not the package's · 数量不符"


class ReceiptFault(DescribedEnum):
    """Why what came as a receipt is not believed · 回执不予采信的原因."""

    UNREADABLE = "unreadable", "It is no receipt in the agreed form, or only a part of one · 格式不符或内容不全"
    OTHER_PACKAGE = "other_package", "It is of another package or counterpart · 所指数据包或对接平台不符"
    OTHER_DIGEST = "other_digest", "Its digest is not that of the package · 散列值与数据包不符"
    IMPOSSIBLE_DAY = "impossible_day", "It was received before the package was made, or in the future · 接收日期不可能"


class OpenMatter(DescribedEnum):
    """What of a package asks a person to do something · 待处理事项."""

    GIVEN_UP = "given_up", "It was not sent; mend what hinders it, then order it again · 未能送达，请排除原因后重新传送"
    ARRIVAL_UNKNOWN = (
        "arrival_unknown",
        "Ask the recipient whether it arrived before it is sent again · 请先向对方核实是否收到",
    )
    REFUSED = "refused", "The counterpart refused it; read its reasons · 对方拒收，请查看理由"
    COUNTS_DIFFER = "counts_differ", "The counts of the receipt differ; ask the recipient · 回执数量不符，请与对方核对"
    RECEIPT_SET_ASIDE = (
        "receipt_set_aside",
        "A receipt came that is not believed; ask the recipient · 有回执未予采信，请与对方核对",
    )
    RECEIPTS_CONTRADICT = (
        "receipts_contradict",
        "A later receipt says otherwise; ask the recipient · 先后回执不一致，请与对方核对",
    )
    HELD_THOUGH_WITHDRAWN = (
        "held_though_withdrawn",
        "The counterpart holds a withdrawn package · 数据包已撤回，对方仍持有",
    )
