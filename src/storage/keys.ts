/** The key in a form whose plain string comparison is the order of the key's UTF-8 bytes. */
export function orderOf(key: string): string {
  // UTF-16 differs from UTF-8 only in that surrogates sort below U+E000: swap the two blocks.
  if (!/[\ud800-\uffff]/.test(key)) return key;
  let ordered = "";
  for (let index = 0; index < key.length; index++) {
    const unit = key.charCodeAt(index);
    if (unit < 0xd800) ordered += key[index];
    else if (unit < 0xe000) ordered += String.fromCharCode(unit + 0x2000);
    else ordered += String.fromCharCode(unit - 0x800);
  }
  return ordered;
}

/** The first key behind all keys that begin with `prefix`; undefined when there is no such key. */
export function prefixEnd(prefix: string): string | undefined {
  // Nearly all prefixes end with a slash.
  const unit = prefix.charCodeAt(prefix.length - 1);
  if (unit < 0x7f) return prefix.slice(0, -1) + String.fromCharCode(unit + 1);
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    const next = last + 1 === 0xd800 ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}

/** Keys are well-formed Unicode: a lone surrogate has no UTF-8 form, so two keys could become one. */
export function checkKey(key: string): void {
  if (key === "" || !key.isWellFormed()) {
    throw new TypeError(`${JSON.stringify(key)} is no key: it must be well-formed and not empty`);
  }
}
