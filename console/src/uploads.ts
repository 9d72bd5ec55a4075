import { ASKED } from "./api";

/** Puts a file where a ticket says; its digest, by which commands cite it, or what the server says against it. */
export async function put(url: string, file: File): Promise<{ sha256?: string; says?: string }> {
  const sent = await fetch(url, { method: "PUT", body: file, headers: { ...ASKED, "Content-Type": "application/octet-stream" }, credentials: "same-origin" }).catch(() => undefined);
  const answer = (await sent?.json().catch(() => ({}))) as { sha256?: string; errors?: { message: string }[] } | undefined;
  return { sha256: answer?.sha256, says: answer?.errors?.[0]?.message };
}
