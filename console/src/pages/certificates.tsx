import { Empty, Tag } from "antd";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { CertificateGradeNames, CertificateStatusNames } from "../gql/enum-names";
import { useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";
import { SheetTable } from "../sheet-table";

const OWN = graphql(`
  query OwnCertificates { ownCertificates { number grade since until status } }
`);
const ALL = graphql(`
  query Certificates($first: Int, $after: String, $last: Int, $before: String) {
    certificates(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { number grade since until status person { id name } }
    }
  }
`);

/** Certificates of diagnosticians; a diagnostician sees the own ones. */
export function Certificates() {
  const words = useWords();
  const { viewer } = useViewer();
  return (
    <>
      <h1>{words.certificates.title}</h1>
      <p><a href="/verify">{words.certificates.verify}</a></p>
      {viewer.role === "DIAGNOSTICIAN" ? <Own /> : <All />}
    </>
  );
}

function Own() {
  const words = useWords();
  const name = useNames();
  const answer = useAsk(OWN, {});
  return (
    <Shown answer={answer}>
      {({ ownCertificates }) =>
        ownCertificates.length ? (
          <SheetTable caption={words.certificates.title} rowKey="number" dataSource={ownCertificates} columns={[
            { title: words.certificates.number, dataIndex: "number" },
            { title: words.fields.grade, render: (_, one) => name(CertificateGradeNames, one.grade) },
            { title: words.fields.since, dataIndex: "since" },
            { title: words.fields.until, dataIndex: "until" },
            { title: words.fields.status, render: (_, one) => <Tag>{name(CertificateStatusNames, one.status)}</Tag> },
          ]} />
        ) : (
          <Empty description={words.certificates.empty} />
        )
      }
    </Shown>
  );
}

function All() {
  const words = useWords();
  const name = useNames();
  const paging = usePaging("");
  const answer = useAsk(ALL, paging.paging);
  return (
    <Shown answer={answer}>
      {({ certificates }) => (
        <PagedTable
          connection={certificates}
          paging={paging}
          rowKey={(row) => row.number}
          caption={words.certificates.title}
          empty={words.certificates.empty}
          fetching={answer.fetching}
          columns={[
            { title: words.fields.person, render: (_, one) => one.person?.name ?? "—" },
            { title: words.fields.grade, render: (_, one) => name(CertificateGradeNames, one.grade) },
            { title: words.certificates.number, dataIndex: "number", className: "nowrap" },
            { title: words.fields.since, dataIndex: "since" },
            { title: words.fields.until, dataIndex: "until" },
            { title: words.fields.status, render: (_, one) => <Tag>{name(CertificateStatusNames, one.status)}</Tag> },
          ]}
        />
      )}
    </Shown>
  );
}
