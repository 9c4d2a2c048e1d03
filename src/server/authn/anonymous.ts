/** Whether somebody may ask who does not say who he is. */
export interface AnonymousOptions {
  readonly enabled: boolean;
  /** Only for these paths; for all of them when missing. */
  readonly paths?: readonly string[];
}

export function isAnonymousAllowed(path: string, { enabled, paths }: AnonymousOptions): boolean {
  return enabled && (!paths || paths.includes(path));
}
