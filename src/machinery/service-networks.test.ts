import { test } from "node:test";
import assert from "node:assert/strict";
import type { ServiceCIDR } from "#api/networking/v1.ts";
import { includes } from "./networks.ts";
import { isReadyNetwork } from "./service-networks.ts";

test("which network has what", () => {
  const cases: [string, string, boolean][] = [
    ["10.96.0.0/16", "10.96.255.1", true],
    ["10.96.0.0/16", "10.97.0.0", false],
    ["10.96.0.0/12", "10.111.1.1", true],
    ["10.96.0.0/12", "10.112.1.1", false],
    ["10.96.0.0/16", "10.96.3.0/24", true],
    ["10.96.3.0/24", "10.96.0.0/16", false],
    ["10.96.0.0/16", "10.96.0.0/16", true],
    ["0.0.0.0/0", "1.2.3.4", true],
    ["2001:db8::/64", "2001:db8::17", true],
    ["2001:db8::/64", "2001:db8:0:1::17", false],
    ["2001:db8::/64", "10.96.0.1", false],
    ["nonsense", "10.96.0.1", false],
    ["10.96.0.0/33", "10.96.0.1", false],
  ];
  for (const [cidr, other, expected] of cases) {
    assert.equal(includes(cidr, other), expected, `${other} in ${cidr}`);
  }
});

test("a network is ready when it is said to be, or when nobody says anything", () => {
  const networkOf = (status?: string, deletionTimestamp?: string) =>
    ({
      metadata: { name: "a", ...(deletionTimestamp && { deletionTimestamp }) },
      spec: {},
      status: status ? { conditions: [{ type: "Ready", status }] } : {},
    }) as unknown as ServiceCIDR;
  assert.equal(isReadyNetwork(networkOf()), true);
  assert.equal(isReadyNetwork(networkOf("True")), true);
  assert.equal(isReadyNetwork(networkOf("False")), false);
  assert.equal(isReadyNetwork(networkOf("True", "2026-01-01T00:00:00Z")), false);
});
