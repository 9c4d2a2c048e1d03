import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Client, ObjectReference } from "#client/client.ts";
import type { KindType } from "#schema/message.ts";
import type { TokenRequest, TokenReview } from "#api/authentication/v1.ts";
import type { ServiceAccount } from "#api/core/v1.ts";
import type { SubjectRulesReviewStatus } from "#api/authorization/v1.ts";
import type { Authorizer } from "../authz/authorizer.ts";
import type { RequestContext, UserInfo } from "../pipeline/request.ts";
import type { ExpressionChecker } from "./admissionregistration/common/expressions.ts";
import type { KubeletConnector } from "./core/pods/kubelet-connector.ts";
import type { ServiceAllocator } from "./core/services/allocator.ts";

/**
 * What resources need of the rest of the server. Given when the definitions are made, and used
 * only while requests are answered: the server may fill it in after the registry stands.
 */
export interface ResourceDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Acts inside the server, as the server. */
  readonly client: Client;
  readonly objects: ObjectAccess;
  readonly bodies: BodyReader;
  readonly services: ServiceAllocator;
  readonly kubelet: KubeletConnector;
  readonly tokenIssuer: TokenIssuer;
  readonly tokenReviewer: TokenReviewer;
  readonly authorizer: Authorizer;
  readonly rules: RuleResolver;
  readonly components: ComponentHealth;
  /** Missing: expressions in objects are not compiled when they are written. */
  readonly expressions?: ExpressionChecker;
}

/** Stored objects, past admission and the rules of their resource. */
export interface ObjectAccess {
  /** Throws NotFound. The object may be shared: copy before changing. */
  get<T>(type: KindType<T>, reference: ObjectReference): Promise<T>;
  /**
   * Reads, and writes what `change` makes of it; again with the newer object where somebody else
   * wrote in between. What is read is shared and frozen: `change` copies what it changes, and no
   * more. Throws NotFound, and what `change` throws. Writes nothing in a dry run.
   */
  update<T>(
    type: KindType<T>,
    reference: ObjectReference,
    change: (object: Readonly<T>) => T,
    options?: { readonly dryRun?: boolean },
  ): Promise<T>;
}

/** Decodes bodies as the registry does: every format, unknown fields by the request's rules. */
export interface BodyReader {
  /** With the schema's defaults. Throws 400 for what is not an object of the kind. */
  read<T>(context: RequestContext, type: KindType<T>): Promise<T>;
}

/** Signs tokens of service accounts. */
export interface TokenIssuer {
  /** Answers with the request's status filled in. Throws Invalid for what it cannot issue. */
  issue(account: ServiceAccount, request: TokenRequest): Promise<TokenRequest>;
}

export interface TokenReviewer {
  /** The review with its status; a token that is wrong is an answer, not an error. */
  review(review: TokenReview): Promise<TokenReview>;
}

/** How the parts of the control plane are, for `kubectl get componentstatuses`. */
export interface ComponentHealth {
  /** `problem` is missing where all is well. */
  health(): Promise<readonly { readonly name: string; readonly problem?: string }[]>;
}

/** Lists what a user may do, as far as it can be listed. */
export interface RuleResolver {
  rulesFor(user: UserInfo, namespace: string): Promise<SubjectRulesReviewStatus>;
}
