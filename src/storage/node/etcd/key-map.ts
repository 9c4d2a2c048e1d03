import { invariant } from "#base/invariant.ts";
import { prefixEnd } from "../../keys.ts";

const root = "/registry";

/** Where our keys lie in etcd: as they are, or with another prefix in place of "/registry". */
export class KeyMap {
  readonly #prefix: string;

  /** Throws `TypeError` for what no keys can lie under. */
  constructor(prefix: string) {
    const trimmed = prefix.replace(/\/+$/, "");
    if (trimmed === "" || !trimmed.startsWith("/")) {
      throw new TypeError(`"${prefix}" is no etcd prefix: it looks like ${root}`);
    }
    this.#prefix = trimmed;
  }

  toEtcd(key: string): string {
    if (this.#prefix === root) return key;
    invariant(key.startsWith(`${root}/`), `${key} is not in the registry`);
    return this.#prefix + key.slice(root.length);
  }

  /** Undefined for keys that are not ours. */
  fromEtcd(key: string): string | undefined {
    if (this.#prefix === root) return key;
    return key.startsWith(`${this.#prefix}/`) ? root + key.slice(this.#prefix.length) : undefined;
  }

  /** The first key of a range from `start` on. */
  startOf(start: string): string {
    return start === "" && this.#prefix === root ? "\0" : this.toEtcd(start);
  }

  /** The end, exclusive, of all keys under a prefix; etcd takes "\0" for "there is none". */
  endOf(prefix: string): string {
    return prefixEnd(this.startOf(prefix) === "\0" ? "" : this.toEtcd(prefix)) ?? "\0";
  }
}
