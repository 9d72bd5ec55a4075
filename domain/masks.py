"""Masks and readers · 字段遮蔽: which kinds of protected data there are, and which roles read what. plan P7, R4.

A type of the schema names its readers beside itself, from the sets here or from one of its own, where no other page has the same;
`docs/access.md` prints them all. `command_rights` says who may send which command.
"""

from collections.abc import Mapping

from domain.access import EXPERTS, POSITIONS, Mask, Role
from domain.command_rights import APPOINTERS, EXAMINEES, HELD_BY_PEOPLE, LIAISONS
from domain.diagnosis.external.rows import BATCH_READERS
from domain.diagnosis.participations import PARTICIPATION_READERS
from domain.diagnosis.state import PROCEEDINGS_READERS
from domain.participants.consents import CONSENT_READERS
from domain.programme.demands.state import DEMAND_READERS, SELLERS
from domain.programme.implementation_facts import IMPLEMENTATION_READERS
from domain.standard.crosswalks.state import CROSSWALK_DRAFT_READERS
from domain.standard.revision.state import DRAFT_READERS

ANYONE = frozenset(Role)
SIGNED_IN = ANYONE - {Role.PUBLIC, Role.SYSTEM}
PLACE_READERS = SIGNED_IN - {Role.MARKER}
"""Whom the place of an answer in the journal is told. It moves with all that is recorded, and so with another marker's mark."""
AUDIT = frozenset({Role.AUDITOR})
OF_THE_FIRM = POSITIONS[Role.ENTERPRISE]
OF_THE_PROVIDER = POSITIONS[Role.PROVIDER]

TOTALS = SIGNED_IN - OF_THE_PROVIDER - EXPERTS - {Role.OPERATOR, Role.SUPPLIER, Role.BANK}
"""Coverage 汇总: a support body reads nothing else of the firms. A firm counts whoever diagnosed it, so the count would tell
a provider of the work of its rivals."""
DISTRICT_TOTALS = TOTALS - {Role.SUPPORT}
"""Coverage by district 分区汇总: whoever sees the firms behind it one by one. A paper withholds sums of few firms, and of sums that
would tell them; who sees no firm is told none of them here either. plan R5."""
FIRMS = SIGNED_IN - {Role.OPERATOR, Role.SUPPLIER, Role.SUPPORT}
"""Enterprises and diagnoses at all 企业数据. The operator runs the platform and sees no business data."""
OUTCOMES = FIRMS - {Role.PARTNER, Role.SAMPLER}
"""Totals and grades: another system uses a firm's result with the firm's consent alone, and none is on record. An
assessor of samples sees no earlier score. plan R4, V5."""
FINANCE = OF_THE_PROVIDER | {
    *OF_THE_FIRM - {Role.DEPARTMENT_FILLER},
    Role.CITY,
    Role.DISTRICT,
    Role.REPORTING_UNIT,
    Role.GROUP,
    Role.AUDITOR,
}
"""Mask "revenue" 经营数据: revenue and head count. Not for subdistricts, parks, experts, banks and partners."""
ANSWERS = OF_THE_FIRM | OF_THE_PROVIDER | EXPERTS - {Role.MARKER} | {
    Role.CITY,
    Role.DISTRICT,
    Role.GROUP,
    Role.AUDITOR,
}
"""Mask "process secrets" 工艺秘密: answers and evidence tell how a firm makes things. Not for subdistricts, parks, reporting
units, banks and partners."""
VERIFIED = ANSWERS - {Role.SAMPLER}
"""What the provider found 核验答案: an assessor of samples forms an opinion of its own. plan V5."""
REPORTS = VERIFIED - {Role.DEPARTMENT_FILLER}
PROCEEDINGS = PROCEEDINGS_READERS - {Role.SYSTEM}
"""Objections, visits, experts' reviews 办理经过: they tell of what is not issued and quote answers, so the parties' alone."""
PARTICIPATIONS = PARTICIPATION_READERS - {Role.SYSTEM}
"""Firms' parts in campaigns 参诊: each firm its own, whoever it lives with, its group, the auditor."""
TRAIL_ENTRIES = FIRMS - EXPERTS - {Role.BANK, Role.PARTNER}
"""Who took part in which role is no partner's business, nor a bank's or an expert's."""
FOLLOWERS = FIRMS - {Role.BANK}
TRAIL = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | OF_THE_PROVIDER | {
    Role.CITY,
    Role.DISTRICT,
    Role.GROUP,
    Role.AUDITOR,
}
"""What an entry holds repeats answers and revenue: only roles that read both. An event that tells of what fewer may read says so
itself (`Event.told_to`), and its entries are not there for anyone else."""
DOSSIERS = frozenset(
    {Role.CITY, Role.ENTERPRISE, Role.CONFIRMER, Role.PROVIDER, Role.REVIEWER, Role.AUDITOR}
)
"""A dossier shows entries whole, their places in the journal included: who speaks for the parties of the diagnosis, the city,
the auditor."""
PROCESS_LOG = AUDIT | {Role.CITY, Role.DISTRICT}
"""Who takes away what happened in the cases of the scope, without what was said in it. plan P5."""
BULK_EXPORTS = AUDIT | {Role.CITY, Role.DISTRICT, Role.PARTNER}
"""Who takes away tables of all that the scope holds, each column by the rights of its field 批量导出. plan P8.

A consent to a bank may end while a file is given out, so a bank reads page by page."""
BOTTLENECKS = PROCESS_LOG | {Role.PROVIDER}
"""Where cases wait and turn back 瓶颈台: a district of its own cases, a provider of those that it diagnoses. plan P5."""
ACTORS = frozenset({Role.CITY, Role.AUDITOR})
"""Ids of people, such as who acted, read or reviewed: to everyone else a role of an organisation did. plan P5, P7."""
GROUPS = frozenset({Role.CITY, Role.GROUP, Role.AUDITOR})
"""A sum over a group's members: with the results that a district sees taken out, it would tell those of the other districts. All
three read revenue, results and every member one by one."""
ROSTERS = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})
NAMES = APPOINTERS - {Role.SYSTEM}
"""Mask "contacts" 联系方式: names and phones are for those who appoint, each of their own unit and below. An auditor proves
who acted by the opaque id."""
PEOPLE = NAMES | AUDIT
CERTIFICATES_READ = frozenset({Role.CITY, Role.PROVIDER, Role.AUDITOR})
"""Certificates of others 他人证书: a provider's manager those of its own people."""
RATING_INPUTS = frozenset({Role.CITY, Role.AUDITOR})
"""What a rating rests on, and a rating before it is published."""
RATINGS_READ = RATING_INPUTS | {Role.PROVIDER}
"""Ratings 年度评价: once published, a provider reads its own with all its parts, and of the others tier and interval."""
RATINGS_SEEN = RATINGS_READ | {Role.DISTRICT}
"""Tiers and intervals: a district's once published, of who had work in it that year. plan V5."""
OWN_CERTIFICATES = EXAMINEES
"""Whoever may hold one reads what is held."""
CERTIFICATES = CERTIFICATES_READ | OWN_CERTIFICATES
NETWORK = OF_THE_FIRM | LIAISONS | {Role.GROUP}
UNIT_TARGETS = frozenset({Role.CITY, Role.DISTRICT, Role.SUBDISTRICT, Role.REPORTING_UNIT, Role.AUDITOR})
"""Targets of units 单位目标: city and auditor all, a district its own and its subdistricts', every unit its own. plan G4."""
GAPS_READ = LIAISONS
"""Units without a contact or a deputy 联络缺口: whoever may name one, of its own unit and below. plan O2."""
CONTACTS = NETWORK | OF_THE_PROVIDER
REMINDED_CONTACTS = HELD_BY_PEOPLE - {Role.OPERATOR}
"""Contacts that the program reminded of 联络人提醒: whoever may be one, of oneself and of the contacts in the scope. plan O2."""
CONSENTS = CONSENT_READERS - {Role.SYSTEM}
"""A bank learns of its own consent by what it sees, and of no other bank's."""
BATCHES_READ = BATCH_READERS
"""Batches of others' assessments 外部评估结果批次: each partner its own, the city and the auditor all. plan P8."""
EXTERNAL_ASSESSMENTS = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | {Role.CITY, Role.DISTRICT, Role.GROUP, Role.AUDITOR}
"""Scores, and all results of models whose results are no public certificates 非公开的外部评估结果: who runs the case and the firm
itself. Everyone else that sees the firm is shown certificates alone. plan P8."""
RESULT_CREDENTIALS = CONSENTS | {Role.BANK}
"""Results handed to a bank, signed 结果凭证: who is told of consents, and each bank its own while it may see the firm. plan R4."""
PARTNERS = frozenset({Role.PARTNER})
"""What a partner is told of its own endpoints alone 合作方自用: address, signing keys, the log of what was sent. plan P8."""
DRAFTS = DRAFT_READERS - {Role.SYSTEM}
CROSSWALK_DRAFTS = CROSSWALK_DRAFT_READERS - {Role.SYSTEM}
"""A draft's changes, problems and reviews: the city, the auditor, and of the experts those whom its scope admits as reviewers.
The text on consultation and the comments on it are open to every signed-in role. plan S5."""

DISCLOSURES = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | {Role.CITY, Role.AUDITOR}
"""Who read whose data: each firm of its own, the city and the auditor of all. Nobody is told what others look at besides."""
SHADOW_TOTALS = DRAFT_READERS - {Role.SYSTEM}
"""What a draft would do, for who may see drafts: of the experts those named as its reviewers."""
SHADOW_FIRMS = frozenset({Role.CITY, Role.AUDITOR})
"""Who would move. Others are shown blurred counts (api/standard/shadow.py)."""

APPLICANTS = frozenset({Role.CITY, Role.DISTRICT, Role.PROVIDER, Role.AUDITOR})
"""That a provider applied, and what became of it: the provider of its own, a district of those that it put forward. plan V1, V6."""
MATCHINGS_READ = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})
"""Plans of who diagnoses whom 批量派单: the district of its own firms; no provider learns what it might have been given."""
AGREEMENTS_READ = EXPERTS | {Role.CITY, Role.AUDITOR}
"""Agreement on indicators 一致性: who revises the standard; it tells of no person and of no few cases. plan S5."""
SCREENINGS_READ = MATCHINGS_READ
"""Screenings for signals 筛查: the city's the city's alone, a district's its own. plan V5."""
TARGET_SPLITS = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})
"""Splits of targets over the units of the scope 目标分解. plan G4."""
APPRAISALS = TARGET_SPLITS
"""Appraisal sheet of districts and the firms behind its numbers 区考核表: a district its own. plan I5."""
POLICY_DRAFTS = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})
"""Drafts of policies and what they would come to 政策草案: the city's the city's alone, a district's its own. plan I2."""
POLICY_CHECKS = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | {Role.CITY, Role.DISTRICT, Role.AUDITOR}
"""How a firm stands to a policy 政策比对, which tells of its grade and scores: each firm its own. plan I3."""
DESIGNATIONS_READ = OF_THE_FIRM | LIAISONS | {Role.GROUP, Role.AUDITOR}
"""Designations of firms 企业称号. plan I3."""
IMPLEMENTATIONS = IMPLEMENTATION_READERS
"""How far firms are with a standard 贯标进度: each firm its own, whoever it lives with, its group, the auditor. plan I4."""
OUTREACH = PARTICIPATIONS
"""Outreach sessions and who came 宣讲交流: each firm those it is in, the units announced ones, the auditor. plan T2."""
DEMANDS_READ = DEMAND_READERS - {Role.SYSTEM}
"""Demands, offers and consents to chain leaders, with the firm 需求与报价: each firm its own, the city, the auditor. plan R2."""
MARKET = DEMANDS_READ | SELLERS
"""Who sees open demands, sellers without the firm, and offers that they take part in 供需对接参与方. plan R2."""
CHAIN_LEADERS = OF_THE_FIRM - {Role.DEPARTMENT_FILLER} | {Role.GROUP}
"""Who may be a chain leader 链主: a group, or a firm that is designated one. plan R2."""
ECOSYSTEM = LIAISONS | SELLERS | {*OF_THE_FIRM - {Role.DEPARTMENT_FILLER}, Role.GROUP, Role.AUDITOR}
"""Map of the ecosystem 生态图谱: each the links of its scope. plan R1."""
SELECTION_OFFICE = frozenset({Role.CITY, Role.AUDITOR})
"""Which marker has which application, and every mark once marking is closed. plan V1."""
MARKINGS = SELECTION_OFFICE | {Role.MARKER}
"""A marking: its marker's own, and the city's; what was marked is ciphertext to all but its marker until marking is closed."""


MASK_NAMES: Mapping[Mask, str] = {mask: mask.names[0] for mask in Mask}
"""What people call a mask."""
