import chineseLocale from "antd/locale/zh_CN";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

import type { Names } from "./gql/enum-names";
import type { Words } from "./words.en";
import { chinese } from "./words.zh";

export type Language = "zh" | "en";

const KEY = "zhenduan.language";
type Spoken = { words: Words; locale: typeof chineseLocale };
const CHINESE: Spoken = { words: chinese, locale: chineseLocale };
const Current = createContext<{ language: Language; spoken: Spoken; set: (language: Language) => void }>({ language: "zh", spoken: CHINESE, set: () => {} });

/** Chinese unless the reader chose English, which is loaded then; the choice stays in this browser. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [wanted, set] = useState<Language>(() => (localStorage.getItem(KEY) === "en" ? "en" : "zh"));
  const [english, setEnglish] = useState<Spoken>();
  useEffect(() => {
    if (wanted === "en") void import("./english").then(({ spoken }) => setEnglish(spoken));
  }, [wanted]);
  const language = wanted === "en" && english ? "en" : "zh";
  useEffect(() => {
    localStorage.setItem(KEY, wanted);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [wanted, language]);
  const spoken = language === "en" && english ? english : CHINESE;
  return <Current.Provider value={{ language, spoken, set }}>{children}</Current.Provider>;
}

export const useLanguage = () => useContext(Current);

/** All texts of the console in the reader's language. */
export const useWords = (): Words => useLanguage().spoken.words;

/** A sentence that the server says in both languages. */
export const useSaid = () => {
  const { language } = useLanguage();
  return (inChinese: string, inEnglish: string) => (language === "zh" ? inChinese : inEnglish);
};

/** The name of an enumeration's value, as the schema says it. */
export const useNames = () => {
  const { language } = useLanguage();
  return (names: Names, value: string | null | undefined) => (value ? (names[value]?.[language === "zh" ? 0 : 1] ?? value) : "—");
};

/** Words of a page that is loaded by itself, so that they are loaded with it: both languages in one shape. */
export function spoken<W>(inChinese: W, inEnglish: NoInfer<W>): () => W {
  return () => (useLanguage().language === "zh" ? inChinese : inEnglish);
}
