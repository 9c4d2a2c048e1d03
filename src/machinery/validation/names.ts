// What texts must look like. Each check returns upstream's message, or nothing when all is well.

const dns1123Label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const dns1123Subdomain = `${dns1123Label}(\\.${dns1123Label})*`;
const dns1035Label = "[a-z]([-a-z0-9]*[a-z0-9])?";
const wildcardSubdomain = `\\*\\.${dns1123Subdomain}`;
const qualifiedPart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const labelValue = `(${qualifiedPart})?`;
const cIdentifier = "[A-Za-z_][A-Za-z0-9_]*";
const configMapKey = "[-._a-zA-Z0-9]+";
const httpHeaderName = "[-A-Za-z0-9]+";
const percent = "[0-9]+%";

const dns1123SubdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  "and must start and end with an alphanumeric character";
const dns1123LabelMessage =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', " +
  "and must start and end with an alphanumeric character";
const dns1035LabelMessage =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an " +
  "alphabetic character, and end with an alphanumeric character";
const qualifiedNameMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  "alphanumeric character";
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
  "and must start and end with an alphanumeric character";

/** Says what is wrong with a name; with `prefix`, of a generateName, to which more is appended. */
export type NameRule = (name: string, prefix?: boolean) => readonly string[];

export const maxSubdomainBytes = 253;
export const maxLabelBytes = 63;

/** Names of most objects. */
export const dnsSubdomainRule: NameRule = (name, prefix) =>
  isDnsSubdomain(maskTrailingDash(name, prefix));

/** Names of namespaces and of what becomes a host name. */
export const dnsLabelRule: NameRule = (name, prefix) => isDnsLabel(maskTrailingDash(name, prefix));

/** Names of services. */
export const dns1035LabelRule: NameRule = (name, prefix) =>
  isDns1035Label(maskTrailingDash(name, prefix));

/** Names of RBAC objects: anything that can be a segment of a path. */
export const pathSegmentRule: NameRule = (name, prefix) =>
  prefix ? isPathSegmentPrefix(name) : isPathSegment(name);

export function isDnsSubdomain(value: string): string[] {
  return [
    ...tooLong(value, maxSubdomainBytes),
    ...mismatch(value, subdomainPattern, dns1123SubdomainMessage, dns1123Subdomain, "example.com"),
  ];
}

export function isDnsLabel(value: string): string[] {
  const problems = tooLong(value, maxLabelBytes);
  if (labelPattern.test(value)) return problems;
  // Upstream tells the more helpful thing: dots are what people get wrong.
  if (subdomainPattern.test(value)) return [...problems, "must not contain dots"];
  return [...problems, regexError(dns1123LabelMessage, dns1123Label, "my-name", "123-abc")];
}

export function isDns1035Label(value: string): string[] {
  return [
    ...tooLong(value, maxLabelBytes),
    ...mismatch(value, label1035Pattern, dns1035LabelMessage, dns1035Label, "my-name", "abc-123"),
  ];
}

export function isWildcardDnsSubdomain(value: string): string[] {
  return [
    ...tooLong(value, maxSubdomainBytes),
    ...mismatch(
      value,
      wildcardPattern,
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, " +
        "which must consist of lower case alphanumeric characters, '-' or '.' and end with an " +
        "alphanumeric character",
      wildcardSubdomain,
      "*.example.com",
    ),
  ];
}

/** `example.com/MyName` or `MyName`: keys of labels, annotations, taints and resources. */
export function isQualifiedName(value: string): string[] {
  const problems: string[] = [];
  const parts = value.split("/");
  let name = value;
  if (parts.length === 2) {
    const [prefix = "", rest = ""] = parts;
    name = rest;
    if (prefix === "") problems.push("prefix part must be non-empty");
    else for (const problem of isDnsSubdomain(prefix)) problems.push(`prefix part ${problem}`);
  } else if (parts.length > 2) {
    const rule = regexError(qualifiedNameMessage, qualifiedPart, "MyName", "my.name", "123-abc");
    return [
      `a valid label key ${rule} with an optional DNS subdomain prefix and '/' ` +
        "(e.g. 'example.com/MyName')",
    ];
  }
  if (name === "") problems.push("name part must be non-empty");
  else for (const problem of tooLong(name, 63, "bytes")) problems.push(`name part ${problem}`);
  if (!qualifiedPattern.test(name)) {
    problems.push(
      `name part ${regexError(qualifiedNameMessage, qualifiedPart, "MyName", "my.name", "123-abc")}`,
    );
  }
  return problems;
}

export function isLabelValue(value: string): string[] {
  return [
    ...tooLong(value, 63, "bytes"),
    ...mismatch(
      value,
      labelValuePattern,
      labelValueMessage,
      labelValue,
      "MyValue",
      "my_value",
      "12345",
    ),
  ];
}

export function isPathSegment(value: string): string[] {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return isPathSegmentPrefix(value);
}

function isPathSegmentPrefix(value: string): string[] {
  return ["/", "%"]
    .filter((illegal) => value.includes(illegal))
    .map((illegal) => `may not contain '${illegal}'`);
}

export function isPortNumber(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : ["must be between 1 and 65535, inclusive"];
}

export function isPortName(name: string): string[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push("must be no more than 15 characters");
  if (!/^[-a-z0-9]+$/.test(name)) {
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(name)) problems.push("must contain at least one letter (a-z)");
  if (name.includes("--")) problems.push("must not contain consecutive hyphens");
  if (name.startsWith("-") || name.endsWith("-")) {
    problems.push("must not begin or end with a hyphen");
  }
  return problems;
}

export function isCIdentifier(value: string): string[] {
  return mismatch(
    value,
    cIdentifierPattern,
    "a valid C identifier must start with alphabetic character or '_', followed by a string of " +
      "alphanumeric characters or '_'",
    cIdentifier,
    "my_name",
    "MY_NAME",
    "MyName",
  );
}

/** Upstream allows any printable ASCII but '=' since v1.34. */
export function isEnvVarName(value: string): string[] {
  if (value === "") return ["environment variable name must be non-empty"];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(value)) return [];
  return [
    "a valid environment variable name must consist only of printable ASCII characters other " +
      "than '='",
  ];
}

export function isConfigMapKey(value: string): string[] {
  const problems = tooLong(value, maxSubdomainBytes);
  if (!configMapKeyPattern.test(value)) {
    problems.push(
      regexError(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configMapKey,
        "key.name",
        "KEY_NAME",
        "key-name",
      ),
    );
  }
  if (value === ".") problems.push("must not be '.'");
  else if (value === "..") problems.push("must not be '..'");
  else if (value.startsWith("..")) problems.push("must not start with '..'");
  return problems;
}

export function isHttpHeaderName(value: string): string[] {
  return mismatch(
    value,
    headerPattern,
    "a valid HTTP header must consist of alphanumeric characters or '-'",
    httpHeaderName,
    "X-Header-Name",
  );
}

export function isPercent(value: string): string[] {
  return mismatch(
    value,
    percentPattern,
    "a valid percent string must be a numeric string followed by an ending '%'",
    percent,
    "1%",
    "93%",
  );
}

export function isIp(value: string): string[] {
  return parseIp(value) ? [] : ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"];
}

export function isIpv4(value: string): string[] {
  return parseIp(value)?.length === 4 ? [] : ["must be a valid IPv4 address"];
}

export function isIpv6(value: string): string[] {
  return parseIp(value)?.length === 16 ? [] : ["must be a valid IPv6 address"];
}

export function isCidr(value: string): string[] {
  return parseCidr(value)
    ? []
    : ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"];
}

/** The four or sixteen bytes of an address; undefined for what is none. */
export function parseIp(value: string): readonly number[] | undefined {
  return value.includes(":") ? parseIpv6(value) : parseIpv4(value);
}

export function parseCidr(
  value: string,
): { readonly address: readonly number[]; readonly prefixLength: number } | undefined {
  const slash = value.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseIp(value.slice(0, slash));
  const length = value.slice(slash + 1);
  if (!address || !/^(0|[1-9]\d*)$/.test(length)) return undefined;
  const prefixLength = Number(length);
  return prefixLength <= address.length * 8 ? { address, prefixLength } : undefined;
}

export function inRange(low: number, high: number, value: number): string[] {
  return value >= low && value <= high ? [] : [`must be between ${low} and ${high}, inclusive`];
}

/** Whether a text has more UTF-8 bytes than `bytesMax`. */
export function exceedsBytes(value: string, bytesMax: number): boolean {
  if (value.length > bytesMax) return true;
  return value.length * 3 > bytesMax && new TextEncoder().encode(value).length > bytesMax;
}

function parseIpv4(value: string): number[] | undefined {
  const parts = value.split(".");
  if (parts.length !== 4) return undefined;
  // Leading zeros are refused: some programs read them as octal.
  if (!parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseIpv6(value: string): number[] | undefined {
  const halves = value.split("::");
  if (halves.length > 2) return undefined;
  const [left = "", right] = halves;
  const head = ipv6Groups(left, right === undefined);
  const tail = right === undefined ? [] : ipv6Groups(right, true);
  if (!head || !tail) return undefined;
  const missing = 16 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function ipv6Groups(value: string, mayEndInIpv4: boolean): number[] | undefined {
  if (value === "") return [];
  const bytes: number[] = [];
  const groups = value.split(":");
  for (const [index, group] of groups.entries()) {
    if (mayEndInIpv4 && index === groups.length - 1 && group.includes(".")) {
      const ipv4 = parseIpv4(group);
      if (!ipv4) return undefined;
      bytes.push(...ipv4);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const number = parseInt(group, 16);
      bytes.push(number >> 8, number & 255);
    }
  }
  return bytes;
}

const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
const subdomainPattern = whole(dns1123Subdomain);
const labelPattern = whole(dns1123Label);
const label1035Pattern = whole(dns1035Label);
const wildcardPattern = whole(wildcardSubdomain);
const qualifiedPattern = whole(qualifiedPart);
const labelValuePattern = whole(labelValue);
const cIdentifierPattern = whole(cIdentifier);
const configMapKeyPattern = whole(configMapKey);
const headerPattern = whole(httpHeaderName);
const percentPattern = whole(percent);

function mismatch(
  value: string,
  pattern: RegExp,
  message: string,
  shown: string,
  ...examples: string[]
): string[] {
  return pattern.test(value) ? [] : [regexError(message, shown, ...examples)];
}

function regexError(message: string, shown: string, ...examples: string[]): string {
  // Upstream separates examples in just this way.
  const list = examples.map((example) => `'${example}', `).join(" or ");
  return `${message} (e.g. ${list}regex used for validation is '${shown}')`;
}

/** Upstream says "bytes" of labels and "characters" of names; it counts bytes in both. */
function tooLong(value: string, bytesMax: number, unit = "characters"): string[] {
  return exceedsBytes(value, bytesMax) ? [`must be no more than ${bytesMax} ${unit}`] : [];
}

/** What is appended to a generateName makes up for a dash at its end. */
function maskTrailingDash(name: string, prefix: boolean | undefined): string {
  return prefix && name.length > 1 && name.endsWith("-") ? `${name.slice(0, -2)}a` : name;
}
