"""Package making 数据包制作: every package that was asked for. plan P8."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.governance.rule_bodies.publication import PublicationRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.programme.packages.making import PACKAGE_OUTCOME, RecordPackage
from domain.programme.packages.state import package_stream
from isolation import Bounds
from projections import Snapshot
from projections.governance.dated_rules import body_on
from projections.programme.packages import requested_packages
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "interop.packages.outcome:outcome_bytes"
METHOD = "issued-results/1"
BOUNDS = Bounds(memory_mib=256, cpu_seconds=1_800, wall_seconds=3_600.0, written_mib=2_048)
"""Of one package: memory does not grow with it (`benchmarks.packages`), the files do, about 3 KiB a firm, and lie there twice."""
REASON = "数据包已申请制作"


def waiting_packages(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Packages that wait to be made 待制作的数据包; a count tells of so many firms as in what is published."""
    least = body_on(snapshot, PublicationRule, city_day(services.clock())).firms_at_least
    signer = services.transparency.log.keys().signing.name if services.transparency is not None else ""
    for one in requested_packages(snapshot):
        stream = package_stream(one.id)
        asked, kept = one.state().requested.model_dump_json(), str(services.blobs.folder)
        yield Computation(
            function=COMPUTE,
            arguments=(services.models.address, kept, one.id, asked, one.requested_at, signer, least, services.demo),
            command=recorded_as(RecordPackage, PACKAGE_OUTCOME, package=one.id, method=METHOD),
            key=f"compute/{stream}/1",
            cause=cause_of(stream, 1),
            reason=REASON,
            bounds=BOUNDS,
        )
