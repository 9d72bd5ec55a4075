import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { Client, type CombinedError, fetchExchange, mapExchange } from "urql";

import { readOn, type Whole } from "./whole";

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

/** Lists of each document that are read to their end, by its digest. */
const lists = new Map<string, Whole>();

/** Goes on asking until the lists that a page shows as a whole are: an answer that is cut off without a word looks like all there is. */
const whole = mapExchange({
  async onResult(result) {
    const { query, variables, context } = result.operation;
    const found = lists.get((query as { documentId?: string }).documentId ?? "");
    if (!found || !result.data || context.goesOn) return result;
    const { cut, error } = await readOn(result.data, found, (variable, after) => client.query(query, { ...variables, [variable]: after }, { goesOn: true }).toPromise());
    return { ...result, error: result.error ?? (error as CombinedError | undefined), extensions: { ...result.extensions, cut } };
  },
});

export const client: Client = new Client({
  url: "/graphql",
  exchanges: [whole, noticed, fetchExchange],
  requestPolicy: "network-only",
  preferGetMethod: false,
  fetchOptions: { headers: ASKED, credentials: "same-origin" },
});

type Hashed = { __meta__?: { hash?: string; lists?: Whole } };

/** A generated document as urql sends one by its id. */
export function persisted<R, V>(document: TypedDocumentNode<R, V>): TypedDocumentNode<R, V> {
  const known = document as unknown as Hashed & { documentId?: string };
  if (known.documentId === undefined) {
    const { hash = "", lists: found } = known.__meta__ ?? {};
    Object.assign(known, { kind: "Document", definitions: [], documentId: hash });
    if (found) lists.set(hash, found);
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

/** An address that may be opened: of this server or of the web, and nothing that a browser would run. */
export function opening(address: string | null | undefined): string | undefined {
  return address && ["https:", "http:"].includes(read(address)?.protocol ?? "") ? address : undefined;
}

function read(address: string): URL | undefined {
  try {
    return new URL(address, window.location.href);
  } catch {
    return undefined;
  }
}

/** What the server says against giving a file out. */
export class RefusedFile extends Error {
  constructor(says: string, readonly clause?: string) {
    super(says);
  }
}

/** A file of the API, with the session of this browser; what the server says against it is thrown. */
export async function fetched(path: string): Promise<Response> {
  const own = read(path);
  if (own?.origin !== window.location.origin) throw new RefusedFile(path); // the session goes to nobody else
  const response = await fetch(own, { headers: ASKED, credentials: "same-origin" });
  if (!response.ok) {
    const said = (await response.json().catch(() => null)) as { errors?: { message: string; extensions?: { clause?: string } }[] } | null;
    throw new RefusedFile(said?.errors?.[0]?.message ?? String(response.status), said?.errors?.[0]?.extensions?.clause);
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
