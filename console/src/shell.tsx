import { App, ConfigProvider, Skeleton, theme } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { HashRouter, useLocation } from "react-router";

import { SESSION_DOUBTED } from "./api";
import { Faulted, useAsk } from "./ask";
import { useLanguage } from "./language";
import { VIEWER, ViewerProvider } from "./session";

const SignIn = lazy(async () => ({ default: (await import("./pages/sign-in")).SignIn }));
const Join = lazy(async () => ({ default: (await import("./pages/join")).Join }));
/** Whoever has asked the system for less movement is shown none. */
const STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;
const frame = () => import("./frame");
const Frame = lazy(async () => ({ default: (await frame()).Frame }));
const ENTERED = "zhenduan.entered";
// whoever comes back, or comes to a page, is asked about while the frame is on its way; whoever comes to sign in loads none of it
if (window.location.hash.length > 2 || localStorage.getItem(ENTERED)) void frame().catch(() => undefined);

/** The frame: theme, language, who is signed in, and what is theirs. */
export function Shell() {
  const { spoken } = useLanguage();
  const [dark, setDark] = useState(() => {
    const chosen = localStorage.getItem("zhenduan.dark");
    return chosen === null ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "yes";
  });
  useEffect(() => {
    localStorage.setItem("zhenduan.dark", dark ? "yes" : "no");
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  }, [dark]);
  return (
    <ConfigProvider
      locale={spoken.locale}
      modal={{ mask: { closable: false } }} // a click beside a form closed it, and what was typed was gone
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { motion: !STILL, colorPrimary: dark ? "#5b9bff" : "#1252b3", colorLink: dark ? "#8ab8ff" : "#1252b3", colorLinkHover: dark ? "#b3d1ff" : "#0b3a82", colorLinkActive: dark ? "#b3d1ff" : "#0b3a82", colorInfo: dark ? "#5b9bff" : "#1252b3", colorError: dark ? "#ff7875" : "#c0152b", colorTextDisabled: dark ? "#a6a6a6" : "#595959", colorTextDescription: dark ? "#b4b4b4" : "#595959", colorTextPlaceholder: dark ? "#9a9a9a" : "#6b6b6b", fontSize: 15 },
        components: dark ? { Button: { primaryColor: "#06172e" }, Menu: { itemSelectedColor: "#c8dcff", itemSelectedBg: "#15325b" }, Descriptions: { labelColor: "#b4b4b4" } } : { Descriptions: { labelColor: "#595959" } },
      }}
    >
      <App>
        <HashRouter>
          <Signed dark={dark} setDark={setDark} />
        </HashRouter>
      </App>
    </ConfigProvider>
  );
}

function Signed({ dark, setDark }: { dark: boolean; setDark: (dark: boolean) => void }) {
  const { data, fault, again } = useAsk(VIEWER, {});
  const location = useLocation();
  const signedIn = data !== undefined && data.viewer.role !== "PUBLIC";
  useEffect(() => {
    if (data === undefined) return;
    if (signedIn) localStorage.setItem(ENTERED, "yes");
    else localStorage.removeItem(ENTERED);
  }, [data, signedIn]);
  useEffect(() => {
    if (!signedIn) return;
    window.addEventListener(SESSION_DOUBTED, again);
    return () => window.removeEventListener(SESSION_DOUBTED, again);
  }, [signedIn, again]);
  const ended = fault?.code === "UNAUTHENTICATED";
  useEffect(() => {
    if (ended) void fetch("/session", { method: "DELETE" }).then(again);
  }, [ended, again]);
  if (!data || ended) return <main className="page">{fault && !ended ? <Faulted fault={fault} again={again} /> : <Skeleton active />}</main>;
  return (
    <ViewerProvider value={{ viewer: data.viewer, again }}>
      {fault && <Faulted fault={fault} again={again} />}
      <Suspense fallback={<main className="page"><Skeleton active /></main>}>
        {!signedIn && location.pathname === "/join" ? <main className="page"><Join /></main> : !signedIn && location.pathname === "/" ? <main className="page"><SignIn /></main> : <Frame dark={dark} setDark={setDark} />}
      </Suspense>
    </ViewerProvider>
  );
}

