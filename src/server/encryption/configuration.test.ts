import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toBase64, utf8 } from "#base/bytes.ts";
import { parseEncryptionConfiguration } from "./configuration.ts";

const parse = (resources: string) =>
  parseEncryptionConfiguration(
    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n" +
      `resources: ${resources}`,
  );
const secret = toBase64(utf8("0123456789abcdef"));
const withNames = (names: string) => `[{resources: ${names}, providers: [identity: {}]}]`;
const withProvider = (provider: string) => `[{resources: [secrets], providers: [${provider}]}]`;

describe("the encryption configuration", () => {
  it("names providers and keys in order", () => {
    const keys = `{keys: [{name: new, secret: ${secret}}, {name: old, secret: ${secret}}]}`;
    assert.deepEqual(
      parse(`[{resources: [secrets, "*.apps"], providers: [aesgcm: ${keys}, identity: {}]}]`),
      [
        {
          resources: ["secrets", "*.apps"],
          providers: [
            {
              type: "aesgcm",
              keys: [
                { name: "new", secret: utf8("0123456789abcdef") },
                { name: "old", secret: utf8("0123456789abcdef") },
              ],
            },
            { type: "identity", keys: [] },
          ],
        },
      ],
    );
  });

  const refused: readonly [string, string][] = [
    ["[]", "resources: Required value: at least one resources is required"],
    [
      "[{}]",
      "[resources[0].resources: Required value: at least one resources[0].resources is required, " +
        "resources[0].providers: Required value: at least one resources[0].providers is required]",
    ],
    [
      withProvider("{}"),
      "resources[0].providers[0]: Invalid value: {}: provider does not contain any of the " +
        "expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity",
    ],
    [
      withProvider("aescbc: {keys: []}"),
      "resources[0].providers[0].aescbc.keys: Required value: at least one keys is required",
    ],
    [
      withProvider("aesgcm: {keys: [{}]}"),
      "[resources[0].providers[0].aesgcm.keys[0].name: Required value: name is a mandatory field " +
        "for a key, resources[0].providers[0].aesgcm.keys[0].secret: Required value: secret is a " +
        "mandatory field for a key]",
    ],
    [
      withProvider("aesgcm: {keys: [{name: a, secret: '???'}]}"),
      'resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: "REDACTED": secrets must ' +
        "be base64 encoded",
    ],
    [
      withProvider("aesgcm: {keys: [{name: a, secret: c2hvcnQ=}]}"),
      'resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: "REDACTED": secret is not ' +
        "of the expected length, got 5, expected one of [16 24 32]",
    ],
    [
      withProvider(`secretbox: {keys: [{name: a, secret: ${secret}}]}`),
      'resources[0].providers[0].secretbox.keys[0].secret: Invalid value: "REDACTED": secret is ' +
        "not of the expected length, got 16, expected one of [32]",
    ],
    [
      withNames("[Secrets]"),
      'resources[0].resources[0]: Invalid value: "Secrets": resource name should not contain ' +
        "capital letters",
    ],
    [
      withNames("['*']"),
      "resources[0].resources[0]: Invalid value: \"*\": use '*.' to encrypt all the resources from " +
        "core API group or *.* to encrypt all resources",
    ],
    [
      withNames("[events.events.k8s.io]"),
      "resources[0].resources[0]: Invalid value: \"events.events.k8s.io\": '*.events.k8s.io' " +
        "objects are stored using the 'events' API group in etcd. Use 'events' instead in the " +
        "config file",
    ],
    [
      withNames("[pods.*]"),
      'resources[0].resources[0]: Invalid value: "pods.*": encrypting the same resource across ' +
        "groups is not supported",
    ],
    [
      withNames("[secrets, '*.']"),
      'resources[0].resources: Invalid value: ["secrets","*."]: using overlapping resources such ' +
        "as 'secrets' and '*.' in the same resource list is not allowed as they will be masked",
    ],
    [
      withNames("[secrets, secrets]"),
      'resources[0].resources: Invalid value: ["secrets","secrets"]: the same resource cannot be ' +
        "specified multiple times",
    ],
  ];
  for (const [resources, message] of refused) {
    it(`refuses ${resources}`, () => {
      assert.throws(() => parse(resources), {
        name: "SettingsError",
        message: `EncryptionConfiguration: ${message}`,
      });
    });
  }

  it("refuses rules that would never be used", () => {
    const rule = (name: string) => `{resources: ["${name}"], providers: [identity: {}]}`;
    assert.throws(() => parse(`[${rule("*.")}, ${rule("secrets")}]`), {
      message: 'resource "secrets" is masked by earlier rule "*."',
    });
    assert.throws(() => parse(`[${rule("*.*")}, ${rule("*.apps")}]`), {
      message: 'resource "*.apps" is masked by earlier rule "*.*"',
    });
    assert.equal(parse(`[${rule("secrets")}, ${rule("*.")}, ${rule("*.*")}]`).length, 3);
  });

  it("refuses what the file should not have, and plugins of the first version", () => {
    assert.throws(() => parse(withProvider("aesgcm: {key: []}")), /unknown field/);
    assert.throws(() => parse(withProvider("kms: {name: k, endpoint: unix:///k}")), {
      message: /^resources\[0\]\.providers\[0\]\.kms: KMSv1 is deprecated/,
    });
  });

  it("names plugins", () => {
    const plugin = (more = "") => `kms: {apiVersion: v2, name: k, endpoint: unix:///k.sock${more}}`;
    const kms = { name: "k", endpoint: "unix:///k.sock", timeoutMs: 3_000 };
    const [rule] = parse(withProvider(plugin()));
    assert.deepEqual(rule?.providers, [{ type: "kms", kms }]);
    const [slow] = parse(withProvider(plugin(", timeout: 1m")));
    assert.deepEqual(slow?.providers, [{ type: "kms", kms: { ...kms, timeoutMs: 60_000 } }]);
  });

  const plugins: readonly [string, string][] = [
    ["endpoint: unix:///k", "name: Required value: name is a mandatory field for a provider"],
    [
      "name: 'a:b', endpoint: unix:///k",
      "name: Invalid value: \"a:b\": invalid KMS provider name a:b, must not contain ':'",
    ],
    ["name: a", 'endpoint: Invalid value: "": endpoint is a mandatory field for a kms'],
    [
      "name: a, endpoint: 'tcp://k'",
      'endpoint: Invalid value: "tcp://k": unsupported scheme "tcp" for KMS provider, only unix ' +
        "is supported",
    ],
    [
      "name: a, endpoint: unix:///k, timeout: 0s",
      'timeout: Invalid value: "0s": timeout should be a positive value',
    ],
    [
      "name: a, endpoint: unix:///k, cachesize: 5",
      "cachesize: Invalid value: 5: cachesize is not supported in v2",
    ],
  ];
  for (const [fields, problem] of plugins) {
    it(`refuses a plugin with ${fields}`, () => {
      assert.throws(() => parse(withProvider(`kms: {apiVersion: v2, ${fields}}`)), {
        message: `EncryptionConfiguration: resources[0].providers[0].kms.${problem}`,
      });
    });
  }

  it("refuses two plugins of one name", () => {
    const plugin = "kms: {apiVersion: v2, name: a, endpoint: unix:///k}";
    assert.throws(
      () =>
        parse(
          withProvider(`${plugin}}, {${plugin}`).replace("[kms", "[{kms").replace("}]}]", "}}]}]"),
        ),
      {
        message: /providers\[1\]\.kms\.name: .*duplicate KMS provider name a, names must be unique/,
      },
    );
  });
});
