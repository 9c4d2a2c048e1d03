import { StatusError } from "#machinery/status.ts";
import type { Status } from "#api/meta/v1.ts";

/** A mistake that people are told as it is, after "error: ". */
export class CommandError extends Error {
  override name = "CommandError";
  readonly exitCode: number;
  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The command line itself is wrong: people are also told where its help is. */
export class UsageError extends CommandError {
  override name = "UsageError";
  /** How the sentence about help calls it. */
  readonly helpFlag: "-h" | "--help";
  constructor(message: string, helpFlag: "-h" | "--help" = "-h") {
    super(message);
    this.helpFlag = helpFlag;
  }
}

/** Ends the command; all that had to be said was said. */
export class ExitError extends Error {
  override name = "ExitError";
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Several failures of one command, each told on a line of its own. */
export class ManyErrors extends Error {
  override name = "ManyErrors";
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(errors.map(messageOf).join("\n"));
    this.errors = errors.flatMap((error) => (error instanceof ManyErrors ? error.errors : [error]));
  }
}

/** Throws what was collected: nothing, the one error, or all of them. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new ManyErrors(errors);
}

/** The configuration files contradict the command line, or themselves. */
export class ConfigurationError extends CommandError {
  override name = "ConfigurationError";
}

/**
 * A flag names a context or a cluster that no file has. Whoever asks for the namespace only is told
 * so in other words.
 */
export class MissingEntryError extends CommandError {
  override name = "MissingEntryError";
  readonly toldOfNamespaces: CommandError;
  constructor(message: string, toldOfNamespaces: CommandError) {
    super(message);
    this.toldOfNamespaces = toldOfNamespaces;
  }
}

export interface FailedRequest {
  readonly method: string;
  readonly url: string;
}

/**
 * No server was reached. `code` is the system's word, such as ECONNREFUSED. The message says what
 * was asked for as well, which whoever tells the error by itself leaves out.
 */
export class ConnectionError extends Error {
  override name = "ConnectionError";
  readonly code: string;
  /** host:port. */
  readonly server: string;
  readonly reason: string;
  readonly request: FailedRequest | undefined;
  constructor(
    reason: string,
    options: {
      readonly code: string;
      readonly server: string;
      readonly request?: FailedRequest | undefined;
      readonly cause?: unknown;
    },
  ) {
    const { method = "", url } = options.request ?? {};
    const verb = method.slice(0, 1) + method.slice(1).toLowerCase();
    super(url === undefined ? reason : `${verb} ${JSON.stringify(url)}: ${reason}`, {
      cause: options.cause,
    });
    this.request = options.request;
    this.code = options.code;
    this.server = options.server;
    this.reason = reason;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The same answer, told with what was being done: `error when creating "pod.yaml": …`. Its reason
 * stays, so that it is still told as an error from the server.
 */
export function during(doing: string, error: unknown): unknown {
  if (error instanceof StatusError) {
    const { message = "", ...rest } = error.status;
    return new StatusError({ ...rest, message: `${doing}: ${message}` });
  }
  return new CommandError(`${doing}: ${messageOf(error)}`, { cause: error });
}

/** A failure as people read it, without the line's end. */
export function errorText(error: unknown): string {
  // Of several errors each is told as it is.
  if (error instanceof ManyErrors) return error.errors.map(bareErrorText).join("\n");
  if (error instanceof StatusError && error.reason === "Invalid" && error.status.details) {
    return invalidText(error.status);
  }
  const message = bareErrorText(error);
  if (error instanceof StatusError || error instanceof ConnectionError) return message;
  if (error instanceof ConfigurationError || message.startsWith("error: ")) return message;
  return `error: ${message}`;
}

function bareErrorText(error: unknown): string {
  if (error instanceof ConnectionError) return connectionText(error);
  if (error instanceof StatusError) return statusText(error);
  if (error instanceof ConfigurationError) return `Error in configuration: ${error.message}`;
  return messageOf(error);
}

function connectionText({ code, server, reason }: ConnectionError): string {
  if (code === "ECONNREFUSED") {
    return `The connection to the server ${server} was refused - did you specify the right host or port?`;
  }
  return `Unable to connect to the server: ${reason}`;
}

function statusText(error: StatusError): string {
  const { reason, message = "" } = error.status;
  if (reason === "Unauthorized" || error.code === 401) {
    return `error: You must be logged in to the server (${message || "Unauthorized"})`;
  }
  if (reason) return `Error from server (${reason}): ${message}`;
  return message ? `Error from server: ${message}` : "Error from server";
}

/** The causes of an invalid object, listed one below the other where there are several. */
function invalidText({ details, message = "" }: Status): string {
  const subject = [details?.kind, details?.name && `"${details.name}"`].filter(Boolean).join(" ");
  const causes = (details?.causes ?? []).map(({ field, message: text = "" }) =>
    field ? `${field}: ${text}` : text,
  );
  const opening = subject ? `The ${subject} is invalid` : "The request is invalid";
  if (causes.length === 0) return subject ? opening : `${opening}: ${message}`;
  const [only = ""] = causes;
  if (causes.length === 1) return `${opening}: ${only}`;
  return `${opening}: \n${[...new Set(causes)].map((cause) => `* ${cause}`).join("\n")}`;
}
