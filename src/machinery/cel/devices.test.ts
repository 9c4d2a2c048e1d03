import { test } from "node:test";
import assert from "node:assert/strict";
import type { Device } from "#api/resource/v1.ts";
import { deviceSelector } from "./devices.ts";

const device: Device = {
  name: "gpu-0",
  attributes: {
    model: { string: "a100" },
    "example.com/index": { int: 3 },
    healthy: { bool: true },
    driver: { version: "1.2.3" },
  },
  capacity: { memory: { value: "40Gi" } },
};

function outcome(expression: string): boolean | string {
  const selector = deviceSelector(expression);
  if (!selector.ok) return "does not compile";
  try {
    return selector.matches(device, "gpu.example.com");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("selectors see a device's driver, attributes and capacity", () => {
  const cases: [expression: string, expected: boolean | string][] = [
    [`device.driver == "gpu.example.com"`, true],
    [`device.attributes["gpu.example.com"].model == "a100"`, true],
    [`device.attributes["example.com"].index > 3`, false],
    [`device.attributes["gpu.example.com"].healthy`, true],
    [`device.attributes["gpu.example.com"].driver.isGreaterThan(semver("1.2.0"))`, true],
    [`device.capacity["gpu.example.com"].memory.compareTo(quantity("32Gi")) >= 0`, true],
    [`device.allowMultipleAllocations`, false],
    [`"model" in device.attributes["other.com"]`, false],
    [`device.attributes["other.com"].model == "x"`, "CEL runtime error: no such key: model"],
    [`device.driver`, "does not compile"],
    [`device.nothing == 1`, "does not compile"],
  ];
  for (const [expression, expected] of cases) {
    assert.equal(outcome(expression), expected, expression);
  }
});
