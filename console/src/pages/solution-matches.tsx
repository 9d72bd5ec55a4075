import { Link } from "react-router";

import { Shown, useAsk } from "../ask";
import { graphql } from "../gql";
import { spoken, useWords } from "../language";
import { SheetList } from "../sheet-list";

const MATCHES = graphql(`query SolutionMatches($id: ID!, $matchesAfter: String) { solutionMatching(solution: $id) { matches(first: 10, after: $matchesAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { indicators demand { id text by } } } } }`);
const useTexts = spoken(
  { title: "匹配的需求", none: "目前没有匹配的未成交需求。", until: (day: string) => `${day} 前可报价`, raised: "所涉指标" },
  { title: "Demands that it fits", none: "No open demand fits it now.", until: (day: string) => `offers until ${day}`, raised: "Indicators" },
);

/** Open demands that an own solution fits, each with the way to it. */
export function SolutionMatches({ solution }: { solution: string }) {
  const texts = useTexts();
  const words = useWords();
  const answer = useAsk(MATCHES, { id: solution });
  return (
    <Shown answer={answer}>
      {({ solutionMatching: found }) => found && (
        <SheetList
          caption={texts.title}
          rows={found.matches.nodes.flatMap(({ demand, indicators }) => (demand ? [{ ...demand, indicators }] : []))}
          rowKey={(one) => one.id}
          empty={texts.none}
          columns={[{ title: texts.title, text: (one) => one.text }, { title: texts.raised, text: (one) => one.indicators.join(words.comma) }, { title: words.fields.until, text: (one) => one.by }]}
          render={(one) => <div className="listed"><div><div><Link to={`/supply?demand=${encodeURIComponent(one.id)}`}>{one.text}</Link></div><div className="clause">{one.indicators.join(words.comma)} · {texts.until(one.by)}</div></div></div>}
        />
      )}
    </Shown>
  );
}
