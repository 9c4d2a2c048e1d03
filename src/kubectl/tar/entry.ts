/** What an archive says of one of its files. */
export interface TarEntry {
  readonly type: "file" | "directory" | "link" | "hardLink" | "other";
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly userId?: number;
  readonly groupId?: number;
  readonly linkTarget?: string;
}

export const blockBytes = 512;

export const typeFlags: Readonly<Record<TarEntry["type"], string>> = {
  file: "0",
  hardLink: "1",
  link: "2",
  directory: "5",
  other: "7",
};
