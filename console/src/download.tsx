import { App, Button, type ButtonProps } from "antd";
import { useState } from "react";

import { download, RefusedFile } from "./api";
import { halfOf } from "./ask";
import { useLanguage, useWords } from "./language";

/** A button that fetches a file of the API and keeps it: it says that the file is being made, and why there is none. name: to keep it under another than the server's. */
export function Download({ path, name, ...button }: { path: string; name?: string } & Omit<ButtonProps, "onClick" | "loading" | "href" | "name">) {
  const { notification } = App.useApp();
  const words = useWords();
  const { language } = useLanguage();
  const [busy, setBusy] = useState(false);
  async function fetchIt() {
    setBusy(true);
    await download(path, name).catch((fault: unknown) => {
      const refused = fault instanceof RefusedFile ? fault : undefined;
      notification.error({ title: refused ? halfOf(refused.message, language) : words.network, description: refused?.clause && words.clause(refused.clause) });
    });
    setBusy(false);
  }
  return <Button {...button} loading={busy} onClick={() => void fetchIt()} />;
}
