import { App } from "antd";

import { ASKED } from "./api";
import { halfOf } from "./ask";
import { useLanguage, useWords } from "./language";

async function put(url: string, file: File): Promise<{ sha256?: string; says?: string }> {
  const sent = await fetch(url, { method: "PUT", body: file, headers: { ...ASKED, "Content-Type": "application/octet-stream" }, credentials: "same-origin" }).catch(() => undefined);
  const answer = (await sent?.json().catch(() => ({}))) as { sha256?: string; errors?: { message: string }[] } | undefined;
  return { sha256: answer?.sha256, says: answer?.errors?.[0]?.message };
}

/** Puts a file where a ticket says, if there is one; its digest, by which commands cite it. What the server says against it is told to the person. */
export function usePut(): (url: string | undefined, file: File) => Promise<string | undefined> {
  const { notification } = App.useApp();
  const words = useWords();
  const { language } = useLanguage();
  return async (url, file) => {
    if (!url) return undefined; // why there is no ticket was told already
    const { sha256, says } = await put(url, file);
    if (!sha256) notification.error({ title: says ? halfOf(says, language) : words.network });
    return sha256;
  };
}
