import { Secret, Service } from "#api/core/v1.ts";
import { expressionChecker } from "#server/admission/policies/checker.ts";
import { expressionEngine } from "#server/admission/policies/engine.ts";
import { bootstrapTokenAuthenticator } from "#server/authn/bootstrap-tokens.ts";
import { createTokenReviewer } from "#server/authn/reviews.ts";
import { boundObjectsOf } from "#server/authn/service-account/bound-objects.ts";
import { createTokenIssuer } from "#server/authn/service-account/issuer.ts";
import { secretTokenAuthenticator } from "#server/authn/service-account/secret-tokens.ts";
import { serviceAccountAuthenticator } from "#server/authn/service-account/verifier.ts";
import { forAudiences } from "#server/authn/token.ts";
import type { TokenAuthenticator } from "#server/authn/token.ts";
import type { Authorization } from "#server/authz/authorization.ts";
import { allResources } from "#server/resources/all.ts";
import { createServiceAllocator } from "#server/resources/core/services/allocator.ts";
import { storeClaims } from "#server/resources/core/services/claims.ts";
import { serviceNetworks } from "#server/resources/core/services/networks.ts";
import type { ServerParts } from "#server/server.ts";
import type { ComponentBoard } from "../component-board.ts";
import { tellUnfinished } from "../unfinished-kinds.ts";
import type { ControlPlaneOptions } from "./options.ts";

/** Who is known, and what he may do. */
export interface Identity {
  readonly authorization: Authorization;
  readonly tokens: TokenAuthenticator[];
  readonly audiences: readonly string[];
  readonly issuer: string;
  readonly components: ComponentBoard;
}

/** All that the server serves. Those that know tokens of service accounts join the others. */
export function resourcesOf(
  options: ControlPlaneOptions,
  { client, objects, bodies }: ServerParts,
  { authorization, tokens, audiences, issuer, components }: Identity,
) {
  const { clock, random, serviceAccountKey: key } = options;
  const bound = boundObjectsOf(client);
  tokens.push(
    serviceAccountAuthenticator({ keys: [key], issuers: [issuer], objects: bound, clock }),
    forAudiences(
      audiences,
      secretTokenAuthenticator({ keys: [key], client, clock, logger: options.logger }),
    ),
    forAudiences(
      audiences,
      bootstrapTokenAuthenticator({
        clock,
        findSecret: (name) => client.find(Secret, { namespace: "kube-system", name }),
      }),
    ),
  );
  tokens.push(...(options.access?.tokenAuthenticators?.({ clock, audiences }) ?? []));
  const dependencies = {
    clock,
    random,
    client,
    objects,
    bodies,
    services: createServiceAllocator({
      networks: serviceNetworks(client, options.config.serviceCidr),
      nodePortRange: { from: 30000, to: 32767 },
      clock,
      random,
      list: async () => (await client.list(Service)).items,
      ...(options.store.shared && { claims: storeClaims(options.store) }),
    }),
    kubelet: options.kubelet,
    tokenIssuer: createTokenIssuer({ key, issuer, audiences, objects: bound, clock, random }),
    tokenReviewer: createTokenReviewer({ tokens, audiences }),
    authorizer: authorization.authorizer,
    rules: authorization,
    components,
    expressions: expressionChecker(expressionEngine),
  };
  return tellUnfinished(allResources(dependencies, options.config.runtimeConfig));
}
