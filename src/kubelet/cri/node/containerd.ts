import { Client, credentials, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { bytes, list, object, string, time } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import type { MessageType } from "#schema/message.ts";
import { decodeProtobuf, encodeProtobuf } from "#schema/protobuf.ts";
import { fromBase64 } from "#base/bytes.ts";
import { RuntimeError } from "../runtime.ts";
import type { Runtime, RuntimeEvent } from "../runtime.ts";
import { criCalls } from "../v1.ts";

/** Long enough for a slow stop or pull, which bring deadlines of their own. */
const callDeadlineMs = 10 * 60_000;

/**
 * The runtime behind a CRI socket. Requests and responses are encoded by our own definitions, so
 * that no second description of the protocol (a .proto file, generated code) is needed.
 */
export function connectRuntime(socketPath: string): Runtime & { close(): void } {
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    // Lists of many containers pass the default of 4 MB.
    "grpc.max_receive_message_length": 64 * 1024 * 1024,
    "grpc.initial_reconnect_backoff_ms": 50,
    "grpc.max_reconnect_backoff_ms": 1000,
  });
  const calls = Object.fromEntries(
    Object.entries(criCalls)
      .filter(([, call]) => !call.stream)
      .map(([name, call]) => [
        name,
        (request: object, signal?: AbortSignal) =>
          unary(client, call.path, call.request, call.response, request, signal),
      ]),
  );
  const runtime = calls as unknown as Omit<Runtime, "events">;
  return {
    ...runtime,
    events: (signal) => containerdEvents(client, signal),
    close: () => client.close(),
  };
}

function unary(
  client: Client,
  path: string,
  requestType: MessageType,
  responseType: MessageType,
  request: object,
  signal: AbortSignal | undefined,
): Promise<object> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const call = client.makeUnaryRequest(
      path,
      (value: object) => Buffer.from(encodeProtobuf(requestType, value)),
      (wire: Buffer): object =>
        decodeProtobuf(responseType, new Uint8Array(wire), { fillZero: true }) as object,
      request,
      { deadline: Date.now() + callDeadlineMs },
      (error: ServiceError | null, response?: object) => {
        signal?.removeEventListener("abort", cancel);
        if (signal?.aborted) reject(signal.reason);
        else if (error) reject(runtimeError(error));
        else if (response) resolve(response);
        else reject(new RuntimeError("INTERNAL", `${path} answered without a message`));
      },
    );
    const cancel = () => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
  });
}

function runtimeError(error: ServiceError): RuntimeError {
  return new RuntimeError(status[error.code] ?? "UNKNOWN", error.details || error.message);
}

abstract class EventFilter extends message("containerd.services.events.v1.SubscribeRequest", {
  filters: list(1, string).assigned(),
}) {}

abstract class Any extends message("google.protobuf.Any", {
  typeUrl: string(1).assigned(),
  value: bytes(2).assigned(),
}) {}

abstract class Envelope extends message("containerd.services.events.v1.Envelope", {
  timestamp: time(1).optional(),
  namespace: string(2).assigned(),
  topic: string(3).assigned(),
  event: object(4, () => Any).optional(),
}) {}

/** What all task events have in common. */
abstract class TaskEvent extends message("containerd.events.TaskEvent", {
  containerId: string(1).assigned(),
}) {}

abstract class TaskExit extends message("containerd.events.TaskExit", {
  containerId: string(1).assigned(),
  /** The process that ended: the container's own id for its first one, another for an exec's. */
  id: string(2).assigned(),
}) {}

const eventTypes: Readonly<Record<string, RuntimeEvent["type"]>> = {
  "/tasks/start": "started",
  "/tasks/exit": "stopped",
  "/tasks/delete": "deleted",
  "/tasks/oom": "oom",
};

/**
 * containerd's own event stream: every version has it, while CRI's GetContainerEvents came with
 * containerd 1.7.
 */
async function* containerdEvents(
  client: Client,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  if (signal.aborted) return;
  const call = client.makeServerStreamRequest(
    "/containerd.services.events.v1.Events/Subscribe",
    (value: object) => Buffer.from(encodeProtobuf(EventFilter, value)),
    (wire: Buffer) => decodeProtobuf(Envelope, new Uint8Array(wire), { fillZero: true }),
    { filters: [`namespace==k8s.io,topic~="^/tasks/(start|exit|delete|oom)$"`] },
  );
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const envelope of call as AsyncIterable<Envelope>) {
      const event = runtimeEvent(envelope);
      if (event) yield event;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof Error && "code" in error ? runtimeError(error as ServiceError) : error;
  } finally {
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
}

function runtimeEvent(envelope: Envelope): RuntimeEvent | undefined {
  const type = eventTypes[envelope.topic];
  if (!type || !envelope.event) return undefined;
  const wire = fromBase64(envelope.event.value);
  if (type !== "stopped") {
    const { containerId } = decodeProtobuf(TaskEvent, wire, { fillZero: true });
    return { type, containerId };
  }
  const { containerId, id } = decodeProtobuf(TaskExit, wire, { fillZero: true });
  // The end of a process that was exec'd is not the container's.
  return id === containerId ? { type, containerId } : undefined;
}
