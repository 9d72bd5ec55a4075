import { Alert } from "antd";
import { Link } from "react-router";

import { Acts } from "../acts";
import { Shown, useAsk, useSend } from "../ask";
import { graphql } from "../gql";
import { spoken } from "../language";
import { useViewer } from "../session";
import { CONFIRM } from "./liaison-gaps";

const REMINDERS = graphql(`query ContactReminders($contactRemindersAfter: String) { contactReminders(first: 50, after: $contactRemindersAfter) { pageInfo { hasNextPage endCursor } totalCount nodes { person membership organisationName by escalatedOn } } }`);
const useTexts = spoken(
  { own: (unit: string, by: string) => `请于 ${by} 前确认：您仍是${unit}的联络人。`, over: (unit: string, by: string) => `您作为${unit}联络人的确认已于 ${by} 到期，请确认仍然属实或请人接任。`, confirm: "确认仍然属实", others: (n: number) => `已提醒、尚未确认的其他联络人 ${n} 名`, yours: "本单位" },
  { own: (unit: string, by: string) => `Confirm by ${by} that you are still a contact of ${unit}.`, over: (unit: string, by: string) => `Your confirmation as a contact of ${unit} ran out on ${by}; confirm it or have somebody take over.`, confirm: "Confirm as still true", others: (n: number) => `Other contacts that were reminded and not confirmed yet: ${n}`, yours: "your unit" },
);

/** Reminders of the liaison network: one's own with the way to answer them, those of others by their number. */
export function ContactReminders() {
  const texts = useTexts();
  const send = useSend();
  const { viewer } = useViewer();
  const answer = useAsk(REMINDERS, {});
  return (
    <Shown answer={answer}>
      {({ contactReminders }) => {
        const own = contactReminders.nodes.filter((one) => one.membership === viewer.membership);
        const others = (contactReminders.totalCount ?? 0) - own.length;
        return (
          <>
            {own.map((one) => (
              <Alert
                key={one.membership}
                type={one.escalatedOn ? "warning" : "info"}
                showIcon
                style={{ marginBottom: 16 }}
                title={(one.escalatedOn ? texts.over : texts.own)(one.organisationName ?? texts.yours, one.by)}
                action={<Acts about={one.membership} done={answer.again} acts={[{ label: texts.confirm, send: () => send(CONFIRM, { person: one.person, membership: one.membership }) }]} />}
              />
            ))}
            {others > 0 && ["CITY", "DISTRICT"].includes(viewer.role) && <p><Link to="/steering?tab=gaps">{texts.others(others)}</Link></p>}
          </>
        );
      }}
    </Shown>
  );
}
