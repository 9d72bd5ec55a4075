import "./console.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";

import { client } from "./api";
import { LanguageProvider } from "./language";
import { Shell } from "./shell";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <Provider value={client}>
        <Shell />
      </Provider>
    </LanguageProvider>
  </StrictMode>,
);
