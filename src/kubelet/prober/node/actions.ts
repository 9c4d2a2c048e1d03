import { request as httpRequest } from "#base/node/http.ts";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { Client, credentials } from "@grpc/grpc-js";
import type { Container, ExecAction, HTTPGetAction, Probe } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import { int32, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import type { Runtime } from "../../cri/runtime.ts";
import type { ProbeAction, ProbeResult } from "../prober.ts";

/** Bytes of an answer that are kept for the event. */
const outputBytesMax = 1024;

/** Probes by command, HTTP, TCP and gRPC, from the node's own network. */
export function probeActions(runtime: Runtime): ProbeAction {
  return async (probe, target, signal) => {
    const { container, containerId, address = "127.0.0.1" } = target;
    if (probe.exec) return probeExec(runtime, containerId, probe, probe.exec, signal);
    if (probe.httpGet) return probeHttp(probe.httpGet, container, address, signal);
    if (probe.tcpSocket) {
      const { host, port } = probe.tcpSocket;
      return probeTcp(host || address, portNumber(container, port), signal);
    }
    if (probe.grpc) return probeGrpc(address, probe, signal);
    throw new Error("the probe has no action");
  };
}

/** A port given by number, or by the name of one of the container's ports. */
export function portNumber(container: Container, port: number | string): number {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port);
  if (named) return named.containerPort;
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  throw new Error(`couldn't find port: "${port}" in pod`);
}

async function probeExec(
  runtime: Runtime,
  containerId: string,
  probe: Probe,
  { command = [] }: ExecAction,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const result = await runtime.execSync(
    { containerId, cmd: command, timeout: probe.timeoutSeconds },
    signal,
  );
  if (result.exitCode === 0) return { ok: true };
  const output = text(fromBase64(result.stdout)) + text(fromBase64(result.stderr));
  return { ok: false, text: output.slice(0, outputBytesMax) };
}

/** One GET; redirects count as success without being followed, as within the same host. */
export function httpGet(
  action: HTTPGetAction,
  container: Container,
  address: string,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const host = action.host || address;
  const port = portNumber(container, action.port);
  const headers: Record<string, string> = { "user-agent": "kube-probe/1.36", accept: "*/*" };
  for (const { name, value } of action.httpHeaders ?? []) headers[name] = value;
  const secure = action.scheme === "HTTPS";
  const path = action.path.startsWith("/") ? action.path : `/${action.path}`;
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      // A probe asks whether the container answers, not who it is.
      { host, port, path, headers, signal, agent: false, rejectUnauthorized: false },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          if (body.length < outputBytesMax) body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.on("error", reject);
      },
    );
    request.on("error", (error) => {
      const scheme = secure ? "https" : "http";
      reject(
        new Error(`Get "${scheme}://${host}:${port}${path}": ${dialError(error, host, port)}`),
      );
    });
    request.end();
  });
}

async function probeHttp(
  action: HTTPGetAction,
  container: Container,
  address: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { status } = await httpGet(action, container, address, signal);
  if (status >= 200 && status < 400) return { ok: true };
  return { ok: false, text: `HTTP probe failed with statuscode: ${status}` };
}

function probeTcp(host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once("connect", () => {
      socket.destroy();
      resolve({ ok: true });
    });
    socket.once("error", (error) => {
      socket.destroy();
      if (signal.aborted) reject(error);
      else resolve({ ok: false, text: dialError(error, host, port) });
    });
  });
}

/** Go's wording, which people search for. */
function dialError(error: Error, host: string, port: number): string {
  const code = "code" in error ? error.code : undefined;
  const prefix = `dial tcp ${host}:${port}: connect: `;
  switch (code) {
    case "ECONNREFUSED":
      return `${prefix}connection refused`;
    case "EHOSTUNREACH":
      return `${prefix}no route to host`;
    case "ENETUNREACH":
      return `${prefix}network is unreachable`;
    case "ETIMEDOUT":
      return `${prefix}connection timed out`;
    default:
      return error.message;
  }
}

abstract class HealthCheckRequest extends message("grpc.health.v1.HealthCheckRequest", {
  service: string(1).assigned(),
}) {}

abstract class HealthCheckResponse extends message("grpc.health.v1.HealthCheckResponse", {
  status: int32(1).assigned(),
}) {}

const serving = 1;

function probeGrpc(address: string, { grpc }: Probe, signal: AbortSignal): Promise<ProbeResult> {
  const client = new Client(`${address}:${grpc?.port ?? 0}`, credentials.createInsecure());
  return new Promise<ProbeResult>((resolve, reject) => {
    const call = client.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      (value: object) => Buffer.from(encodeProtobuf(HealthCheckRequest, value)),
      (wire: Buffer) =>
        decodeProtobuf(HealthCheckResponse, new Uint8Array(wire), {
          fillZero: true,
        }),
      { service: grpc?.service ?? "" },
      (error, response) => {
        if (signal.aborted) reject(signal.reason);
        else if (error) resolve({ ok: false, text: `failed to connect service: ${error.details}` });
        else if (response?.status === serving) resolve({ ok: true });
        else resolve({ ok: false, text: `service unhealthy (responded with "NOT_SERVING")` });
      },
    );
    signal.addEventListener("abort", () => call.cancel(), { once: true });
  }).finally(() => client.close());
}
