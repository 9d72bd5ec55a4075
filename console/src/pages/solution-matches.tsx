import { List } from "antd";
import { Link } from "react-router";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { spoken, useWords } from "../language";

const MATCHES = graphql(`query SolutionMatches($id: ID!) { solutionMatching(solution: $id) { matches(first: 10) { totalCount nodes { indicators demand { id text by } } } } }`);
const useTexts = spoken(
  { title: "匹配的需求", none: "目前没有匹配的未成交需求。", until: (day: string) => `${day} 前可报价` },
  { title: "Demands that it fits", none: "No open demand fits it now.", until: (day: string) => `offers until ${day}` },
);

/** Open demands that an own solution fits, each with the way to it. */
export function SolutionMatches({ solution }: { solution: string }) {
  const texts = useTexts();
  const words = useWords();
  const answer = useAsk(MATCHES, { id: solution });
  return (
    <Shown answer={answer}>
      {({ solutionMatching: found }) => found && (
        <List size="small" header={texts.title} locale={{ emptyText: texts.none }} dataSource={found.matches.nodes} renderItem={({ demand, indicators }) => demand && (
          <List.Item><div><div><Link to={`/supply?demand=${encodeURIComponent(demand.id)}`}>{demand.text}</Link></div><div className="clause">{indicators.join(words.comma)} · {texts.until(demand.by)}</div></div></List.Item>
        )} />
      )}
    </Shown>
  );
}
