import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pod, ServiceAccount } from "#api/core/v1.ts";
import { debuggerProblem, secretProblem } from "./secrets.ts";

const account = (insists: string) =>
  ({
    metadata: {
      name: "builder",
      annotations: { "kubernetes.io/enforce-mountable-secrets": insists },
    },
    secrets: [{ name: "known" }],
    imagePullSecrets: [{ name: "pull" }],
  }) as unknown as ServiceAccount;
const pod = (spec: object) => ({ spec: { containers: [], ...spec } }) as unknown as Pod;
const because = "is not allowed because service account builder does not reference that";
const env = (name: string) => [{ name: "E", valueFrom: { secretKeyRef: { name, key: "k" } } }];

describe("secrets of accounts that insist", () => {
  const table: [spec: object, problem: string | undefined][] = [
    [{ volumes: [{ name: "v", secret: { secretName: "known" } }] }, undefined],
    [
      { volumes: [{ name: "v", secret: { secretName: "other" } }] },
      `volume with secret.secretName="other" ${because} secret`,
    ],
    [
      { initContainers: [{ name: "i", env: env("other") }] },
      `init container i with envVar E referencing secret.secretName="other" ${because} secret`,
    ],
    [
      { containers: [{ name: "c", envFrom: [{ secretRef: { name: "other" } }] }] },
      `container c with envFrom referencing secret.secretName="other" ${because} secret`,
    ],
    [
      { imagePullSecrets: [{ name: "pull" }, { name: "other" }] },
      `imagePullSecrets[1].name="other" ${because} imagePullSecret`,
    ],
  ];
  for (const [spec, problem] of table) {
    it(JSON.stringify(spec), () => {
      assert.equal(secretProblem(account("true"), pod(spec)), problem);
      assert.equal(secretProblem(account("false"), pod(spec)), undefined);
    });
  }

  it("hold for debuggers too", () => {
    const spec = { ephemeralContainers: [{ name: "d", env: env("other") }] };
    assert.equal(
      debuggerProblem(account("1"), pod(spec)),
      `ephemeral container d with envVar E referencing secret.secretName="other" ${because} secret`,
    );
  });
});
