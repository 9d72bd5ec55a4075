import { Button, DatePicker, Form, Input, InputNumber, Modal, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";

import { useAsk, useSend } from "../ask";
import { fen } from "../format";
import { graphql } from "../gql";
import { KeptForm } from "../kept-form";
import { spoken, useWords } from "../language";
import { isOwn, useViewer } from "../session";

const PARTIES = graphql(`
  query OfferParties($organisationsAfter: String, $solutionsAfter: String) {
    organisations(kind: [PROVIDER, SUPPLIER], takingPart: true, first: 100, after: $organisationsAfter) { pageInfo { hasNextPage endCursor } nodes { id name } }
    solutions(filter: { status: [PUBLISHED] }, first: 100, after: $solutionsAfter) { pageInfo { hasNextPage endCursor } nodes { id title supplier { id name } } }
  }
`);
const OFFER = graphql(`
  mutation MakeOffer($demand: ID!, $supplier: ID!, $solutions: [ID!]!, $text: String!, $price: Decimal!, $readyBy: Date!, $members: [OfferMemberInput!]) {
    makeOffer(input: { demand: $demand, supplier: $supplier, solutions: $solutions, text: $text, price: $price, readyBy: $readyBy, members: $members }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);
const useTexts = spoken(
  { offer: "提出报价", says: "可单独报价，或作为联合体牵头；联合体的报价在各成员同意后生效。", solutions: "解决方案", solutionsHelp: "报价各方自己已发布的解决方案", text: "报价说明", price: "报价金额（元）", ready: "交付日", member: "联合体成员", share: "承担内容", add: "增加成员", remove: "移除" },
  { offer: "Make an offer", says: "Alone, or as the lead of a consortium, whose offer stands once each member agrees.", solutions: "Solutions", solutionsHelp: "Published solutions of those who offer", text: "What is offered", price: "Price, yuan", ready: "Delivered by", member: "Member", share: "What it takes on", add: "Add a member", remove: "Remove" },
);
type Given = { solutions: string[]; text: string; price: string; readyBy: Dayjs; members?: { organisation: string; share: string }[] };

/** Offers own solutions for a demand, alone or with others. */
export function OfferTo({ demand, done }: { demand: string; done: () => void }) {
  const texts = useTexts();
  const words = useWords();
  const send = useSend();
  const { viewer } = useViewer();
  const [open, setOpen] = useState(false);
  const { data } = useAsk(PARTIES, {}, !open);
  const required = [{ required: true, message: words.signIn.missing }];
  const others = (data?.organisations.nodes ?? []).filter((one) => !isOwn(viewer, one.id)).map((one) => ({ value: one.id, label: one.name }));
  async function sent({ price, readyBy, members, ...given }: Given) {
    const answer = await send(OFFER, { ...given, demand, supplier: viewer.organisation ?? "", price: fen(price) ?? "0", readyBy: readyBy.format("YYYY-MM-DD"), members: members?.length ? members : null });
    if (!answer.data || answer.errors.length) return;
    setOpen(false);
    done();
  }
  return (
    <>
      <Button type="primary" onClick={() => setOpen(true)}>{texts.offer}</Button>
      <Modal open={open} title={texts.offer} onCancel={() => setOpen(false)} footer={null} destroyOnHidden>
        <p>{texts.says}</p>
        <KeptForm<Given> about={`offer to ${demand}`} layout="vertical" onFinish={(given) => void sent(given)}>
          <Form.List name="members">
            {(fields, { add, remove }) => (
              <>
                {fields.map((one, at) => (
                  <div key={one.key} className="bar" style={{ alignItems: "end", marginBottom: 0 }}>
                    <Form.Item className="grow" name={[one.name, "organisation"]} label={`${texts.member} ${at + 1}`} rules={required}><Select showSearch={{ optionFilterProp: "label" }} options={others} /></Form.Item>
                    <Form.Item className="grow" name={[one.name, "share"]} label={`${texts.share} ${at + 1}`} rules={required}><Input /></Form.Item>
                    <Form.Item><Button onClick={() => remove(one.name)}>{texts.remove}</Button></Form.Item>
                  </div>
                ))}
                <Form.Item><Button onClick={() => add()}>{texts.add}</Button></Form.Item>
              </>
            )}
          </Form.List>
          <Form.Item noStyle dependencies={["members"]}>
            {({ getFieldValue }) => {
              const members = ((getFieldValue("members") as Given["members"]) ?? []).map((one) => one?.organisation);
              return <Form.Item name="solutions" label={texts.solutions} extra={texts.solutionsHelp} rules={required}><Select mode="multiple" options={(data?.solutions.nodes ?? []).filter((one) => isOwn(viewer, one.supplier?.id) || members.includes(one.supplier?.id ?? "")).map((one) => ({ value: one.id, label: one.title }))} /></Form.Item>;
            }}
          </Form.Item>
          <Form.Item name="text" label={texts.text} rules={required}><Input.TextArea rows={3} /></Form.Item>
          <Form.Item name="price" label={texts.price} rules={required}><InputNumber stringMode min="0" style={{ width: 200 }} /></Form.Item>
          <Form.Item name="readyBy" label={texts.ready} rules={required}><DatePicker style={{ width: "100%" }} /></Form.Item>
          <Button type="primary" htmlType="submit">{words.send}</Button>
        </KeptForm>
      </Modal>
    </>
  );
}
