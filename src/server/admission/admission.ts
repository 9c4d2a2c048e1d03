import type { KindType } from "#schema/message.ts";
import type { Client } from "#client/client.ts";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Authorizer } from "../authz/authorizer.ts";
import type { UserInfo } from "../pipeline/request.ts";
import type { ExpressionEngine } from "./policies/expressions.ts";
import type { KindFinder } from "./policies/params.ts";
import type { WebhookConnections } from "../webhook/caller.ts";
import type { Equivalent } from "./matching/equivalent.ts";

export interface AdmissionRequest {
  readonly operation: Operation;
  /** The object's kind; a subresource may have one of another group than its resource. */
  readonly type: KindType;
  /** Of the resource in the path. */
  readonly resourceGroup: string;
  readonly resourceVersion: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** Empty for a create whose name is not generated yet. */
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The new object, defaulted; mutating plugins change it in place. Undefined for DELETE. */
  readonly object: Record<string, unknown> | undefined;
  /** The stored object, for UPDATE and DELETE. */
  readonly oldObject: Readonly<Record<string, unknown>> | undefined;
  /** CreateOptions, UpdateOptions or DeleteOptions. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Shared by the passes of one request over the mutating plugins. */
  readonly passes: MutationPasses;
  readonly signal: AbortSignal;
  /**
   * Puts another object in the place of `object`, decoded and with defaults. Throws 500 for values
   * of the wrong type.
   */
  replace(object: Record<string, unknown>): void;
  warn(message: string): void;
  /** Goes into the audit event, of requests that are audited at that level at least. */
  annotate(key: string, value: string, level?: "Metadata" | "Request"): void;
  /** Other versions in which the same objects are served. */
  equivalents(): readonly Equivalent[];
}

export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** The plugins that mutate run once, and once more where one asks for it. */
export class MutationPasses {
  /** What a plugin keeps from the first pass for the second one. */
  readonly notes = new Map<string, unknown>();
  #isSecond = false;
  #isAskedFor = false;

  get isSecond(): boolean {
    return this.#isSecond;
  }

  /** Asks for the second pass. */
  again(): void {
    this.#isAskedFor = true;
  }

  /** Whether there is one; it then begins. */
  beginSecond(): boolean {
    this.#isSecond = this.#isAskedFor;
    return this.#isSecond;
  }
}

/** What a plugin may use; given once, when it is made. `client` acts inside the server. */
export interface AdmissionEnvironment {
  readonly client: Client;
  readonly clock: Clock;
  /** For generated names of volumes; cryptographic when missing. */
  readonly random?: Random;
  /** Who approves or signs certificate requests is asked; without it those plugins are left out. */
  readonly authorizer?: Authorizer;
  /** Finds the kinds of policies' parameters; where it is missing, policies can have none. */
  readonly kinds?: KindFinder;
  /** Evaluates match conditions and policies; where it is missing, those all fail. */
  readonly expressions?: ExpressionEngine;
  /** How webhooks are reached; where it is missing, none can be. */
  readonly webhooks?: WebhookConnections;
}

/**
 * One admission plugin. Both steps refuse by throwing a status (403 Forbidden, with upstream's
 * wording). Mutating ones run first, in the order of the list, then validating ones.
 */
export interface AdmissionPlugin {
  readonly name: string;
  mutate?(request: AdmissionRequest): void | Promise<void>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}
