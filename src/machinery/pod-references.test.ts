import assert from "node:assert/strict";
import { it } from "node:test";
import { Pod } from "#api/core/v1.ts";
import { utf8 } from "#base/bytes.ts";
import { seededRandom } from "#base/random.ts";
import { randomObject } from "#testkit/random-object.ts";
import { isMirrorPod, podReferences, readPodForReferences } from "./pod-references.ts";

it("reads of stored pods all that they refer to", () => {
  let references = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const share = seed % 4 === 0 ? 1 : seed / 400;
    const pod = randomObject(Pod, { random: seededRandom(seed), share }) as unknown as Pod;
    pod.metadata.name = `pod-${seed}`;
    pod.metadata.namespace = "default";
    if (seed % 5 === 0) {
      pod.metadata.annotations = { other: "x", "kubernetes.io/config.mirror": "" };
    }
    const read = readPodForReferences(utf8(JSON.stringify(pod)));
    assert.deepEqual(podReferences(read), podReferences(pod));
    assert.equal(isMirrorPod(read), isMirrorPod(pod));
    assert.equal(read.spec.nodeName, pod.spec.nodeName);
    assert.equal(read.metadata.namespace, pod.metadata.namespace);
    references += podReferences(pod).length;
  }
  assert.ok(references > 4_000, `${references} references were compared`);
});
