export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** As resolver(5) has it: the last `search` counts, and of `nameserver` each. */
export function parseResolvConf(content: string): ResolvConf {
  const nameservers: string[] = [];
  let search: string[] = [];
  const options: string[] = [];
  for (const line of content.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    if (keyword === "nameserver" && values[0]) nameservers.push(values[0]);
    else if (keyword === "search" || keyword === "domain") search = values;
    else if (keyword === "options") options.push(...values);
  }
  return { nameservers, search, options };
}
