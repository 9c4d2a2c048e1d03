import type { PoolStatus, ResourcePoolStatusRequest } from "#api/resource/v1alpha3.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  invalid,
  requiredValue,
  tooLong,
  tooMany,
} from "#machinery/validation/field-error.ts";
import { exceedsBytes, isDnsSubdomain, maxSubdomainBytes } from "#machinery/validation/names.ts";
import { shownCondition, validateConditions } from "../../common/conditions.ts";
import { by, immutable, sameValue } from "../../common/validation.ts";

type Request = ResourcePoolStatusRequest;

const limitMax = 1000;
const poolsMax = 1000;
const conditionsMax = 10;
const errorBytesMax = 256;

/** Which pools are asked for: cannot be changed. */
export function validatePools({ spec }: Request, old?: Readonly<Request>): FieldError[] {
  if (old) {
    return sameValue(spec, old.spec) ? [] : [invalid("spec", null, "field is immutable")];
  }
  const { driver, limit, poolName } = spec;
  return [
    ...driverName("spec.driver", driver),
    ...(poolName === undefined ? [] : validatePoolPath("spec.poolName", poolName)),
    ...atMost("spec.limit", limit, limitMax),
    ...atLeast("spec.limit", limit, 1),
  ];
}

/** The answer to a request: given once. */
export function validatePoolStatus({ status }: Request, { status: old }: Readonly<Request>) {
  if (old) return immutable("status", status ?? null, old);
  if (!status) return [];
  const { conditions = [], pools = [] } = status;
  const types = conditions.map(({ type }) => type);
  return [
    ...validateConditions(conditions, "status.conditions"),
    ...(status.poolCount === undefined
      ? [requiredValue("status.poolCount")]
      : atLeast("status.poolCount", status.poolCount, 0)),
    ...(pools.length > poolsMax
      ? [tooMany("status.pools", pools.length, poolsMax)]
      : pools.flatMap((pool, index) => validatePool(pool, `status.pools[${index}]`))),
    ...(conditions.length > conditionsMax
      ? [tooMany("status.conditions", conditions.length, conditionsMax)]
      : conditions.flatMap((condition, index) =>
          types.indexOf(condition.type) < index
            ? [duplicate(`status.conditions[${index}]`, shownCondition(condition))]
            : [],
        )),
  ];
}

function validatePool(pool: PoolStatus, at: string): FieldError[] {
  const { nodeName, validationError: problem } = pool;
  return [
    ...driverName(`${at}.driver`, pool.driver),
    ...(pool.poolName
      ? validatePoolPath(`${at}.poolName`, pool.poolName)
      : [requiredValue(`${at}.poolName`)]),
    ...(pool.generation
      ? atLeast(`${at}.generation`, pool.generation, 0)
      : [requiredValue(`${at}.generation`)]),
    ...atLeast(`${at}.resourceSliceCount`, pool.resourceSliceCount, 1),
    ...atLeast(`${at}.totalDevices`, pool.totalDevices, 0),
    ...atLeast(`${at}.allocatedDevices`, pool.allocatedDevices, 0),
    ...atLeast(`${at}.availableDevices`, pool.availableDevices, 0),
    ...atLeast(`${at}.unavailableDevices`, pool.unavailableDevices, 0),
    ...(nodeName === undefined ? [] : by(`${at}.nodeName`, nodeName, isDnsSubdomain)),
    ...(problem !== undefined && exceedsBytes(problem, errorBytesMax)
      ? [tooLong(`${at}.validationError`, errorBytesMax)]
      : []),
  ];
}

const isCaselessSubdomain = (value: string): string[] =>
  isDnsSubdomain(value.toLowerCase()).map((problem) =>
    problem
      .replace("a lowercase RFC 1123", "an RFC 1123")
      .replace("lower case alphanumeric", "alphanumeric")
      .replace("'example.com'", "'Example.com'"),
  );

const driverName = (path: string, name: string): FieldError[] =>
  name ? by(path, name, isCaselessSubdomain) : [requiredValue(path)];

function validatePoolPath(path: string, name: string): FieldError[] {
  const segments = name
    .split("/")
    .flatMap((segment, index) =>
      segment
        ? isDnsSubdomain(segment).map((problem) =>
            invalid(path, segment, `segment ${index}: ${problem}`),
          )
        : [invalid(path, name, `segment ${index}: must not be empty`)],
    );
  return [
    ...(name.length > maxSubdomainBytes ? [tooLong(path, maxSubdomainBytes)] : []),
    ...segments,
  ];
}

function atLeast(path: string, value: number | undefined, min: number): FieldError[] {
  return value !== undefined && value < min
    ? [invalid(path, value, `must be greater than or equal to ${min}`)]
    : [];
}

function atMost(path: string, value: number, max: number): FieldError[] {
  return value > max ? [invalid(path, value, `must be less than or equal to ${max}`)] : [];
}
