import type { ApiRequest } from "#client/transport.ts";
import type { Connection, UserInfo } from "../pipeline/request.ts";

/**
 * One way to find out who asks. Undefined: nothing in the request is meant for this one, ask the
 * next. Throws a 401 status when credentials are present but wrong.
 */
export interface Authenticator {
  authenticate(
    request: ApiRequest,
    connection: Connection,
    /** Tells the client what it should know. */
    warn?: (message: string) => void,
  ): Promise<UserInfo | undefined>;
}
