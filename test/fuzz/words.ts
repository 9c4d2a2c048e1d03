/** What nobody should send, in the places where texts and values stand. */

export type Row = Record<string, unknown>;

export const kindKey = ({ group, kind }: { readonly group: string; readonly kind: string }) =>
  `${group}/${kind}`;

export const oddTexts: readonly string[] = [
  "",
  "a",
  "-",
  "..",
  "../../etc",
  "A_b",
  "0",
  "-1",
  "1.5",
  "9".repeat(30),
  "true",
  "null",
  "a".repeat(300),
  "\u0000",
  "é키😀",
  "\ud800",
  "__proto__",
  "constructor",
  "toString",
  "{}",
  "[]",
  "%",
  "%2e%2e",
  "1e400",
  "1e999999999",
  "1Ei",
  "2000-13-41T00:00:00Z",
  "10.0.0.0/33",
  "::ffff:10.0.0.1",
  "(((((((((a+)+)+)+)+)+)+)+)+$",
  "$(A)",
  "kubernetes.io/x",
];

export const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e300,
  "",
  "text",
  [],
  {},
  [null],
  [[]],
  [{}],
  { "": null },
  { $patch: "delete" },
  { $patch: "replace" },
  { $patch: "merge" },
  { $patch: "nonsense" },
  { $retainKeys: ["name"] },
  { "$setElementOrder/containers": [{ name: "b" }] },
  { "$setElementOrder/containers": "x" },
  { "$deleteFromPrimitiveList/finalizers": ["x"] },
  { "$deleteFromPrimitiveList/finalizers": 1 },
];

/** Numbers as JSON may write them and as no variable holds them. */
export const oddNumbers: readonly string[] = [
  "1e400",
  "-1e400",
  "99999999999999999999999999",
  "-0",
  "0.1e-400",
  "1E+2",
  "01",
  "+1",
  "1.",
  ".5",
  "0x10",
  "NaN",
  "Infinity",
  "1e",
  "--1",
];

/** Bytes that are no UTF-8, or should not be there. */
export const oddBytes: readonly (readonly number[])[] = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0xef, 0xbb, 0xbf],
  [0x00],
  [0x1b, 0x5b],
];
