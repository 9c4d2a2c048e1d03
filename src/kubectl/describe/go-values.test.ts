import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { formatReference, formatTime, formatValue, plainTime, quote } from "./go-values.ts";

const zone = process.env["TZ"];
afterEach(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

const times = [
  ["UTC", "Wed, 03 Jan 2024 23:05:06 +0000", "2024-01-03 23:05:06 +0000 UTC"],
  ["Asia/Seoul", "Thu, 04 Jan 2024 08:05:06 +0900", "2024-01-04 08:05:06 +0900 KST"],
  ["America/New_York", "Wed, 03 Jan 2024 18:05:06 -0500", "2024-01-03 18:05:06 -0500 EST"],
  ["Europe/Berlin", "Thu, 04 Jan 2024 00:05:06 +0100", "2024-01-04 00:05:06 +0100 CET"],
  ["Asia/Singapore", "Thu, 04 Jan 2024 07:05:06 +0800", "2024-01-04 07:05:06 +0800 +08"],
  ["Asia/Kathmandu", "Thu, 04 Jan 2024 04:50:06 +0545", "2024-01-04 04:50:06 +0545 +0545"],
] as const;
for (const [name, formatted, plain] of times) {
  test(`a time in ${name}`, () => {
    process.env["TZ"] = name;
    assert.equal(formatTime("2024-01-03T23:05:06Z"), formatted);
    assert.equal(plainTime("2024-01-03T23:05:06Z"), plain);
  });
}

test("a time that was never set", () => {
  assert.equal(formatTime(undefined), "Mon, 01 Jan 0001 00:00:00 +0000");
  assert.equal(plainTime(undefined), "<nil>");
});

test("values of any JSON", () => {
  assert.equal(formatValue({ b: [1, "x", null], a: true }), "map[a:true b:[1 x <nil>]]");
  const numbers = [1, -3, 1.5, 1e21, 1e-4, 1e-5, 1.5e-7, 12_345_678_901_234];
  const texts = numbers.map(formatValue).join(" ");
  assert.equal(texts, "1 -3 1.5 1e+21 0.0001 1e-05 1.5e-07 12345678901234");
});

test("references to secrets, and quoted texts", () => {
  assert.equal(formatReference("SecretReference", undefined), "nil");
  const fields = { Name: "a", Namespace: undefined };
  assert.equal(formatReference("SecretReference", fields), "&SecretReference{Name:a,Namespace:,}");
  assert.equal(quote('a "b" \u0001 키'), '"a \\"b\\" \\x01 키"');
});
