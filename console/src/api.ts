import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { Client, type CombinedError, fetchExchange, mapExchange } from "urql";

/**
 * The one way to the API. Documents go by their digests, which the server knows from the build; the session lies in a cookie that no
 * script reads, and counts only beside this header.
 */
export const ASKED = { "GraphQL-Require-Preflight": "1" };

/** Told to the window when an answer is refused as it is to a stranger: the session may be over, here or in another tab. */
export const SESSION_DOUBTED = "zhenduan.session-doubted";
const STRANGERS = ["UNAUTHENTICATED", "FORBIDDEN"];

const noticed = mapExchange({
  onResult({ data, error }) {
    if (!data && error?.graphQLErrors.some((one) => STRANGERS.includes(String(one.extensions.code)))) window.dispatchEvent(new Event(SESSION_DOUBTED));
  },
});

export const client = new Client({
  url: "/graphql",
  exchanges: [noticed, fetchExchange],
  requestPolicy: "network-only",
  preferGetMethod: false,
  fetchOptions: { headers: ASKED, credentials: "same-origin" },
});

type Hashed = { __meta__?: { hash?: string } };

/** A generated document as urql sends one by its id. */
export function persisted<R, V>(document: TypedDocumentNode<R, V>): TypedDocumentNode<R, V> {
  const known = document as unknown as Hashed & { documentId?: string };
  if (known.documentId === undefined) {
    Object.assign(known, { kind: "Document", definitions: [], documentId: known.__meta__?.hash ?? "" });
  }
  return document;
}

export interface Fault {
  /** Sentences, as the server says them. */
  says: string[];
  code?: string;
  requestId?: string;
  offline: boolean;
}

/**
 * What went wrong, in the server's own words; its id is what the operator finds in the log. Where the rest was answered, a field that
 * the reader's role may not read is no fault: it is not shown.
 */
export function faultOf(error: CombinedError | undefined, answered = false): Fault | undefined {
  if (!error) return undefined;
  if (answered && error.graphQLErrors.length > 0 && error.graphQLErrors.every((one) => one.extensions.code === "FORBIDDEN")) return undefined;
  const first = error.graphQLErrors[0];
  const extensions = (first?.extensions ?? {}) as { code?: string; requestId?: string };
  return {
    says: error.graphQLErrors.map((one) => one.message),
    code: extensions.code,
    requestId: extensions.requestId,
    offline: Boolean(error.networkError) && !error.graphQLErrors.length,
  };
}

/** A file of the API, with the session of this browser; what the server says against it is thrown. */
export async function fetched(path: string): Promise<Response> {
  const response = await fetch(path, { headers: ASKED, credentials: "same-origin" });
  if (!response.ok) {
    const said = (await response.json().catch(() => null)) as { errors?: { message: string }[] } | null;
    throw new Error(said?.errors?.[0]?.message ?? String(response.status));
  }
  return response;
}

/** A file of the API, saved under the name that the server gives it. */
export async function download(path: string, name?: string): Promise<void> {
  const response = await fetched(path);
  const disposition = response.headers.get("content-disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name ?? (encoded ? decodeURIComponent(encoded) : plain) ?? "download";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
