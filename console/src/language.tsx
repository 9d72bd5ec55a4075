import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

import type { Names } from "./gql/enum-names";
import { english, type Words } from "./words.en";
import { chinese } from "./words.zh";

export type Language = "zh" | "en";

const KEY = "zhenduan.language";
const Current = createContext<{ language: Language; set: (language: Language) => void }>({ language: "zh", set: () => {} });

/** Chinese unless the reader chose English; the choice stays in this browser. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, set] = useState<Language>(() => (localStorage.getItem(KEY) === "en" ? "en" : "zh"));
  useEffect(() => {
    localStorage.setItem(KEY, language);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  return <Current.Provider value={{ language, set }}>{children}</Current.Provider>;
}

export const useLanguage = () => useContext(Current);

/** All texts of the console in the reader's language. */
export const useWords = (): Words => (useLanguage().language === "zh" ? chinese : english);

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
