import { test } from "node:test";
import assert from "node:assert/strict";
import type { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { isCertificateBundle, planStatus } from "./plan.ts";
import { crontabs } from "./testing.ts";

const now = "2026-01-01T00:00:00Z";

function definition(change: (crd: CustomResourceDefinition) => void = () => {}) {
  const crd = crontabs({}) as CustomResourceDefinition;
  crd.status = { acceptedNames: { plural: "", kind: "" }, conditions: [], storedVersions: ["v1"] };
  crd.spec.names.singular = "crontab";
  crd.spec.names.listKind = "CronTabList";
  change(crd);
  return crd;
}

function planned(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[] = [],
): CustomResourceDefinition {
  const status = planStatus(crd, [crd, ...others], now);
  return status ? { ...crd, status } : crd;
}

function told({ status }: CustomResourceDefinition): string[] {
  return (status.conditions ?? []).map(
    ({ type, status: state, reason }) => `${type} ${state} ${reason}`,
  );
}

const good = ["NamesAccepted True NoConflicts", "Established True InitialNamesAccepted"];

test("names that nobody has are accepted, and then nothing is left to do", () => {
  const accepted = planned(definition());
  assert.deepEqual(told(accepted), good);
  assert.deepEqual(accepted.status.acceptedNames, accepted.spec.names);
  assert.equal(planStatus(accepted, [accepted], "2027-01-01T00:00:00Z"), undefined);
});

test("names of another group are no conflict", () => {
  const other = planned(definition((crd) => (crd.spec.group = "other.example.com")));
  assert.deepEqual(told(planned(definition(), [other])), good);
});

const first = planned(definition());
const second = (names: object) =>
  definition((crd) => {
    crd.metadata.name = "others.stable.example.com";
    Object.assign(crd.spec.names, { plural: "others", singular: "other", kind: "Other" });
    Object.assign(crd.spec.names, { listKind: "OtherList", shortNames: ["o"] }, names);
  });

const conflicts: [names: object, reason: string, message: string][] = [
  [{ singular: "crontab" }, "SingularConflict", '"crontab" is already in use'],
  [{ shortNames: ["o", "ct"] }, "ShortNamesConflict", '"ct" is already in use'],
  [
    { shortNames: ["ct", "crontabs"] },
    "ShortNamesConflict",
    '["ct" is already in use, "crontabs" is already in use]',
  ],
  [{ kind: "CronTab" }, "KindConflict", '"CronTab" is already in use'],
  [{ listKind: "CronTabList" }, "ListKindConflict", '"CronTabList" is already in use'],
];
for (const [names, reason, message] of conflicts) {
  test(`${JSON.stringify(names)} is taken`, () => {
    const refused = planned(second(names), [first]);
    assert.deepEqual(told(refused), [
      `NamesAccepted False ${reason}`,
      "Established False NotAccepted",
    ]);
    assert.equal(refused.status.conditions?.[0]?.message, message);
    assert.equal(refused.status.acceptedNames?.plural, "others");
    assert.deepEqual(told(planned(refused)), good, "the other one has gone");
  });
}

test("once established, a definition stays so, whatever becomes of its names", () => {
  const established = planned(second({}), [first]);
  const renamed = structuredClone(established);
  renamed.spec.names.shortNames = ["ct"];
  const refused = planned(renamed, [first]);
  assert.deepEqual(told(refused), [
    "NamesAccepted False ShortNamesConflict",
    "Established True InitialNamesAccepted",
  ]);
  assert.deepEqual(refused.status.acceptedNames?.shortNames, ["o"]);
});

test("groups of the project tell whether they are approved", () => {
  const condition = (annotations: Record<string, string>) =>
    told(
      planned(
        definition((crd) => {
          crd.spec.group = "foo.k8s.io";
          crd.metadata.annotations = annotations;
        }),
      ),
    ).at(-1);
  const annotation = "api-approved.kubernetes.io";
  const type = "KubernetesAPIApprovalPolicyConformant";
  assert.equal(condition({}), `${type} False MissingAnnotation`);
  assert.equal(condition({ [annotation]: "foo" }), `${type} False InvalidAnnotation`);
  assert.equal(condition({ [annotation]: "unapproved, x" }), `${type} False UnapprovedAnnotation`);
  assert.equal(condition({ [annotation]: "https://x.org/1" }), `${type} True ApprovedAnnotation`);
});

test("a webhook without usable certificates keeps its definition from being served", () => {
  const withBundle = (caBundle: string) =>
    definition((crd) => {
      const webhook = {
        clientConfig: { caBundle, url: "https://x" },
        conversionReviewVersions: [],
      };
      crd.spec.conversion = { strategy: "Webhook", webhook };
    });
  const base64 = (text: string) => toBase64(utf8(text));
  assert.equal(told(planned(withBundle(base64("x"))))[1], "Established False InvalidCABundle");
  const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  assert.deepEqual(told(planned(withBundle(base64(pem)))), good);
  assert.ok(isCertificateBundle(base64(" \n")));
  assert.ok(!isCertificateBundle("%"));
});
