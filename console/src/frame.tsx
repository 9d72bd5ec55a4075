import {
  AlertOutlined, ApiOutlined, AuditOutlined, BankOutlined, BarChartOutlined, BookOutlined, CalendarOutlined, CheckSquareOutlined, CommentOutlined, ContactsOutlined, DeploymentUnitOutlined, EditOutlined, ExperimentOutlined,
  EyeOutlined, FileDoneOutlined, FileProtectOutlined, FlagOutlined, HomeOutlined, IdcardOutlined, ImportOutlined, InboxOutlined, KeyOutlined, LineChartOutlined, MenuOutlined, MessageOutlined, NotificationOutlined,
  PartitionOutlined, ProfileOutlined, ReadOutlined, ReconciliationOutlined, SafetyCertificateOutlined, ShopOutlined, SolutionOutlined, StarOutlined, TrophyOutlined, UploadOutlined, UsergroupAddOutlined,
} from "@ant-design/icons";
import { Alert, Button, Drawer, Dropdown, Empty, Grid, Layout, Menu, Skeleton, Space, Typography } from "antd";
import { lazy, type MouseEvent, type ReactElement, type ReactNode, Suspense, useEffect, useState } from "react";
import { Link, Route, Routes, useLocation } from "react-router";

import { useSend } from "./ask";
import { Failing } from "./failing";
import { RoleNames } from "./gql/enum-names";
import { useLanguage, useNames, useSaid, useWords } from "./language";
import { ACT_AS, leave, useViewer, type Viewer } from "./session";

type Role = Viewer["role"];
type Key = keyof ReturnType<typeof useWords>["nav"];
type Group = keyof ReturnType<typeof useWords>["groups"];

const page = <K extends string>(load: () => Promise<Record<K, () => ReactNode>>, name: K) =>
  Object.assign(lazy(async () => ({ default: (await load())[name] })), { load });
type Loaded = ReturnType<typeof page>;

const CASES: Role[] = ["CITY", "DISTRICT", "SUBDISTRICT", "PARK", "REPORTING_UNIT", "GROUP", "ENTERPRISE", "FILLER", "DEPARTMENT_FILLER", "CONFIRMER", "PROVIDER", "DIAGNOSTICIAN", "REVIEWER", "ARBITER", "SAMPLER", "READER", "BANK", "AUDITOR"];
const STEERING: Role[] = ["CITY", "DISTRICT", "SUBDISTRICT", "PARK", "REPORTING_UNIT", "GROUP", "AUDITOR"];
const FIRM: Role[] = ["ENTERPRISE", "FILLER", "CONFIRMER"];

/** One row a page: where it is, who has use of it, and what is loaded for it. What a role may read the server decides. */
const PAGES: { key: Key; group: Group; path: string; icon: ReactNode; roles?: Role[]; element: ReactElement<{ page: Loaded }> }[] = [
  { key: "home", group: "work", path: "/", icon: <HomeOutlined />, element: <Lazily page={page(() => import("./pages/home"), "Home")} /> },
  { key: "diagnoses", group: "work", path: "/diagnoses", icon: <ProfileOutlined />, roles: CASES, element: <Lazily page={page(() => import("./pages/diagnoses"), "Diagnoses")} /> },
  { key: "arbitrations", group: "work", path: "/arbitrations", icon: <ReconciliationOutlined />, roles: ["ARBITER"], element: <Lazily page={page(() => import("./pages/arbitrations"), "Arbitrations")} /> },
  { key: "campaigns", group: "work", path: "/campaigns", icon: <FlagOutlined />, roles: [...STEERING, ...FIRM, "DEPARTMENT_FILLER"], element: <Lazily page={page(() => import("./pages/campaigns"), "Campaigns")} /> },
  { key: "sessions", group: "work", path: "/sessions", icon: <CommentOutlined />, roles: [...STEERING, ...FIRM, "DEPARTMENT_FILLER"], element: <Lazily page={page(() => import("./pages/sessions"), "Sessions")} /> },
  { key: "feedback", group: "work", path: "/feedback", icon: <MessageOutlined />, roles: ["CITY", "PROVIDER", "AUDITOR", ...FIRM, "DEPARTMENT_FILLER"], element: <Lazily page={page(() => import("./pages/feedback"), "FeedbackPage")} /> },
  { key: "matching", group: "work", path: "/matching", icon: <DeploymentUnitOutlined />, roles: ["CITY", "DISTRICT", "PROVIDER", "ENTERPRISE", "AUDITOR"], element: <Lazily page={page(() => import("./pages/matching"), "MatchingPage")} /> },
  { key: "enterprises", group: "firms", path: "/enterprises", icon: <BankOutlined />, roles: CASES, element: <Lazily page={page(() => import("./pages/enterprises"), "Enterprises")} /> },
  { key: "rosters", group: "firms", path: "/rosters", icon: <UploadOutlined />, roles: ["CITY", "DISTRICT", "AUDITOR"], element: <Lazily page={page(() => import("./pages/rosters"), "Rosters")} /> },
  { key: "results", group: "firms", path: "/results", icon: <ImportOutlined />, roles: ["CITY", "DISTRICT", "GROUP", "BANK", "AUDITOR", "PARTNER", ...FIRM, "DEPARTMENT_FILLER"], element: <Lazily page={page(() => import("./pages/results"), "Results")} /> },
  { key: "consents", group: "firms", path: "/consents", icon: <KeyOutlined />, roles: ["BANK", ...FIRM], element: <Lazily page={page(() => import("./pages/consents"), "Consents")} /> },
  { key: "supply", group: "firms", path: "/supply", icon: <ShopOutlined />, roles: ["CITY", "DISTRICT", "PROVIDER", "SUPPLIER", "AUDITOR", ...FIRM], element: <Lazily page={page(() => import("./pages/supply"), "Supply")} /> },
  { key: "cases", group: "firms", path: "/cases", icon: <TrophyOutlined />, element: <Lazily page={page(() => import("./pages/cases"), "Cases")} /> },
  { key: "signals", group: "firms", path: "/signals", icon: <AlertOutlined />, roles: ["CITY", "DISTRICT", "ENTERPRISE", "CONFIRMER", "PROVIDER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/signals"), "Signals")} /> },
  { key: "coverage", group: "programme", path: "/coverage", icon: <BarChartOutlined />, roles: [...STEERING, "SUPPORT"], element: <Lazily page={page(() => import("./pages/coverage"), "Coverage")} /> },
  { key: "steering", group: "programme", path: "/steering", icon: <LineChartOutlined />, roles: ["CITY", "DISTRICT", "SUBDISTRICT", "PARK", "REPORTING_UNIT", "PROVIDER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/steering"), "Steering")} /> },
  { key: "duties", group: "programme", path: "/duties", icon: <CheckSquareOutlined />, roles: ["CITY", "DISTRICT", "PROVIDER", "SUPPORT", "AUDITOR"], element: <Lazily page={page(() => import("./pages/duties"), "Duties")} /> },
  { key: "policies", group: "programme", path: "/policies", icon: <NotificationOutlined />, roles: ["CITY", "DISTRICT", "AUDITOR", ...FIRM], element: <Lazily page={page(() => import("./pages/policies"), "Policies")} /> },
  { key: "proceedings", group: "programme", path: "/proceedings", icon: <SolutionOutlined />, roles: ["CITY", "DISTRICT", "PROVIDER", "ENTERPRISE", "CONFIRMER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/proceedings"), "Proceedings")} /> },
  { key: "papers", group: "programme", path: "/papers", icon: <ReadOutlined />, element: <Lazily page={page(() => import("./pages/papers"), "Papers")} /> },
  { key: "packages", group: "programme", path: "/packages", icon: <InboxOutlined />, roles: ["CITY", "AUDITOR"], element: <Lazily page={page(() => import("./pages/packages"), "Packages")} /> },
  { key: "directory", group: "providers", path: "/directory", icon: <ContactsOutlined />, element: <Lazily page={page(() => import("./pages/directory"), "Directory")} /> },
  { key: "selection", group: "providers", path: "/selection", icon: <FileDoneOutlined />, roles: ["CITY", "DISTRICT", "PROVIDER", "MARKER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/selection"), "Selection")} /> },
  { key: "ratings", group: "providers", path: "/ratings", icon: <StarOutlined />, roles: ["CITY", "DISTRICT", "PROVIDER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/ratings"), "Ratings")} /> },
  { key: "sampling", group: "providers", path: "/sampling", icon: <ExperimentOutlined />, roles: ["CITY", "PROVIDER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/sampling"), "Sampling")} /> },
  { key: "certificates", group: "providers", path: "/certificates", icon: <IdcardOutlined />, roles: ["CITY", "PROVIDER", "DIAGNOSTICIAN", "AUDITOR"], element: <Lazily page={page(() => import("./pages/certificates"), "Certificates")} /> },
  { key: "exams", group: "providers", path: "/exams", icon: <EditOutlined />, roles: ["CITY", "PROVIDER", "DIAGNOSTICIAN", "REVIEWER", "MARKER", "ARBITER", "SAMPLER", "READER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/exams"), "Exams")} /> },
  { key: "standards", group: "rules", path: "/standards", icon: <BookOutlined />, element: <Lazily page={page(() => import("./pages/standards"), "Standards")} /> },
  { key: "agreement", group: "rules", path: "/agreement", icon: <PartitionOutlined />, roles: ["CITY", "MARKER", "ARBITER", "SAMPLER", "READER", "AUDITOR"], element: <Lazily page={page(() => import("./pages/agreement"), "Agreement")} /> },
  { key: "rules", group: "rules", path: "/rules", icon: <CalendarOutlined />, element: <Lazily page={page(() => import("./pages/rules"), "Rules")} /> },
  { key: "trail", group: "record", path: "/trail", icon: <AuditOutlined />, roles: ["CITY", "AUDITOR", ...FIRM], element: <Lazily page={page(() => import("./pages/trail"), "Trail")} /> },
  { key: "checkpoint", group: "record", path: "/checkpoint", icon: <SafetyCertificateOutlined />, roles: ["CITY", "AUDITOR"], element: <Lazily page={page(() => import("./pages/checkpoint"), "CheckpointPage")} /> },
  { key: "disclosures", group: "record", path: "/disclosures", icon: <EyeOutlined />, roles: ["CITY", "AUDITOR", ...FIRM], element: <Lazily page={page(() => import("./pages/disclosures"), "Disclosures")} /> },
  { key: "dossier", group: "record", path: "/dossier", icon: <FileProtectOutlined />, element: <Lazily page={page(() => import("./pages/dossier"), "DossierCheck")} /> },
  { key: "people", group: "record", path: "/people", icon: <UsergroupAddOutlined />, roles: ["CITY", "DISTRICT", "PROVIDER", "ENTERPRISE", "GROUP", "PARK", "SUBDISTRICT", "REPORTING_UNIT"], element: <Lazily page={page(() => import("./pages/people"), "People")} /> },
  { key: "webhooks", group: "record", path: "/webhooks", icon: <ApiOutlined />, roles: ["PARTNER", "CITY", "AUDITOR"], element: <Lazily page={page(() => import("./pages/webhooks"), "Webhooks")} /> },
];
const PAST = <Lazily page={page(() => import("./pages/past"), "PastPage")} />;
const SIGN_IN = <Lazily page={page(() => import("./pages/sign-in"), "SignIn")} />;
const CASE = <Lazily page={page(() => import("./pages/case"), "Case")} />;

// the page that was asked for is on its way while it is still asked who comes
const wanted = window.location.hash.slice(1).split("?")[0];
void PAGES.find((one) => one.path === wanted)?.element.props.page.load().catch(() => undefined);

/** Past the menu. What stands behind # names a page here: as a plain link this one would lead to none. */
function toContent(event: MouseEvent) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Lazily({ page: Page }: { page: Loaded }) {
  const words = useWords();
  return (
    <Failing key={useLocation().pathname} says={words.replaced} retry={words.reload}>
      <Suspense fallback={<Skeleton active />}>
        <Page />
      </Suspense>
    </Failing>
  );
}

/** A table that is wider than its page is scrolled by keyboard too, wherever it stands. */
function useScrolledByKeyboard() {
  useEffect(() => {
    const reach = () => document.querySelectorAll(".ant-table-content:not([tabindex]), .ant-drawer-body:not([tabindex])").forEach((one) => one.setAttribute("tabindex", "0"));
    const watch = new MutationObserver(reach);
    watch.observe(document.body, { childList: true, subtree: true });
    reach();
    return () => watch.disconnect();
  }, []);
}

/** Navigation, who is signed in, and the page. */
export function Frame({ dark, setDark }: { dark: boolean; setDark: (dark: boolean) => void }) {
  const { viewer } = useViewer();
  const words = useWords();
  const name = useNames();
  const said = useSaid();
  const { language, set } = useLanguage();
  const location = useLocation();
  useScrolledByKeyboard();
  const stranger = viewer.role === "PUBLIC";
  const shown = PAGES.filter((one) => !one.roles || one.roles.includes(viewer.role)).filter((one) => !(stranger && one.key === "home"));
  const at = shown.find((one) => (one.path === "/" ? location.pathname === "/" : location.pathname.startsWith(one.path)));
  useEffect(() => {
    document.title = `${at ? words.nav[at.key] : stranger ? words.signIn.title : words.absent.title} · ${words.product}`;
  }, [at, words]);
  const narrow = Grid.useBreakpoint().lg === false;
  const [opened, open] = useState(false);
  useEffect(() => open(false), [location.pathname, narrow]);
  const menu = (
    <nav aria-label={words.product}>
      <Menu
        mode="inline"
        tooltip={false} // it is never folded to its icons, and one about each page took a quarter of the time to draw a page
        style={{ borderInlineEnd: 0 }}
        selectedKeys={at ? [at.key] : []}
        items={(Object.keys(words.groups) as Group[]).flatMap((group) => {
          const children = shown.filter((one) => one.group === group).map((one) => ({ key: one.key, icon: one.icon, label: <Link to={one.path}>{words.nav[one.key]}</Link> }));
          return children.length ? [{ key: `group-${group}`, type: "group" as const, label: words.groups[group], children }] : [];
        })}
      />
    </nav>
  );
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <a className="skip" href="#content" onClick={toContent}>{language === "zh" ? "跳到正文" : "Skip to content"}</a>
      {narrow ? (
        <Drawer open={opened} onClose={() => open(false)} placement="left" size={280} title={words.product} styles={{ body: { padding: 0 } }}>{menu}</Drawer>
      ) : (
        <Layout.Sider width={language === "zh" ? 208 : 248} theme="light">
          <div style={{ padding: "18px 20px", fontWeight: 600 }}><SafetyCertificateOutlined aria-hidden /> {words.product}</div>
          {menu}
        </Layout.Sider>
      )}
      <Layout>
        <header className="bar" style={{ padding: "10px 20px 0", justifyContent: "flex-end", marginBottom: 0 }}>
          {narrow && <Button aria-label={words.menu} icon={<MenuOutlined />} onClick={() => open(true)} />}
          {!stranger && (
            <Typography.Text type="secondary" className="grow">
              {name(RoleNames, viewer.role)} · {words.scope}{words.colon}{said(viewer.scope, viewer.scopeInEnglish)}
            </Typography.Text>
          )}
          <Space wrap>
            <Button type="text" onClick={() => setDark(!dark)}>{dark ? words.light : words.dark}</Button>
            <Button type="text" onClick={() => set(language === "zh" ? "en" : "zh")} lang={language === "zh" ? "en" : "zh-CN"}>{words.language}</Button>
            <Roles />
            {stranger ? <Link to="/">{words.signIn.title}</Link> : <Button onClick={() => void leave().then(() => window.location.replace("/"))}>{words.signIn.out}</Button>}
          </Space>
        </header>
        <Layout.Content id="content" tabIndex={-1}>
          <div className="page">
            {viewer.synthetic && (at || !stranger) && <Alert banner type="info" title={words.synthetic} style={{ marginBottom: 16 }} />}
            <Routes>
              {shown.map((one) => <Route key={one.key} path={one.path} element={one.element} />)}
              {!stranger && <Route path="/diagnoses/:id" element={CASE} />}
              {!stranger && <Route path="/trail/past" element={PAST} />}
              <Route path="*" element={stranger ? SIGN_IN : <Absent />} />
            </Routes>
          </div>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

/** An address that is none of this reader's pages, and the way on. */
function Absent() {
  const words = useWords();
  return (
    <>
      <h1>{words.absent.title}</h1>
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={words.absent.says}><Link to="/">{words.absent.home}</Link></Empty>
    </>
  );
}

function Roles() {
  const { viewer, again } = useViewer();
  const words = useWords();
  const name = useNames();
  const send = useSend();
  const others = viewer.memberships.filter((one) => one.id !== viewer.membership);
  if (!others.length) return null;
  return (
    <Dropdown
      menu={{
        items: others.map((one) => ({ key: one.id, label: `${name(RoleNames, one.role)} ${one.organisationName ?? ""}` })),
        onClick: ({ key }) => void send(ACT_AS, { membership: key }, true).then(again),
      }}
    >
      <Button>{words.actAs}</Button>
    </Dropdown>
  );
}
