import type { Lifecycle, LifecycleHandler, Probe } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isHttpHeaderName, isPortNumber } from "#machinery/validation/names.ts";
import { by, nonNegative, validatePortOrName } from "../../common/validation.ts";

export function validateProbe(
  probe: Probe | undefined,
  path: string,
  options: {
    /** A container that lives, or has started, has shown it with one success. */
    readonly onceIsEnough: boolean;
    /** Whether a failure may have a grace period of its own. */
    readonly grace: boolean;
  },
): FieldError[] {
  if (!probe) return [];
  const errors = [
    ...validateHandler(probe, path),
    ...nonNegative(`${path}.initialDelaySeconds`, probe.initialDelaySeconds),
    ...nonNegative(`${path}.timeoutSeconds`, probe.timeoutSeconds),
    ...nonNegative(`${path}.periodSeconds`, probe.periodSeconds),
    ...nonNegative(`${path}.successThreshold`, probe.successThreshold),
    ...nonNegative(`${path}.failureThreshold`, probe.failureThreshold),
  ];
  if (options.onceIsEnough && probe.successThreshold !== 1) {
    errors.push(invalid(`${path}.successThreshold`, probe.successThreshold, "must be 1"));
  }
  const { terminationGracePeriodSeconds: grace } = probe;
  if (grace !== undefined) {
    const at = `${path}.terminationGracePeriodSeconds`;
    if (!options.grace) errors.push(invalid(at, grace, "must not be set for readinessProbes"));
    else if (grace <= 0) errors.push(invalid(at, grace, "must be greater than 0"));
  }
  return errors;
}

export function validateLifecycle(lifecycle: Lifecycle | undefined, path: string): FieldError[] {
  const { postStart, preStop } = lifecycle ?? {};
  return [
    ...(postStart ? validateHandler(postStart, `${path}.postStart`) : []),
    ...(preStop ? validateHandler(preStop, `${path}.preStop`) : []),
  ];
}

const handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;

function validateHandler(handler: Probe | LifecycleHandler, path: string): FieldError[] {
  const given = handlers.filter((name) => handlerOf(handler, name) !== undefined);
  const [first, ...others] = given;
  if (!first) return [requiredValue(path, "must specify a handler type")];
  const errors = others.map((name) =>
    forbidden(`${path}.${name}`, "may not specify more than 1 handler type"),
  );
  if (handler.exec && !handler.exec.command?.length) {
    errors.push(requiredValue(`${path}.exec.command`));
  }
  if (handler.httpGet) {
    const { path: httpPath, port, httpHeaders = [] } = handler.httpGet;
    if (!httpPath) errors.push(requiredValue(`${path}.httpGet.path`));
    errors.push(...validatePortOrName(`${path}.httpGet.port`, port));
    for (const header of httpHeaders) {
      errors.push(...by(`${path}.httpGet.httpHeaders`, header.name, isHttpHeaderName));
    }
  }
  if (handler.tcpSocket) {
    errors.push(...validatePortOrName(`${path}.tcpSocket.port`, handler.tcpSocket.port));
  }
  if ("grpc" in handler && handler.grpc) {
    errors.push(...by(`${path}.grpc.port`, handler.grpc.port, isPortNumber));
  }
  if ("sleep" in handler && handler.sleep && handler.sleep.seconds < 0) {
    errors.push(...nonNegative(`${path}.sleep.seconds`, handler.sleep.seconds));
  }
  return errors;
}

function handlerOf(handler: Probe | LifecycleHandler, name: (typeof handlers)[number]): unknown {
  return (handler as Partial<Record<string, unknown>>)[name];
}
