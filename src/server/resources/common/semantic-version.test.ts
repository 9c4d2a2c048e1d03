import assert from "node:assert/strict";
import { test } from "node:test";
import { compareSemanticVersions, parseSemanticVersion } from "./semantic-version.ts";

// In the order of semver.org's own example, and around it.
const ascending = [
  "0.0.0",
  "0.9.10",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.36.0",
  "99999999999999999999.0.0",
];

test("versions have semver.org's order", () => {
  const versions = ascending.map((text) => {
    const version = parseSemanticVersion(text);
    assert.ok(version, text);
    return version;
  });
  for (const [left, one] of versions.entries()) {
    for (const [right, other] of versions.entries()) {
      assert.equal(Math.sign(compareSemanticVersions(one, other)), Math.sign(left - right));
    }
  }
});

test("what is built from a version does not count", () => {
  const [one, other] = [parseSemanticVersion("1.0.0+a"), parseSemanticVersion("1.0.0+b.1")];
  assert.ok(one && other);
  assert.equal(compareSemanticVersions(one, other), 0);
});

for (const text of ["", "1.36", "v1.36.0", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "1.2.3 "]) {
  test(`"${text}" is no version`, () => {
    assert.equal(parseSemanticVersion(text), undefined);
  });
}
