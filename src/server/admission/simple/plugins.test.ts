import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pod, Service } from "#api/core/v1.ts";
import { invariant } from "#base/invariant.ts";
import { admissionPlugins } from "../default.ts";
import { FakeObjects, admit, namespaces, pod, refusedWith } from "../fake.test-support.ts";

describe("plugins that are off by default", () => {
  const plugin = (name: string) => {
    const { environment } = new FakeObjects().put(...namespaces);
    const found = admissionPlugins(environment, { enable: [name] }).find(
      (each) => each.name === name,
    );
    invariant(found, `${name} is not switched on`);
    return found;
  };

  it("AlwaysAdmit and AlwaysDeny do as they say", async () => {
    await admit(plugin("AlwaysAdmit"), { type: Pod, object: pod() });
    await refusedWith(
      admit(plugin("AlwaysDeny"), { type: Pod, object: pod() }),
      403,
      'pods "web" is forbidden: admission control is denying all modifications',
    );
  });

  it("NamespaceExists", async () => {
    await admit(plugin("NamespaceExists"), { type: Pod, object: pod() });
    await refusedWith(
      admit(plugin("NamespaceExists"), { type: Pod, object: pod({}, { namespace: "nope" }) }),
      404,
      'namespaces "nope" not found',
    );
  });

  it("DenyServiceExternalIPs lets old addresses stay", async () => {
    const service = (...externalIPs: string[]) => ({
      kind: "Service",
      metadata: { name: "s", namespace: "default" },
      spec: { externalIPs },
    });
    const denied = plugin("DenyServiceExternalIPs");
    const update = { type: Service, operation: "UPDATE", oldObject: service("1.1.1.1") } as const;
    await admit(denied, { type: Service, object: service() });
    await admit(denied, { ...update, object: service("1.1.1.1") });
    await refusedWith(
      admit(denied, { ...update, object: service("1.1.1.1", "2.2.2.2") }),
      403,
      'services "s" is forbidden: Use of external IPs is denied by admission control',
    );
  });

  it("AlwaysPullImages, of new images", async () => {
    const found = plugin("AlwaysPullImages");
    const image = (name: string) => pod({ containers: [{ name: "c", image: name }] });
    const policyOf = async (asked: Parameters<typeof admit>[1]) => {
      const { object } = await admit(found, asked);
      return (object as unknown as Pod).spec.containers[0]?.imagePullPolicy;
    };
    assert.equal(await policyOf({ type: Pod, object: image("a") }), "Always");
    const update = { type: Pod, operation: "UPDATE", object: image("a") } as const;
    assert.equal(await policyOf({ ...update, oldObject: image("a") }), undefined);
    assert.equal(await policyOf({ ...update, oldObject: image("b") }), "Always");
    await refusedWith(
      Promise.resolve(
        admit(
          { name: "late", validate: (request) => found.validate?.(request) },
          {
            type: Pod,
            object: pod({ containers: [{ name: "c", image: "a", imagePullPolicy: "Never" }] }),
          },
        ),
      ),
      403,
      'pods "web" is forbidden: spec.containers[0].imagePullPolicy: Unsupported value: "Never": ' +
        'supported values: "Always"',
    );
  });
});
