import type { Device, DeviceAttribute } from "#api/resource/v1.ts";
import { parseQuantity } from "#schema/quantity.ts";
import { compile } from "./cel.ts";
import { kubernetesEnvironment } from "./kubernetes.ts";
import { QuantityValue } from "./library/quantity.ts";
import { parseSemver } from "./library/semver.ts";
import {
  boolType,
  dynType,
  formatType,
  mapType,
  opaqueType,
  stringType,
  structType,
} from "./types.ts";
import { EntriesMap, ErrorValue, LazyStruct } from "./values.ts";
import type { Result, Value } from "./values.ts";

/** What selectors of devices see of a device. */
const deviceType = structType("DRADevice", {
  driver: stringType,
  attributes: mapType(stringType, mapType(stringType, dynType)),
  capacity: mapType(stringType, mapType(stringType, opaqueType("kubernetes.Quantity"))),
  allowMultipleAllocations: boolType,
});

const environment = kubernetesEnvironment.extend({ variables: { device: deviceType } });

/** What evaluating a selector may cost. */
const costLimit = 1_000_000;

export type DeviceTest =
  | { readonly ok: true; matches(device: Device, driver: string): boolean }
  | { readonly ok: false; readonly text: string };

/**
 * Compiles `device.attributes["example.com"].model == "a"`. `matches` throws what went wrong while
 * it was evaluated, such as an attribute that the device does not have.
 */
export function deviceSelector(expression: string): DeviceTest {
  const compiled = compile(expression, environment);
  if (!compiled.ok) return { ok: false, text: `compilation failed: ${compiled.text}` };
  const { type } = compiled.program;
  if (type.kind !== "bool" && type.kind !== "dyn") {
    const text = `must evaluate to bool or the unknown type, not ${formatType(type)}`;
    return { ok: false, text };
  }
  return {
    ok: true,
    matches(device, driver) {
      const outcome = compiled.program.evaluate({ device: valueOf(device, driver) }, { costLimit });
      if (!outcome.ok) throw new Error(`CEL runtime error: ${outcome.error}`);
      if (typeof outcome.value === "boolean") return outcome.value;
      throw new Error("CEL result is not a boolean");
    },
  };
}

function valueOf(device: Device, driver: string): LazyStruct {
  const { attributes = {}, capacity = {}, allowMultipleAllocations = false } = device;
  return new LazyStruct(
    deviceType,
    new Map<string, () => Result>([
      ["driver", () => driver],
      ["allowMultipleAllocations", () => allowMultipleAllocations],
      ["attributes", () => domainsOf(attributes, driver, attributeValue)],
      ["capacity", () => domainsOf(capacity, driver, ({ value }) => quantityOf(value))],
    ]),
  );
}

/** Names without a domain are the driver's own. */
export function qualified(name: string, driver: string): readonly [domain: string, name: string] {
  const slash = name.indexOf("/");
  return slash < 0 ? [driver, name] : [name.slice(0, slash), name.slice(slash + 1)];
}

function domainsOf<T>(
  values: Readonly<Record<string, T>>,
  driver: string,
  make: (value: T) => Value,
): Domains {
  const domains = new Map<string, [string, Value][]>();
  for (const [name, value] of Object.entries(values)) {
    const [domain, own] = qualified(name, driver);
    const entries = domains.get(domain) ?? [];
    entries.push([own, make(value)]);
    domains.set(domain, entries);
  }
  return new Domains([...domains].map(([domain, own]) => [domain, new EntriesMap(own)] as const));
}

/** A domain of which the device has nothing is there, and empty. */
class Domains extends EntriesMap {
  override get(key: Result): Value | undefined {
    return super.get(key) ?? new EntriesMap([]);
  }
}

function attributeValue(attribute: DeviceAttribute): Value {
  const { version, ...others } = attribute;
  const value = others.int ?? others.bool ?? others.string;
  if (value !== undefined) return value;
  if (version === undefined) throw new Error("unsupported attribute value");
  const parsed = parseSemver(version);
  if (parsed instanceof ErrorValue) throw new Error(`parse semantic version: ${parsed.message}`);
  return parsed;
}

function quantityOf(text: string): QuantityValue {
  const quantity = parseQuantity(text);
  if (!quantity) throw new Error(`"${text}" is no quantity`);
  return new QuantityValue(quantity);
}
