import { SignJWT } from "jose/jwt/sign";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { SigningKey } from "#pki/keys.ts";
import type { BoundObjectReference, TokenRequest } from "#api/authentication/v1.ts";
import type { ServiceAccount } from "#api/core/v1.ts";
import { badRequest, conflict, invalid, notFound } from "#machinery/status.ts";
import { invalid as invalidField } from "#machinery/validation/field-error.ts";
import { serviceAccountUserName } from "../identity.ts";
import type { BoundKind, BoundObject, BoundObjects } from "./bound-objects.ts";
import type { BoundReference, ServiceAccountClaims } from "./claims.ts";

export interface TokenIssuerOptions {
  readonly key: SigningKey;
  /** The `iss` claim: "https://kubernetes.default.svc.cluster.local". */
  readonly issuer: string;
  /** Audiences of tokens whose request names none. */
  readonly audiences: readonly string[];
  readonly objects: BoundObjects;
  readonly clock: Clock;
  readonly random: Random;
  /** Longer wishes are shortened. */
  readonly maxExpirationSeconds?: number;
  /** Default true: tokens of pods live a year, and warn after what the pod asked for. */
  readonly extendsExpiration?: boolean;
}

export interface TokenIssuer {
  /** The request with its status. Throws Invalid, NotFound, Conflict or BadRequest. */
  issue(account: ServiceAccount, request: TokenRequest): Promise<TokenRequest>;
}

/** What the kubelet asks for pods: from old clients, which never read the file again, too. */
const podTokenSeconds = 3607;
const extendedSeconds = 365 * 24 * 60 * 60;
const expirationSecondsMin = 600;
const expirationSecondsMax = 2 ** 32;

export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  return {
    async issue(account, request) {
      const { namespace = "", name, uid } = account.metadata;
      validate(request);
      const audiences = request.spec.audiences?.length
        ? request.spec.audiences
        : [...options.audiences];
      const bound = await bind(options.objects, namespace, name, request.spec.boundObjectRef);

      const lifetimeSeconds = Math.min(
        request.spec.expirationSeconds,
        options.maxExpirationSeconds ?? expirationSecondsMax,
      );
      const issuedAt = Math.floor(options.clock.now() / 1000);
      const expires = issuedAt + lifetimeSeconds;
      const isExtended =
        (options.extendsExpiration ?? true) &&
        bound.pod !== undefined &&
        request.spec.expirationSeconds === podTokenSeconds &&
        audiences.every((audience) => options.audiences.includes(audience));

      const claims: ServiceAccountClaims = {
        aud: audiences,
        exp: isExtended ? issuedAt + extendedSeconds : expires,
        iat: issuedAt,
        iss: options.issuer,
        jti: options.random.uuid(),
        "kubernetes.io": {
          namespace,
          ...bound,
          serviceaccount: { name, uid },
          ...(isExtended && { warnafter: expires }),
        },
        nbf: issuedAt,
        sub: serviceAccountUserName(namespace, name),
      };
      return {
        ...request,
        metadata: {
          ...request.metadata,
          name,
          namespace,
          uid,
          creationTimestamp: timestamp(issuedAt),
        },
        spec: { ...request.spec, audiences, expirationSeconds: lifetimeSeconds },
        status: { token: await sign(options.key, claims), expirationTimestamp: timestamp(expires) },
      };
    },
  };
}

function sign(key: SigningKey, claims: ServiceAccountClaims): Promise<string> {
  return new SignJWT({ ...claims, aud: [...claims.aud] })
    .setProtectedHeader({ alg: key.algorithm, kid: key.keyId })
    .sign(key.privateKey);
}

function validate(request: TokenRequest): void {
  const { expirationSeconds } = request.spec;
  const path = "spec.expirationSeconds";
  const problem =
    expirationSeconds < expirationSecondsMin
      ? "may not specify a duration less than 10 minutes"
      : expirationSeconds > expirationSecondsMax
        ? "may not specify a duration larger than 2^32 seconds"
        : undefined;
  if (!problem) return;
  throw invalid({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", [
    invalidField(path, expirationSeconds, problem),
  ]);
}

interface Bound {
  readonly pod?: BoundReference;
  readonly secret?: BoundReference;
  readonly node?: BoundReference;
}

/** A token that is bound to an object ends with it. */
async function bind(
  objects: BoundObjects,
  namespace: string,
  account: string,
  reference: BoundObjectReference | undefined,
): Promise<Bound> {
  if (!reference) return {};
  const { kind = "", apiVersion = "", name = "" } = reference;
  // The version does not matter: these kinds have only one.
  if (apiVersion.includes("/") || !isBindable(kind)) {
    const type = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
    throw badRequest(`cannot bind token to object of type ${type}, Kind=${kind}`);
  }
  const object = await objects.find(kind, namespace, name);
  if (!object) throw notFound({ group: "", resource: bindable[kind] }, name);
  if (kind === "Pod" && object.serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount "${account}" to pod running with different ` +
        "serviceaccount name.",
    );
  }
  if (reference.uid && reference.uid !== object.uid) {
    throw conflict(
      { group: "", resource: kind },
      name,
      `the UID in the bound object reference (${reference.uid}) does not match the UID in ` +
        "record. The object might have been deleted and then recreated",
    );
  }
  const own = { name, uid: object.uid };
  switch (kind) {
    case "Pod":
      return { pod: own, ...(await nodeOfPod(objects, object)) };
    case "Secret":
      return { secret: own };
    case "Node":
      return { node: own };
    default:
      return kind satisfies never;
  }
}

const bindable = { Pod: "pods", Secret: "secrets", Node: "nodes" } as const;

function isBindable(kind: string): kind is Exclude<BoundKind, "ServiceAccount"> {
  return kind in bindable;
}

async function nodeOfPod(objects: BoundObjects, pod: BoundObject): Promise<Bound> {
  if (!pod.nodeName) return {};
  const node = await objects.find("Node", "", pod.nodeName);
  return { node: { name: pod.nodeName, uid: node?.uid ?? "" } };
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
