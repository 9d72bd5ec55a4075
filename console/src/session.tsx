import { createContext, useContext } from "react";

import { ASKED, client, persisted } from "./api";
import { graphql } from "./gql";
import type { ViewerQuery } from "./gql/graphql";

export const VIEWER = graphql(`
  query Viewer {
    viewer {
      role
      organisation
      membership
      scope
      scopeInEnglish
      synthetic
      singleSignOn
      memberships { id role organisationName until sections }
    }
  }
`);

export const SIGN_IN = graphql(`
  mutation SignIn($login: String!, $password: String!) {
    signIn(input: { login: $login, password: $password }) {
      session { token }
      secondStep { ticket mustEnrol methods }
      userErrors { code clause field bound message messageInEnglish }
    }
  }
`);

export const SECOND_STEP = graphql(`
  mutation SecondStep($ticket: String!, $code: String!, $recoveryCode: String!) {
    passSecondFactor(input: { ticket: $ticket, code: $code, recoveryCode: $recoveryCode }) {
      session { token }
      userErrors { code clause field bound message messageInEnglish }
    }
  }
`);

const SIGN_OUT = graphql(`
  mutation SignOut { signOut { userErrors { code } } }
`);

export const ACT_AS = graphql(`
  mutation ActAs($membership: ID!) {
    actAs(input: { membership: $membership }) { userErrors { code clause field bound message messageInEnglish } }
  }
`);

/** Puts a session's token where no script can read it again. */
export async function keepSession(token: string): Promise<boolean> {
  const kept = await fetch("/session", { method: "POST", headers: { ...ASKED, Authorization: `Bearer ${token}` }, credentials: "same-origin" });
  await kept.text(); // else the connection stays taken
  return kept.ok;
}

export async function leave(): Promise<void> {
  await client.mutation(persisted(SIGN_OUT), {}).toPromise();
  await fetch("/session", { method: "DELETE", headers: ASKED, credentials: "same-origin" });
}

export type Viewer = ViewerQuery["viewer"];
const Current = createContext<{ viewer: Viewer; again: () => void } | null>(null);
export const ViewerProvider = Current.Provider;

/** Who is signed in, and in which role. */
export function useViewer(): { viewer: Viewer; again: () => void } {
  const found = useContext(Current);
  if (!found) throw new Error("asked for outside the shell");
  return found;
}

/** Whether an organisation is the one that the reader acts for: the API names it by its id there and by its kind and id elsewhere. */
export const isOwn = (viewer: Viewer, organisation: string | null | undefined): boolean => organisation !== null && organisation !== undefined && viewer.organisation !== null && (organisation === viewer.organisation || organisation === `organisation/${viewer.organisation}`);
