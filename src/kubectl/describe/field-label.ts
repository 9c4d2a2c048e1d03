const acronyms: ReadonlySet<string> = new Set(["API", "URL", "UID", "OSB", "GUID"]);

/** A field's name as a title: "creationTimestamp" becomes "Creation Timestamp". */
export function fieldLabel(name: string): string {
  // A name with signs in it is no field of a type: a label's key, a file's name.
  if (!/^[\p{L}-]*$/u.test(name)) return name;
  return wordsOf(name)
    .map((word) => (acronyms.has(word.toUpperCase()) ? word.toUpperCase() : capitalized(word)))
    .join(" ");
}

/** Capitals in a row are one word, but for the last one when small letters follow. */
function wordsOf(name: string): string[] {
  return name.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|[^\p{Ll}\p{Lu}]+/gu) ?? [];
}

function capitalized(word: string): string {
  const [first = "", ...rest] = word;
  return first.toUpperCase() + rest.join("");
}
