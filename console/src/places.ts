import { useLanguage } from "./language";

interface Place {
  code?: string;
  name?: string | null;
  nameInEnglish?: string | null;
}

/** What a district or an industry is called in the reader's language; its code where no name is known. */
export function usePlaces(): (place: Place | null | undefined) => string {
  const { language } = useLanguage();
  return (place) => (language === "en" ? place?.nameInEnglish : undefined) ?? place?.name ?? place?.code ?? "—";
}
