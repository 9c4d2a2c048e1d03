/** Breaks lines between words so that they have `limit` letters at most; longer words stay whole. */
export function wrapWords(text: string, limit: number): string {
  let result = "";
  let column = 0;
  let spaces = "";
  let word = "";
  const endWord = () => {
    column += spaces.length + word.length;
    result += spaces + word;
    spaces = "";
    word = "";
  };
  for (const char of text) {
    if (char === "\n") {
      // Spaces at the end of a line stay while they fit.
      if (word !== "" || column + spaces.length <= limit) endWord();
      spaces = "";
      result += char;
      column = 0;
    } else if (/\s/.test(char)) {
      if (spaces === "" || word !== "") endWord();
      spaces += char;
    } else {
      word += char;
      if (column + spaces.length + word.length > limit && word.length < limit) {
        result += "\n";
        column = 0;
        spaces = "";
      }
    }
  }
  if (word !== "" || column + spaces.length <= limit) endWord();
  return result;
}

export function indent(text: string, columns: number): string {
  const pad = " ".repeat(columns);
  return pad + text.replaceAll("\n", `\n${pad}`);
}
