/** What people read comes in English and Korean. What programs read is never translated. */
export type Language = "en" | "ko";

/** KUBECTL_LANG decides; else the locale. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const { KUBECTL_LANG, LC_ALL, LC_MESSAGES, LANG } = environment;
  return (KUBECTL_LANG || LC_ALL || LC_MESSAGES || LANG || "").startsWith("ko") ? "ko" : "en";
}

/** English texts, and what they are in another language. A text that is missing stays English. */
export type Dictionary = Readonly<Record<string, string>>;

/** Loaded only where it is spoken: most starts of the program need none. */
export async function dictionaryOf(language: Language): Promise<Dictionary> {
  if (language === "en") return {};
  const { korean } = await import("./korean/korean.ts");
  return korean;
}
