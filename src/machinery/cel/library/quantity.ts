import { formatQuantity, parseQuantity, type Quantity } from "#schema/quantity.ts";
import type { Library } from "../environment.ts";
import { checkedInt } from "../operators.ts";
import { declare, method, overload } from "../signature.ts";
import { opaqueType } from "../types.ts";
import { Double, ErrorValue, OpaqueValue, type Result } from "../values.ts";

const quantityType = opaqueType("kubernetes.Quantity");
const nanosPerUnit = 1_000_000_000n;

/** An amount such as "500m" or "64Mi". */
export class QuantityValue extends OpaqueValue {
  override readonly type = quantityType;
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  override equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && other.quantity.nanos === this.quantity.nanos;
  }

  override toString(): string {
    return formatQuantity(this.quantity);
  }
}

const notAQuantity = new ErrorValue(
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
);

function quantity(text: string): Result {
  const parsed = parseQuantity(text);
  return parsed ? new QuantityValue(parsed) : notAQuantity;
}

const compare = ({ quantity: one }: QuantityValue, { quantity: other }: QuantityValue) =>
  one.nanos < other.nanos ? -1 : one.nanos > other.nanos ? 1 : 0;

/** The sum keeps the format of what is added to. */
function sum(sign: bigint) {
  return (one: QuantityValue, other: QuantityValue | number | bigint): Result => {
    const added =
      other instanceof QuantityValue
        ? other.quantity
        : { nanos: BigInt(other) * nanosPerUnit, format: "exponent" as const };
    const { nanos, format } = one.quantity;
    return new QuantityValue({
      nanos: nanos + sign * added.nanos,
      format: nanos === 0n ? added.format : format,
    });
  };
}

const isWhole = ({ quantity: { nanos } }: QuantityValue) =>
  nanos % nanosPerUnit === 0n && !(checkedInt(nanos / nanosPerUnit) instanceof ErrorValue);

function asInteger(value: QuantityValue): Result {
  if (!isWhole(value)) return new ErrorValue("cannot convert value to integer");
  return checkedInt(value.quantity.nanos / nanosPerUnit);
}

const pair = "kubernetes.Quantity, kubernetes.Quantity";
const withInt = "kubernetes.Quantity, int";

export const quantityLibrary: Library = {
  functions: [
    declare("quantity", overload("string_to_quantity", "string -> kubernetes.Quantity", quantity)),
    declare(
      "isQuantity",
      overload(
        "is_quantity_string",
        "string -> bool",
        (text: string) => parseQuantity(text) !== undefined,
      ),
    ),
    declare(
      "sign",
      overload(
        "quantity_sign",
        "kubernetes.Quantity -> int",
        ({ quantity: { nanos } }: QuantityValue) => (nanos > 0n ? 1 : nanos < 0n ? -1 : 0),
      ),
    ),
    declare(
      "isGreaterThan",
      method(
        "quantity_is_greater_than",
        `${pair} -> bool`,
        (one: QuantityValue, other: QuantityValue) => compare(one, other) > 0,
      ),
    ),
    declare(
      "isLessThan",
      method(
        "quantity_is_less_than",
        `${pair} -> bool`,
        (one: QuantityValue, other: QuantityValue) => compare(one, other) < 0,
      ),
    ),
    declare("compareTo", method("quantity_compare_to", `${pair} -> int`, compare)),
    declare(
      "asApproximateFloat",
      method(
        "quantity_get_float",
        "kubernetes.Quantity -> double",
        ({ quantity: { nanos } }: QuantityValue) => new Double(Number(nanos) / 1e9),
      ),
    ),
    declare("asInteger", method("quantity_get_int", "kubernetes.Quantity -> int", asInteger)),
    declare("isInteger", method("quantity_is_integer", "kubernetes.Quantity -> bool", isWhole)),
    declare(
      "add",
      method("quantity_add", `${pair} -> kubernetes.Quantity`, sum(1n)),
      method("quantity_add_int", `${withInt} -> kubernetes.Quantity`, sum(1n)),
    ),
    declare(
      "sub",
      method("quantity_sub", `${pair} -> kubernetes.Quantity`, sum(-1n)),
      method("quantity_sub_int", `${withInt} -> kubernetes.Quantity`, sum(-1n)),
    ),
  ],
  types: { "kubernetes.Quantity": quantityType },
};
