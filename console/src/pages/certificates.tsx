import { Button, Card, Descriptions, Empty, Flex, QRCode, Tag } from "antd";

import { opening } from "../api";
import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { CertificateGradeNames, CertificateStatusNames } from "../gql/enum-names";
import type { OwnCertificatesQuery } from "../gql/graphql";
import { useNames, useWords } from "../language";
import { PagedTable, usePaging } from "../paged";
import { useViewer } from "../session";

const OWN = graphql(`
  query OwnCertificates { ownCertificates { number grade since until status verifyUrl endorsements { edition } } }
`);
const SHOWN = graphql(`
  query OwnCertificateShown($number: String!) { verifyCertificate(number: $number) { holderName } }
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
  const answer = useAsk(OWN, {});
  return (
    <Shown answer={answer}>
      {({ ownCertificates }) =>
        ownCertificates.length ? (
          <>
            {ownCertificates.map((one) => <Printable key={one.number} certificate={one} />)}
            <Button onClick={() => window.print()}>{words.directory.print}</Button>
          </>
        ) : (
          <Empty description={words.certificates.empty} />
        )
      }
    </Shown>
  );
}

/** A certificate as its holder prints it; the code leads whoever is shown the paper to what it is worth that day. */
function Printable({ certificate }: { certificate: OwnCertificatesQuery["ownCertificates"][number] }) {
  const words = useWords();
  const name = useNames();
  const shown = useAsk(SHOWN, { number: certificate.number });
  const link = new URL(opening(certificate.verifyUrl) ?? "/verify", window.location.href).href;
  return (
    <Card title={words.certificates.one} style={{ marginBottom: 16, breakInside: "avoid" }} extra={<Tag>{name(CertificateStatusNames, certificate.status)}</Tag>}>
      <Flex wrap gap={24} justify="space-between">
        <Descriptions column={1} size="small" style={{ flex: "1 1 20rem" }} items={[
          { key: "holder", label: words.fields.person, children: shown.data?.verifyCertificate?.holderName ?? words.certificates.unnamed },
          { key: "grade", label: words.fields.grade, children: name(CertificateGradeNames, certificate.grade) },
          { key: "editions", label: words.fields.edition, children: [...certificate.endorsements].map((one) => one.edition).sort((one, other) => other.localeCompare(one)).join(words.comma) || "—" },
          { key: "number", label: words.certificates.number, children: certificate.number },
          { key: "life", label: `${words.fields.since} / ${words.fields.until}`, children: `${certificate.since} / ${certificate.until}` },
        ]} />
        <figure className="code">
          <div aria-hidden="true"><QRCode value={link} type="svg" size={132} bordered={false} color="#000" bgColor="#fff" /></div>
          <figcaption><a href={link}>{words.certificates.scan}</a></figcaption>
        </figure>
      </Flex>
    </Card>
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
