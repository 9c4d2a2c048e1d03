import { test } from "node:test";
import assert from "node:assert/strict";
import { allControllers } from "#controllers/all.ts";
import type { AllControllersOptions } from "#controllers/all.ts";
import { createCertificateAuthority } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { readRows, skipWithout } from "./reference.ts";

const table = "controllers.tsv";
const prefix = "kcm.controller.";

/** What upstream's controller manager has and this one has not, and why. */
const absent: Readonly<Record<string, string>> = {
  "cloud-node-lifecycle-controller": "there is no cloud that could say which machines are gone",
  "kube-apiserver-serving-clustertrustbundle-publisher-controller":
    "behind a feature that is off by default: what the server serves with is in kube-root-ca.crt",
  "node-route-controller": "there is no cloud whose routes would lead to pods",
  "podgroup-protection-controller":
    "of an alpha API that is off by default: pods are scheduled one by one yet",
  "resourcepoolstatusrequest-controller": "nobody looks at the pools yet",
  "selinux-warning-controller": "off by default, and volumes are not labelled for SELinux",
  "storageversion-garbage-collector-controller":
    "of an API that is off by default and that this server does not serve",
};

/** Parts of one of upstream's controllers that run on their own here. */
const parts = [
  "disruption-controller-stale-pods",
  "job-orphan-pods-controller",
  "resourceclaim-reservations-controller",
];

test(
  "every controller of upstream's manager is there, or told why not",
  { skip: skipWithout(table) },
  async () => {
    const authority = await createCertificateAuthority({ commonName: "test-ca", now: 0 });
    const never = () => Promise.reject(new Error("nobody asks for this here"));
    const options: AllControllersOptions = {
      transport: { send: never },
      rootCertificateAuthority: authority.certificatePem,
      certificateAuthority: () => authority,
      serviceAccountKey: await createSigningKey(),
      expressionCheck: () => [],
      serves: () => true,
      nodeIpam: { clusterCidrs: ["10.244.0.0/16"], nodePrefixes: [24] },
      loadBalancers: { ensure: never, move: never, remove: never },
    };
    const ours = new Set(allControllers(options).map(({ name }) => name));
    const theirs = readRows(table)
      .map(([name = ""]) => name)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
    assert.ok(theirs.length > 40);
    const missing = theirs.filter((name) => !ours.has(name) && !(name in absent));
    assert.deepEqual(missing, [], "neither there nor told why not");
    const both = Object.keys(absent).filter((name) => ours.has(name) || !theirs.includes(name));
    assert.deepEqual(both, [], "said to be absent");
    const others = [...ours].filter((name) => !theirs.includes(name) && !parts.includes(name));
    assert.deepEqual(others, [], "of nobody's");
  },
);
