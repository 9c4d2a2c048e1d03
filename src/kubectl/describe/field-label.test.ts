import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldLabel } from "./field-label.ts";

/** What kubectl v1.33 makes of such names. */
const labels = {
  creationTimestamp: "Creation Timestamp",
  apiVersion: "API Version",
  uid: "UID",
  osbGUID: "OSB GUID",
  apiURL: "API URL",
  clusterIPs: "Cluster I Ps",
  JSONPath: "JSON Path",
  HTTPRoutes: "HTTP Routes",
  URLs: "UR Ls",
  ABCd: "AB Cd",
  hTTPs: "H TT Ps",
  "foo-bar": "Foo - Bar",
  foo_bar: "foo_bar",
  "foo.bar/baz": "foo.bar/baz",
  ipv4Address: "ipv4Address",
  단어Field: "단어 Field",
  äBc: "Ä Bc",
  "": "",
};

for (const [name, label] of Object.entries(labels)) {
  test(`${name} is shown as ${label}`, () => assert.equal(fieldLabel(name), label));
}
