/** Lists of one document that are read to their end: under which variable each goes on, and where it stands in the answer. */
export type Whole = Record<string, string[]>;

interface Read {
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  nodes?: unknown[];
  edges?: unknown[];
}

interface Page {
  data?: unknown;
  error?: unknown;
}

/** Of a list that is shown as a whole, or chosen from, no more rows than these are read. */
export const MOST_READ_ON = 2_000;

const standing = (data: unknown, path: string[]) => path.reduce<unknown>((found, step) => (found as Record<string, unknown> | null | undefined)?.[step], data) as Read | null | undefined;

/** Puts the pages that follow behind the first ones, list by list. `cut` says that a list goes on even so; `error` why a page was not told. */
export async function readOn(data: unknown, lists: Whole, ask: (variable: string, after: string) => Promise<Page>): Promise<{ cut: boolean; error?: unknown }> {
  let cut = false;
  for (const [variable, path] of Object.entries(lists)) {
    const list = standing(data, path);
    if (!list) continue;
    const rows = list.nodes ?? list.edges ?? [];
    while (list.pageInfo.hasNextPage && list.pageInfo.endCursor && rows.length < MOST_READ_ON) {
      const page = await ask(variable, list.pageInfo.endCursor);
      const next = standing(page.data, path);
      if (!next) return { cut: true, error: page.error };
      list.nodes?.push(...(next.nodes ?? []));
      list.edges?.push(...(next.edges ?? []));
      list.pageInfo = next.pageInfo;
    }
    cut ||= list.pageInfo.hasNextPage;
  }
  return { cut };
}
