import type { Library } from "../environment.ts";
import { declare, method, overload } from "../signature.ts";
import { opaqueType } from "../types.ts";
import { EntriesMap, ErrorValue, OpaqueValue, type Result } from "../values.ts";

const urlType = opaqueType("kubernetes.URL");

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

class UrlValue extends OpaqueValue {
  override readonly type = urlType;
  readonly text: string;
  readonly parts: Parts;

  constructor(text: string, parts: Parts) {
    super();
    this.text = text;
    this.parts = parts;
  }

  override equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

/** As Go's `net/url` takes a request's URI apart, which is not how browsers do. */
export function parseUri(text: string): Parts | string {
  const shown = JSON.stringify(text);
  if (text === "") return `parse ${shown}: empty url`;
  // oxlint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text))
    return `parse ${shown}: net/url: invalid control character in URL`;
  const [, scheme = "", rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  if (rest.startsWith(":") && scheme === "") return `parse ${shown}: missing protocol scheme`;
  if (!rest.startsWith("/")) return `parse ${shown}: invalid URI for request`;
  const [beforeFragment = ""] = rest.split("#", 1);
  const question = beforeFragment.indexOf("?");
  const query = question < 0 ? "" : beforeFragment.slice(question + 1);
  const hierarchy = question < 0 ? beforeFragment : beforeFragment.slice(0, question);
  const hasAuthority = scheme !== "" && hierarchy.startsWith("//");
  const [, authority = "", path = ""] = hasAuthority
    ? (/^\/\/([^/]*)(.*)$/s.exec(hierarchy) ?? [])
    : ["", "", hierarchy];
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const escape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(path);
  if (escape) return `parse ${shown}: invalid URL escape ${JSON.stringify(escape[0])}`;
  const port = /^(?:\[[^\]]*\]|[^:]*)(:.*)?$/s.exec(host)?.[1] ?? "";
  if (port !== "" && !/^:\d*$/.test(port)) {
    return `parse ${shown}: invalid port ${JSON.stringify(port)} after host`;
  }
  if (/[ <>"{}|\\^`]/.test(host)) {
    const character = /[ <>"{}|\\^`]/.exec(host)?.[0] ?? "";
    return `parse ${shown}: invalid character ${JSON.stringify(character)} in host name`;
  }
  return { scheme: scheme.toLowerCase(), host, path, query };
}

function url(text: string): Result {
  const parts = parseUri(text);
  return typeof parts === "string"
    ? new ErrorValue(`URL parse error during conversion from string: ${parts}`)
    : new UrlValue(text, parts);
}

function queryOf({ parts: { query } }: UrlValue): Result {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return new EntriesMap(values);
}

const portOf = (host: string) => /:(\d*)$/.exec(host.replace(/^\[[^\]]*\]/, ""))?.[1] ?? "";

function hostnameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, "");
}

const escapedPath = (path: string) =>
  path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@%!'()*[\]]/gu, (character) =>
    encodeURIComponent(character),
  );

const part = (name: string, id: string, of: (parts: Parts) => string) =>
  declare(
    name,
    method(id, "kubernetes.URL -> string", ({ parts }: UrlValue) => of(parts)),
  );

export const urlLibrary: Library = {
  functions: [
    declare("url", overload("string_to_url", "string -> kubernetes.URL", url)),
    declare(
      "isURL",
      overload(
        "is_url_string",
        "string -> bool",
        (text: string) => typeof parseUri(text) !== "string",
      ),
    ),
    part("getScheme", "url_get_scheme", ({ scheme }) => scheme),
    part("getHost", "url_get_host", ({ host }) => host),
    part("getHostname", "url_get_hostname", ({ host }) => hostnameOf(host)),
    part("getPort", "url_get_port", ({ host }) => portOf(host)),
    part("getEscapedPath", "url_get_escaped_path", ({ path }) => escapedPath(path)),
    declare(
      "getQuery",
      method("url_get_query", "kubernetes.URL -> map(string, list(string))", queryOf),
    ),
  ],
  types: { "kubernetes.URL": urlType },
};
