import assert from "node:assert/strict";
import { test } from "node:test";
import { docComments } from "./doc-comments.ts";

test("reads what stands above classes and fields", () => {
  const source = `
/** Not about the class. */
const other = 1;

/**
 * One port
 * of a container.
 */
export abstract class Port extends message("io.k8s.api.core.v1.Port", {
  /** Name that services may refer to. */
  name: string(1).optional(),
  containerPort: int32(2),
  /**
   * What carries it:
   * - TCP, the
   *   default
   * - UDP
   *
   * Cannot be changed.
   */
  "x-protocol": oneOf(3, "TCP", "UDP").default("TCP"),
}) {}

export abstract class Pod extends kind(
  "io.k8s.api.core.v1.Pod",
  {
    group: "",
    shortNames: ["po"],
  },
  {
    /** What it runs. */
    spec: object(2, () => PodSpec),
  },
) {}
`;
  assert.deepEqual(docComments(source), {
    "io.k8s.api.core.v1.Port": {
      description: "One port of a container.",
      fields: {
        name: "Name that services may refer to.",
        "x-protocol": "What carries it:\n- TCP, the default\n- UDP\n\nCannot be changed.",
      },
    },
    "io.k8s.api.core.v1.Pod": { fields: { spec: "What it runs." } },
  });
});
