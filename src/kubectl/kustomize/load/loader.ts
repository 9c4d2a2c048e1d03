import { failed, KustomizeError } from "../error.ts";
import { FileError, isWithin, joinPaths, parentOf } from "./files.ts";
import type { Files } from "./files.ts";
import { parseRepository } from "./repository.ts";
import type { Repository } from "./repository.ts";

/** What is not here, and how it is brought here. Without one, remote paths are refused. */
export interface RemoteFiles {
  /** Of an http or https URL. Throws `FileError` where nobody answers. */
  fetch(url: string, signal: AbortSignal): Promise<RemoteAnswer>;
  /**
   * A working copy, in which `Files` reads; disposed of when the build is through with it. Throws
   * `FileError`.
   */
  clone(repository: Repository, signal: AbortSignal): Promise<WorkingCopy>;
}

export interface RemoteAnswer {
  readonly status: number;
  readonly content: Uint8Array;
}

/** A server has answered that there is no such file: there is no use in looking for a base then. */
export class HttpStatusError extends KustomizeError {}

export interface WorkingCopy extends AsyncDisposable {
  readonly directory: string;
}

export type LoadRestriction = "LoadRestrictionsRootOnly" | "LoadRestrictionsNone";

export interface LoaderContext {
  readonly files: Files;
  readonly remote: RemoteFiles | undefined;
  readonly restriction: LoadRestriction;
  /** What is cloned lives as long as the build. */
  readonly copies: AsyncDisposableStack;
  readonly signal: AbortSignal;
}

/** Reads for one kustomization: paths are of its directory, and may not lead out of it. */
export class Loader {
  readonly root: string;
  readonly #context: LoaderContext;
  readonly #referrer: Loader | undefined;
  readonly #repository: { readonly spec: Repository; readonly directory: string } | undefined;

  private constructor(
    root: string,
    context: LoaderContext,
    referrer?: Loader,
    repository?: { readonly spec: Repository; readonly directory: string },
  ) {
    this.root = root;
    this.#context = context;
    this.#referrer = referrer;
    this.#repository = repository;
  }

  static async open(directory: string, context: LoaderContext): Promise<Loader> {
    const repository = parseRepository(directory);
    if (repository) return Loader.#clone(repository, context, undefined);
    return new Loader(await Loader.#directory(directory, context.files), context);
  }

  static async #directory(path: string, files: Files): Promise<string> {
    const reason = "must build at directory";
    if (path === "") throw failed(`${reason}: directory path cannot be empty`);
    try {
      const resolved = await files.resolve(path);
      if (resolved.isDirectory) return resolved.path;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw failed(
        `${reason}: not a valid directory: evalsymlink failure on '${path}' : ${error.message}`,
      );
    }
    throw failed(`${reason}: '${path}': file is not directory`);
  }

  static async #clone(
    spec: Repository,
    context: LoaderContext,
    referrer: Loader | undefined,
  ): Promise<Loader> {
    const { remote, files, copies, signal } = context;
    if (!remote) throw failed(`cannot clone '${spec.url}': remote bases are not available here`);
    const copy = copies.use(await asFailure(() => remote.clone(spec, signal)));
    const path = joinPaths(copy.directory, spec.path);
    const resolved = await Loader.#resolve(path, files);
    const top = await Loader.#resolve(copy.directory, files);
    if (!resolved.isDirectory) {
      throw failed(`'${path}' refers to file '${resolved.path}'; expecting directory`);
    }
    if (!isWithin(resolved.path, top.path)) {
      throw failed(`"${path}" refers to directory outside of repo "${top.path}"`);
    }
    // What comes from elsewhere never reads what is here.
    const restricted = { ...context, restriction: "LoadRestrictionsRootOnly" } as const;
    const repository = { spec, directory: top.path };
    return new Loader(resolved.path, restricted, referrer, repository);
  }

  static async #resolve(path: string, files: Files) {
    try {
      return await files.resolve(path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw failed(`evalsymlink failure on '${path}' : ${error.message}`);
    }
  }

  /** A loader for another kustomization that this one refers to. */
  async open(path: string): Promise<Loader> {
    if (path === "") throw failed("new root cannot be empty");
    const repository = parseRepository(path);
    if (repository) {
      this.#refuseRepositoryCycle(repository);
      return Loader.#clone(repository, this.#context, this);
    }
    if (path.startsWith("/")) throw failed(`new root '${path}' cannot be absolute`);
    const root = await Loader.#directory(joinPaths(this.root, path), this.#context.files);
    const containing = this.#containingRepository;
    if (containing !== undefined && !isWithin(root, containing)) {
      throw failed(
        "security; bases in kustomizations found in cloned git repos must be within the repo, " +
          `but base '${root}' is outside '${containing}'`,
      );
    }
    this.#refuseCycle(root);
    return new Loader(root, this.#context, this);
  }

  get #containingRepository(): string | undefined {
    const { directory } = this.#repository ?? {};
    return directory ?? (this.#referrer && this.#referrer.#containingRepository);
  }

  #refuseCycle(root: string): void {
    if (isWithin(this.root, root)) {
      throw failed(`cycle detected: candidate root '${root}' contains visited root '${this.root}'`);
    }
    if (this.#referrer) this.#referrer.#refuseCycle(root);
  }

  #refuseRepositoryCycle(repository: Repository): void {
    const own = this.#repository?.spec.raw;
    if (own?.startsWith(repository.raw)) {
      throw failed(`cycle detected: URI '${repository.raw}' referenced by previous URI '${own}'`);
    }
    if (this.#referrer) this.#referrer.#refuseRepositoryCycle(repository);
  }

  async read(path: string): Promise<Uint8Array> {
    const { files, remote, restriction, signal } = this.#context;
    signal.throwIfAborted();
    if (/^https?:/i.test(path)) {
      if (!remote) throw failed(`cannot read '${path}': remote files are not available here`);
      return fetched(path, remote, signal);
    }
    const absolute = path.startsWith("/") ? path : joinPaths(this.root, path);
    if (restriction === "LoadRestrictionsNone") return this.#readFile(absolute);
    const resolved = await Loader.#resolve(absolute, files);
    if (resolved.isDirectory) throw failed(`'${absolute}' must resolve to a file`);
    if (!isWithin(parentOf(resolved.path), this.root)) {
      throw failed(`security; file '${absolute}' is not in or below '${this.root}'`);
    }
    return this.#readFile(resolved.path);
  }

  #readFile(path: string): Promise<Uint8Array> {
    return asFailure(() => this.#context.files.read(path));
  }

  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(await this.read(path));
  }
}

async function fetched(url: string, remote: RemoteFiles, signal: AbortSignal): Promise<Uint8Array> {
  const { status, content } = await asFailure(() => remote.fetch(url, signal));
  if (status >= 200 && status <= 299) return content;
  if (parseRepository(url)) throw failed("URL is a git repository");
  throw new HttpStatusError(`HTTP Error: status code ${status} (${statusTexts[status] ?? ""})`);
}

async function asFailure<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof FileError ? failed(error.message) : error;
  }
}

const statusTexts: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  410: "Gone",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
